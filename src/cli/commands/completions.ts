/**
 * `queuectl completions`: for the shell.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import type { Invocation } from "../command.ts";
import { bashCompletions } from "../completions_bash.ts";
import { fishCompletions } from "../completions_fish.ts";
import { zshCompletions } from "../completions_zsh.ts";
import { printText } from "../output.ts";

/** Prints a script that completes queuectl's commands and options in a shell. */
export function completions(call: Invocation): void {
  const shell = call.words[0]!;
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
