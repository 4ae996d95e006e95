/**
 * A queue of its own for each test, gone when the test ends, with whatever was left running in it.
 *
 * @module
 */

import type { Config } from "../src/format/settings.ts";
import { Queue } from "../src/queue.ts";

/**
 * How long a test waits for anything, in milliseconds. Far more than it takes on a busy machine.
 */
export const PATIENCE = 20_000;

/**
 * A queue in a temporary directory. `await using` removes it and kills what its jobs left running.
 */
export interface TemporaryQueue extends AsyncDisposable {
  /** The queue. */
  queue: Queue;
  /** Its directory. */
  dir: string;
}

/**
 * A file system in memory, if there is one: a test of thousands of files does not wait for a busy
 * disk.
 */
const MEMORY = isThere("/dev/shm") ? "/dev/shm" : undefined;

/**
 * Makes a queue: on the disk if `fsync` is set, else in memory where that can be had.
 *
 * @param settings What differs from the defaults; `fsync` is off unless it is set here.
 */
export async function temporaryQueue(settings: Partial<Config> = {}): Promise<TemporaryQueue> {
  const dir = await makeDirectory(settings.fsync ? undefined : MEMORY);
  const queue = await Queue.open(dir);
  await queue.configure({ fsync: false, ...settings });
  return {
    queue,
    dir,
    async [Symbol.asyncDispose]() {
      killProcessesOf(dir);
      await Deno.remove(dir, { recursive: true });
    },
  };
}

function makeDirectory(dir: string | undefined): Promise<string> {
  return Deno.makeTempDir({ prefix: "queuectl-test-", dir });
}

/** A temporary directory that is no queue yet. */
export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await makeDirectory(undefined);
  return {
    path,
    async [Symbol.asyncDispose]() {
      killProcessesOf(path);
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** The processes that have a text in their environment or on their command line. */
export function processesWith(text: string): number[] {
  const found: number[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      const about = Deno.readTextFileSync(`/proc/${name}/environ`) +
        Deno.readTextFileSync(`/proc/${name}/cmdline`);
      if (about.includes(text)) found.push(Number(name));
    } catch {
      // It has ended, or is another user's.
    }
  }
  return found;
}

function killProcessesOf(dir: string): void {
  for (let pids = processesWith(dir); pids.length > 0; pids = processesWith(dir)) {
    for (const pid of pids) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
  }
}

/**
 * Waits until something holds, and gives what it returned.
 *
 * @param what Named in the error if it does not come to hold.
 * @param look Looked at every few milliseconds.
 */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const deadline = performance.now() + PATIENCE; performance.now() < deadline;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** The names in one of a queue's directories, in order, without those that begin with a dot. */
export function namesIn(dir: string, part: string): string[] {
  return [...Deno.readDirSync(`${dir}/${part}`)].map((entry) => entry.name)
    .filter((name) => !name.startsWith(".")).sort();
}

/** Drops a file into a queue's directory as a person would: complete, by one rename. */
export function drop(dir: string, path: string, content: string | Uint8Array): void {
  const temporary = `${dir}/tmp/dropped-${crypto.randomUUID()}`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  Deno.writeFileSync(temporary, bytes);
  Deno.renameSync(temporary, `${dir}/${path}`);
}

/** Whether anything lies at a path, a broken link included. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
