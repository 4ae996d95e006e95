/**
 * What the operating system refused, in a sentence.
 *
 * @module
 */

/**
 * A sentence for an error of the operating system.
 *
 * @returns `undefined` for any other error: that one is a fault of the program.
 */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    typeof (error as { code?: unknown }).code === "string" ||
    /\(os error \d+\)/.test(error.message);
  if (!known) return undefined;
  // "No such file or directory (os error 2): open '/a/b'", as the runtime has it.
  const match = /^(.*?) \(os error \d+\)(?:: \w+ '(.*)')?$/s.exec(error.message);
  if (!match) return error.message;
  const reason = match[1]!.charAt(0).toLowerCase() + match[1]!.slice(1);
  return match[2] === undefined ? reason : `${match[2]}: ${reason}`;
}
