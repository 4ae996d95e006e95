/**
 * Commands with placeholders for one argument, as GNU parallel has them: `{}` the argument, `{.}`
 * without its extension, `{/}` the last part of its path, `{//}` the directory, `{/.}` the last
 * part without its extension, `{#}` its number. Without any, the argument is added at the end.
 *
 * @module
 */

import { UsageError } from "./errors.ts";
import { type Place, PLACEHOLDER, placesIn } from "./shell_places.ts";
import { quoteAlways, RESERVED, shellQuote } from "./shell_quote.ts";

/** Makes the shell text for an argument and its number, from 1. */
export type FillIn = (argument: string, number: number) => string;

/**
 * Reads a command with placeholders.
 *
 * @param command Shell text; or a program and its arguments, of which each may hold placeholders.
 * @returns What makes the command of an argument. Each value arrives as it is, whatever quotes the
 * placeholder stands in.
 * @throws {UsageError} If a placeholder stands where no value is safe.
 *
 * @example
 * ```ts
 * import { placeholders } from "./placeholders.ts";
 *
 * placeholders("convert {} {.}.webp")("a b.png", 1); // "convert 'a b.png' 'a b'.webp"
 * placeholders(["wc", "-l"])("a b.txt", 1); // "wc -l 'a b.txt'"
 * ```
 */
export function placeholders(command: string | readonly string[]): FillIn {
  const whole = typeof command === "string" ? command : command.join(" ");
  if (whole.match(PLACEHOLDER)?.includes("{%}")) {
    throw new UsageError("{%} is not known: jobs have no slots; $QUEUECTL_WORKER names the worker");
  }
  return typeof command === "string" ? inShellText(command) : inWords(command);
}

function inWords(words: readonly string[]): FillIn {
  const hasPlace = words.some((word) => word.search(PLACEHOLDER) >= 0);
  return (argument, number) =>
    shellQuote(
      hasPlace
        ? words.map((word) => word.replace(PLACEHOLDER, (name) => valueOf(name, argument, number)))
        : [...words, argument],
    );
}

function inShellText(command: string): FillIn {
  const { pieces, takesWord } = placesIn(command);
  if (pieces.length > 1) {
    return (argument, number) =>
      pieces.map((piece, index) =>
        typeof piece === "string" ? piece : quotedFor(
          piece,
          valueOf(piece.name, argument, number),
          pieces[index - 1] as string,
          pieces[index + 1] as string,
        )
      ).join("");
  }
  if (!takesWord) {
    throw new UsageError("no argument can be added at the end of this command; put {} into it");
  }
  return (argument) => `${command} ${quotedFor({ name: "{}", kind: "plain" }, argument, " ", "")}`;
}

/** What a placeholder stands for. */
function valueOf(name: string, argument: string, number: number): string {
  if (name === "{}") return argument;
  if (name === "{#}") return String(number);
  if (name === "{.}") return withoutExtension(argument);
  const path = argument.replace(/(?<=[^])\/+$/, "");
  const slash = path.lastIndexOf("/");
  if (name === "{//}") return slash < 0 ? "." : path.slice(0, slash).replace(/\/+$/, "") || "/";
  const last = path === "/" ? path : path.slice(slash + 1);
  return name === "{/}" ? last : withoutExtension(last);
}

/** A dot that begins a name begins no extension. */
function withoutExtension(path: string): string {
  return path.replace(/(?<=[^/])\.[^/.]*$/, "");
}

/** A value quoted for where it stands, between two pieces of shell text. */
function quotedFor({ name, kind }: Place, value: string, before: string, after: string): string {
  if (kind === "single") return value.replaceAll("'", `'\\''`);
  if (kind === "double") {
    // The value must not become a part of the name of a variable.
    const apart = /\$\w*$/.test(before) ? '""' : "";
    return apart + value.replace(/[\\$`"]/g, "\\$&");
  }
  if (kind === "number") {
    if (/^-?\d+$/.test(value)) return value;
    throw new UsageError(
      `${name} stands in arithmetic, which only takes a whole number, not ${JSON.stringify(value)}`,
    );
  }
  const isPlain = /^[\w.\/:,+@-]+$/.test(value) && !RESERVED.has(value) &&
    /(?:^|[\s;&|(])[\w.\/=-]*$/.test(before) && /^[\w.\/-]*(?:$|[\s;&|)])/.test(after);
  return isPlain ? value : quoteAlways(value);
}
