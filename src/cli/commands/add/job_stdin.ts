/**
 * Giving a job what this program's own standard input holds.
 *
 * @module
 */

import { QueueError, reasonWithin, UsageError } from "../../../text/errors.ts";
import type { Job, JobInput } from "../../../format/job.ts";
import { isDevice } from "../../../fs/libc_files.ts";
import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { InterruptedError, onInterrupt } from "../../terminal/interrupt.ts";
import { say } from "../../terminal/output.ts";

/** How much is read at once, in bytes: as much as a pipe holds. */
const PIECE = 64 * 1024;

/** How long to wait in silence for the next piece, in milliseconds. */
const SILENCE = 1000;

/** How long to wait for a pipe that another process has set not to block, in milliseconds. */
const PAUSE = 20;

/**
 * Whether `run` gives its job its own stdin: if it is told to, or if that is a pipe, a socket or a file.
 *
 * @throws {UsageError} If it is told both to and not to.
 */
export function takesStdin({ options }: Invocation, input: JobInput): boolean {
  const wanted = input.stdin === true;
  if (wanted && options.has("no-stdin")) {
    throw new UsageError("--stdin and --no-stdin contradict each other; give one of them");
  }
  return wanted || (!options.has("no-stdin") && isGiven());
}

/** Whether somebody means this program to read its stdin. A device, /dev/zero say, may have no end. */
function isGiven(): boolean {
  return !Deno.stdin.isTerminal() && !isDevice(0);
}

/**
 * Adds a job with what stdin holds up to its end as its input.
 *
 * @param otherwise What to say to who waits in vain, in parentheses: how to do without.
 * @throws {InterruptedError} If a signal comes first.
 * @throws {QueueError} If stdin cannot be read.
 */
export async function enqueueWithStdin(
  queue: Queue,
  input: JobInput,
  otherwise: string = "",
): Promise<Job> {
  const interrupted = new AbortController();
  const quiet = onInterrupt((signal) => {
    interrupted.abort(new InterruptedError("interrupted; nothing was added", signal));
  });
  try {
    const { signal } = interrupted;
    return await queue.enqueue(input, { stdin: readStdin(signal, otherwise), signal });
  } finally {
    quiet();
  }
}

async function* readStdin(
  signal: AbortSignal,
  otherwise: string,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  // Nobody may be waiting for it when it comes.
  aborted.catch(() => {});
  const talk = new WaitingTalk(otherwise);
  const piece = new Uint8Array(PIECE);
  try {
    for (;;) {
      talk.waits();
      const size = await Promise.race([readPiece(piece), aborted]);
      talk.stops();
      if (size === null) return;
      if (size > 0) yield piece.subarray(0, size);
      else await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  } finally {
    talk.stops();
  }
}

/** @returns How many bytes were read, 0 if there are none yet, `null` at the end. */
async function readPiece(piece: Uint8Array): Promise<number | null> {
  try {
    return await Deno.stdin.read(piece);
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) return 0;
    // Open for writing only, as some leave it who mean nothing to be read.
    if ((error as { code?: string }).code === "EBADF") return null;
    throw new QueueError(`stdin cannot be read: ${reasonWithin(error)}; nothing was added`);
  }
}

/** Says once that nothing comes, as who gave no input would wait for ever. */
class WaitingTalk {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSaid = false;
  readonly #otherwise: string;

  constructor(otherwise: string) {
    this.#otherwise = otherwise;
  }

  waits(): void {
    if (this.#isSaid) return;
    this.#timer = setTimeout(() => {
      this.#isSaid = true;
      say(`queuectl: reading the job's input from stdin until it ends${this.#otherwise}`);
    }, SILENCE);
  }

  stops(): void {
    clearTimeout(this.#timer);
  }
}
