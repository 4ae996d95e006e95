/**
 * Files of variables, as docker, systemd and dotenv have them: lines of `NAME=VALUE`.
 *
 * @module
 */

import { reasonOf, UsageError } from "../../text/errors.ts";

/** What names a variable here: those with . or - no shell can read, but programs can. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** `NAME=`, perhaps with `export` in front, and blanks around the sign. */
const BEGINNING = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y;

/** A value: in double or single quotes, which may have several lines, or plain. */
const VALUE = /(?:"((?:[^"\\]|\\[^])*)"|'([^']*)'|((?:(?![ \t]#)[^\n"'#])(?:(?![ \t]+#)[^\n])*)?)/y;

const END = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;

const BLANK = /[ \t]*(?:#[^\n]*)?\n|[ \t]*(?:#[^\n]*)?$/y;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * The variables in a file. Values are taken as they are, without a look at other variables; in
 * double quotes a backslash begins an escape.
 *
 * @throws {UsageError} If it cannot be read, or a line sets no variable. What the line says is left
 * out of the sentence: it may be a secret.
 */
export function readEnvFile(path: string): Record<string, string> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    const reason = error instanceof TypeError ? "it is not UTF-8" : reasonOf(error);
    throw new UsageError(`--env-file ${path} cannot be read: ${reason}`);
  }
  return parseEnvFile(text.replaceAll("\r\n", "\n"), path);
}

function parseEnvFile(text: string, path: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  while (at < text.length) {
    if (match(BLANK)) continue;
    const begun = at;
    const fault = (what: string) => {
      const line = text.slice(0, begun).split("\n").length;
      return new UsageError(`--env-file ${path}, line ${line}: ${what}`);
    };
    const [, name] = match(BEGINNING) ?? [];
    if (name === undefined) throw fault("must be NAME=VALUE, a comment or blank");
    const [, double, single, plain = ""] = match(VALUE)!;
    if (!match(END)) {
      throw fault(`the value of ${name} has an open quote, or more after its closing one`);
    }
    variables[name] = double?.replace(/\\([^])/g, (_, char) => ESCAPES[char] ?? char) ?? single ??
      plain.trimEnd();
  }
  return variables;
}
