/**
 * What jobs read in the crash tests: each its own text, so that it can be told whether one has its
 * input whole.
 *
 * @module
 */

/** What a job's input holds. */
export function inputOf(command: string): string {
  return `input of ${command}\n`;
}

/** The same, as it comes in two pieces. */
export async function* stdinOf(command: string): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(inputOf(command));
  yield bytes.subarray(0, 5);
  await Promise.resolve();
  yield bytes.subarray(5);
}
