/**
 * Writing: the answer to stdout, the talk to stderr.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * Writes bytes to stdout, all of them, before it returns.
 *
 * @throws {Deno.errors.BrokenPipe} If the reader is gone.
 */
export function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += Deno.stdout.writeSync(at === 0 ? bytes : bytes.subarray(at));
    } catch (error) {
      // A pipe that another process has set not to block is full: wait for its reader.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Writes lines to stdout. */
export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) writeOut(encoder.encode(lines.join("\n") + "\n"));
}

/** Writes a line to stdout. */
export function print(line: string): void {
  writeOut(encoder.encode(line + "\n"));
}

/** Writes a value to stdout as JSON that a person can read. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Says something on stderr. That nobody listens is no reason to fail. */
export function say(line: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(line + "\n"));
  } catch {
    // The exit status still tells.
  }
}
