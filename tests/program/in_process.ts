/**
 * Calls of the program within the test's own process, so that there can be hundreds of them.
 *
 * @module
 */

import { main } from "../../src/cli/main.ts";
import type { Result } from "./program.ts";

/**
 * Makes a call of the program and gives its end, and all that it wrote. No two at once.
 *
 * @param isTerminal Whether what it writes to is to seem a terminal.
 */
export async function callMain(args: readonly string[], isTerminal = false): Promise<Result> {
  const result = { code: 0, stdout: "", stderr: "" };
  const giveBack = [
    divert(Deno.stdout, isTerminal, (text) => result.stdout += text),
    divert(Deno.stderr, isTerminal, (text) => result.stderr += text),
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
  const before = { writeSync: stream.writeSync, isTerminal: stream.isTerminal };
  stream.writeSync = (bytes) => {
    write(decoder.decode(bytes, { stream: true }));
    return bytes.length;
  };
  stream.isTerminal = () => isTerminal;
  return () => Object.assign(stream, before);
}
