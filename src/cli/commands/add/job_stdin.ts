/**
 * This program's stdin as the input of a job.
 *
 * @module
 */

import type { Job, JobInput } from "../../../format/job.ts";
import { isDevice } from "../../../fs/libc_files.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError, reasonWithin, UsageError } from "../../../text/errors.ts";
import type { Invocation } from "../../table/command.ts";
import { InterruptedError, onInterrupt } from "../../terminal/interrupt.ts";
import { noteAfter } from "../../terminal/output.ts";

/** How much to read at once, in bytes: as much as a pipe holds. */
const PIECE = 64 * 1024;

/** How long to wait for a piece before saying so, in milliseconds. */
const SILENCE = 1000;

/** How long to wait for a pipe that another process made non-blocking, in milliseconds. */
const PAUSE = 20;

/**
 * Whether `run` gives its job its own stdin: with `--stdin`, or if stdin is a pipe, a socket or a
 * file. A device such as /dev/zero may have no end.
 *
 * @throws {UsageError} With both --stdin and --no-stdin.
 */
export function takesStdin({ options }: Invocation, input: JobInput): boolean {
  const refused = options.has("no-stdin");
  if (input.stdin === true && refused) {
    throw new UsageError("--stdin and --no-stdin contradict each other; give one of them");
  }
  return input.stdin === true || (!refused && !Deno.stdin.isTerminal() && !isDevice(0));
}

/**
 * Adds a job whose input is what stdin holds up to its end.
 *
 * @param hint Added to the note that says what is waited for: how to do without an input.
 * @throws {InterruptedError} If a signal comes first.
 * @throws {QueueError} If stdin cannot be read.
 */
export async function enqueueWithStdin(queue: Queue, input: JobInput, hint = ""): Promise<Job> {
  const interrupted = new AbortController();
  const quiet = onInterrupt((signal) => {
    interrupted.abort(new InterruptedError("interrupted; nothing was added", signal));
  });
  try {
    const { signal } = interrupted;
    return await queue.enqueue(input, { stdin: readStdin(signal, hint), signal });
  } finally {
    quiet();
  }
}

async function* readStdin(signal: AbortSignal, hint: string): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  // It may come while nothing waits for it.
  aborted.catch(() => {});
  const piece = new Uint8Array(PIECE);
  let isSaid = false;
  for (;;) {
    const quiet = isSaid ? undefined : noteAfter(SILENCE, () => {
      isSaid = true;
      return `reading the job's input from stdin until it ends${hint}`;
    });
    const size = await Promise.race([readPiece(piece), aborted]).finally(quiet);
    if (size === null) return;
    if (size > 0) yield piece.subarray(0, size);
    else await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Returns how many bytes were read, 0 if there are none yet, `null` at the end. */
async function readPiece(piece: Uint8Array): Promise<number | null> {
  try {
    return await Deno.stdin.read(piece);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) return 0;
    // A stdin that is open for writing only: some programs leave it so to mean no input.
    if ((error as { code?: string }).code === "EBADF") return null;
    throw new QueueError(`stdin cannot be read: ${reasonWithin(error)}; nothing was added`);
  }
}
