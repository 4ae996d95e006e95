/**
 * `queuectl completions`: scripts for bash, zsh and fish.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import { bashCompletions } from "../../completions/bash.ts";
import { completionNames, isNameKind } from "../../completions/completion_names.ts";
import { helpWords } from "../../completions/completion_words.ts";
import { fishCompletions } from "../../completions/fish.ts";
import { zshCompletions } from "../../completions/zsh.ts";
import type { Invocation } from "../../table/command.ts";
import { printLines, printText } from "../../terminal/output.ts";

/** Prints the script of a shell; with `names KIND`, the names that scripts offer, one a line. */
export async function completions(call: Invocation): Promise<void> {
  const [shell, kind] = call.words as [string, string?];
  if (shell === "names" && kind === "topic") return printLines(helpWords());
  if (shell === "names" && kind !== undefined && isNameKind(kind)) {
    const queue = await openQueue(call, { evenMisconfigured: true });
    return printLines(await completionNames(queue, kind));
  }
  if (kind !== undefined) {
    throw new UsageError(`unexpected argument "${kind}" (see: queuectl completions --help)`);
  }
  switch (shell) {
    case "bash":
      return printText(bashCompletions());
    case "zsh":
      return printText(zshCompletions());
    case "fish":
      return printText(fishCompletions());
    default:
      throw new UsageError(`there are completions for bash, zsh and fish, not for "${shell}"`);
  }
}
