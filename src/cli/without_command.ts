/**
 * What queuectl answers to a call that names no command.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { later } from "../text/later.ts";
import { VERSION } from "../version.ts";
import { type GivenOptions, MisspelledError } from "./table/option.ts";
import { print, printText } from "./terminal/output.ts";

/**
 * Answers `queuectl`, `queuectl --version` and a group without a command.
 *
 * @param group The group; "" for none.
 * @throws {UsageError} If there is no such command.
 */
export async function withoutCommand(
  group: string,
  options: GivenOptions,
  rest: readonly string[],
): Promise<number> {
  if (options.has("version") || (group === "" && rest[0] === "version")) {
    print(`queuectl ${VERSION}`);
    return 0;
  }
  if (options.has("help") || (group === "" && rest.length === 0)) {
    const { groupHelp, topHelp } = await import(
      later("./text/help.ts")
    ) as typeof import("./text/help.ts");
    printText(group === "" ? topHelp() : groupHelp(group));
    return 0;
  }
  const prefix = group === "" ? "" : `${group} `;
  const { COMMANDS } = await import(
    later("./table/commands.ts")
  ) as typeof import("./table/commands.ts");
  const inside = COMMANDS.filter(({ name }) => name.startsWith(prefix));
  const names = [...new Set(inside.map(({ name }) => name.slice(prefix.length).split(" ")[0]!))];
  const see = `see: queuectl ${prefix}--help`;
  if (rest.length === 0) {
    throw new UsageError(`${group} needs one of: ${names.join(", ")} (${see})`);
  }
  const what = `unknown command "${prefix}${rest[0]}"`;
  const { insteadOf, OTHER_COMMANDS } = await import(
    later("./table/other_words.ts")
  ) as typeof import("./table/other_words.ts");
  const isOther = group === "" && Object.hasOwn(OTHER_COMMANDS, rest[0]!);
  if (isOther) throw insteadOf(what, OTHER_COMMANDS[rest[0]!]!);
  throw new MisspelledError(what, rest[0]!, names, see);
}
