/**
 * Calls of the program within the test's own process: each a hundred times cheaper than a process.
 *
 * @module
 */

import { main } from "../../src/cli/main.ts";

/** How a call ended, and what it wrote. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** The end of the last call. A call has stdout for itself, so each waits for the one before it. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a call of the program and gives its end, and all that it wrote.
 *
 * @param isTerminal Whether what it writes to is to seem a terminal.
 * @param cwd The directory that it seems to stand in; relative paths of files are still the test's.
 */
export function callMain(
  args: readonly string[],
  isTerminal = false,
  cwd = Deno.cwd(),
): Promise<Result> {
  const call = last.then(() => diverted(args, isTerminal, cwd));
  last = call.catch(() => {});
  return call;
}

async function diverted(
  args: readonly string[],
  isTerminal: boolean,
  cwd: string,
): Promise<Result> {
  const result = { code: 0, stdout: "", stderr: "" };
  const giveBack = [
    divert(Deno.stdout, isTerminal, (text) => result.stdout += text),
    divert(Deno.stderr, isTerminal, (text) => result.stderr += text),
    replace(Deno.stdin, { isTerminal: () => false }),
    replace(Deno, { cwd: () => cwd }),
  ];
  try {
    result.code = await main(args);
  } finally {
    giveBack.forEach((give) => give());
  }
  return result;
}

function divert(
  stream: typeof Deno.stdout,
  isTerminal: boolean,
  write: (text: string) => void,
): () => void {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return replace(stream, {
    writeSync: (bytes: Uint8Array) => {
      write(decoder.decode(bytes, { stream: true }));
      return bytes.length;
    },
    isTerminal: () => isTerminal,
  });
}

/** Puts other members in an object's own place; gives back those it had. */
function replace<T extends object>(object: T, members: Partial<T>): () => void {
  const before = Object.fromEntries(
    Object.keys(members).map((name) => [name, object[name as keyof T]]),
  );
  Object.assign(object, members);
  return () => Object.assign(object, before);
}
