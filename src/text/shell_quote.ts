/**
 * From an argument list to shell text.
 *
 * @module
 */

/** Words of the shell's own grammar where a command's name is expected. */
export const RESERVED: ReadonlySet<string> = new Set(
  "! { } [[ ]] case coproc do done elif else esac fi for function if in select then time until while"
    .split(" "),
);

/**
 * Shell text that runs a program with exactly these arguments.
 *
 * @param argv The program's name and its arguments; none contains a NUL.
 *
 * @example
 * ```ts
 * import { shellQuote } from "./shell_quote.ts";
 *
 * shellQuote(["grep", "-r", "it's", "*.ts"]); // "grep -r 'it'\\''s' '*.ts'"
 * ```
 */
export function shellQuote(argv: readonly string[]): string {
  return argv.map((word, index) => index === 0 ? quoteName(word) : quoteWord(word)).join(" ");
}

/** Without quotes `A=b` would be an assignment, and `if` no program. */
function quoteName(word: string): string {
  return RESERVED.has(word) || word.includes("=") ? quoteAlways(word) : quoteWord(word);
}

function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : quoteAlways(word);
}

/** A word in quotes, whatever it is. */
export function quoteAlways(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The shell text of a command that is an array of strings; any other value unchanged.
 *
 * @example
 * ```ts
 * import { commandText } from "./shell_quote.ts";
 *
 * commandText(["echo", "a b"]); // "echo 'a b'"
 * commandText("echo a b"); // "echo a b"
 * ```
 */
export function commandText(command: unknown): unknown {
  const isArgv = Array.isArray(command) && command.length > 0 &&
    command.every((word) => typeof word === "string");
  return isArgv ? shellQuote(command) : command;
}
