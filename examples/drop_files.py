#!/usr/bin/env python3
"""Adds a job from Python without queuectl: by writing a file.

    python3 examples/drop_files.py QUEUE PROGRAM [ARGUMENT...]

The file is written in tmp/ and renamed into pending/, so a worker sees all of it or nothing.
docs/protocol.md lists the fields. Prints the job's ID. QUEUE must be a queue already.
"""

import json
import os
import sys
import uuid


def enqueue(queue, command, **fields):
    """Adds a job and returns its ID. When this returns, the job survives a power cut."""
    job_id = uuid.uuid4().hex
    part = os.path.join(queue, "tmp", job_id)
    # A list is a program and its arguments: no shell reads what is in them.
    job = {"command": command, **fields}
    # Mode 600: a worker refuses a job file that somebody else could write.
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(job, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, os.path.join(queue, "pending", job_id + ".json"))
    pending = os.open(os.path.join(queue, "pending"), os.O_RDONLY)
    os.fsync(pending)
    os.close(pending)
    return job_id


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: drop_files.py QUEUE PROGRAM [ARGUMENT...]")
    try:
        print(enqueue(sys.argv[1], sys.argv[2:], cwd=os.getcwd(), max_retries=2))
    except OSError as error:
        # A missing tmp/ or pending/ means that this is no queue.
        sys.exit(f"drop_files.py: cannot add a job to the queue {sys.argv[1]}: {error.strerror}")
