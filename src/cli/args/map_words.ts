/**
 * The command and the arguments of `map`.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import type { Invocation } from "../table/command.ts";
import { refuseReplaced } from "../table/option.ts";
import { refuseMisplaced } from "./job_words.ts";

/** What stands between the command and the arguments, as in GNU parallel. */
const SEPARATOR = ":::";

/** What to do with what. */
export interface MapWords {
  /** Shell text, or a program and its arguments. */
  command: string | readonly string[];
  /** The arguments, in order. */
  arguments: readonly string[];
}

/**
 * The command of a call, and its arguments: from the command line, or read.
 *
 * @throws {UsageError} If they make no sense, or one is not UTF-8.
 */
export async function mapWords(call: Invocation): Promise<MapWords> {
  const { words, options } = call;
  const at = words.indexOf(SEPARATOR);
  const isRead = options.has("arg-file") || options.has("null");
  const own = at >= 0 ? words.slice(0, at) : isRead ? words : words.slice(0, 1);
  const given = words.slice(own.length + (at >= 0 ? 1 : 0));
  if (own.length === 0) throw new UsageError(`map needs a command before ${SEPARATOR}`);
  if (given.includes(SEPARATOR)) {
    throw new UsageError(`map takes one ${SEPARATOR}; combinations of several are not known`);
  }
  if (at >= 0 && isRead) {
    throw new UsageError(`the arguments are given twice: behind ${SEPARATOR}, and to be read`);
  }
  if (call.separatedAt === undefined) {
    refuseMisplaced({ ...call, words: at < 0 ? words : own });
  }
  for (const word of own) refuseReplaced(word, "the command");
  const command = own.length === 1 ? own[0]! : own;
  if (at < 0 && given.length === 0) return { command, arguments: await readArguments(call) };
  given.forEach((word, index) => refuseReplaced(word, `argument ${index + 1}`));
  return { command, arguments: given };
}

async function readArguments({ options }: Invocation): Promise<string[]> {
  const file = options.text("arg-file") ?? "-";
  if (file === "-" && Deno.stdin.isTerminal()) {
    throw new UsageError(
      "map needs arguments: behind the command, in --arg-file FILE, or from a pipe",
    );
  }
  const content = file === "-"
    ? new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer())
    : await Deno.readFile(file);
  return argumentsIn(content, options.has("null"));
}

/**
 * The arguments in some bytes, one a line; empty ones are skipped.
 *
 * @param isNull Whether they end with NUL instead.
 * @throws {UsageError} If one is not UTF-8, or has a NUL in it.
 */
export function argumentsIn(content: Uint8Array, isNull: boolean): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const found: string[] = [];
  const end = isNull ? 0 : 10;
  for (let at = 0; at < content.length;) {
    const next = content.indexOf(end, at);
    const bytes = content.subarray(at, next < 0 ? content.length : next);
    at += bytes.length + 1;
    if (bytes.length === 0) continue;
    const place = `argument ${found.length + 1}`;
    if (bytes.includes(0)) {
      throw new UsageError(`${place} contains a NUL (if NULs end the arguments, add --null)`);
    }
    try {
      found.push(decoder.decode(bytes));
    } catch {
      throw new UsageError(
        `${place} is not UTF-8, which a job's file cannot hold; nothing was added`,
      );
    }
  }
  return found;
}
