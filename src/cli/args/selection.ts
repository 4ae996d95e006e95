/**
 * From `--tag`, `--group`, `--state` and `--all` to the jobs that a command is about, and asking
 * before several are changed.
 *
 * @module
 */

import { hostOrTag } from "../../format/field_checks.ts";
import { JOB_FIELDS } from "../../format/job_fields.ts";
import type { SelectableState } from "../../format/names.ts";
import type { Selection } from "../../inspect/selection.ts";
import { UsageError } from "../../text/errors.ts";
import type { Invocation } from "../table/command.ts";
import type { GivenOptions } from "../table/option.ts";
import { parseState } from "../table/shared_options.ts";
import { say } from "../terminal/output.ts";
import { tagsIn } from "./worker_tags.ts";

/**
 * The jobs that the options mean; `undefined` if none of these options was given.
 *
 * @param fitting The states of the jobs that the command can do something with: it takes no others.
 * @param usual The states that it takes unless `--state` is given. Default: all that fit.
 * @throws {UsageError} If an option has a wrong value, or contradicts another or the IDs.
 */
export function selectionOf(
  { command, options, words }: Invocation,
  fitting?: readonly SelectableState[],
  usual: readonly SelectableState[] | undefined = fitting,
): Selection | undefined {
  const given = ["tag", "group", "state", "all"].filter((name) => options.has(name));
  if (given.length === 0) return undefined;
  if (words.length > 0) throw new UsageError(`give IDs or --${given[0]}, not both`);
  if (options.has("all") && given.length > 1) {
    throw new UsageError(`--all means every job; remove it, or --${given[0]}`);
  }
  const tags = tagsIn(options.all("tag"));
  const group = options.text("group");
  if (options.has("tag")) refuse("tag", tags, hostOrTag.check);
  if (group !== undefined) refuse("group", [group], JOB_FIELDS.get("group")!.check);
  const states = statesOf(options);
  const wrong = fitting && states?.find((state) => !isPartOf(state, fitting));
  if (wrong) {
    throw new UsageError(`${command.name} takes no ${wrong} jobs, only ${fitting.join(", ")}`);
  }
  return {
    ...(options.has("tag") && { tags }),
    ...(group !== undefined && { group }),
    states: states ?? usual,
    ...(options.has("all") && { all: true }),
  };
}

/** The states of `--state`, which may be repeated and have commas; `undefined` without it. */
export function statesOf(options: GivenOptions): SelectableState[] | undefined {
  if (!options.has("state")) return undefined;
  return [...new Set(options.all("state").flatMap((list) => list.split(",")).map(parseState))];
}

function refuse(
  option: string,
  names: readonly string[],
  check: (name: unknown) => string | undefined,
): void {
  const wrong = names.length === 0 ? "" : names.find((name) => check(name) !== undefined);
  if (wrong === undefined) return;
  throw new UsageError(`--${option} ${check(wrong)}, not ${JSON.stringify(wrong)}`);
}

function isPartOf(state: SelectableState, fitting: readonly SelectableState[]): boolean {
  if (fitting.includes(state)) return true;
  if (state === "cancelled") return fitting.includes("dead");
  const isWaiting = state === "delayed" || state === "held" || state === "waiting";
  return isWaiting && fitting.includes("pending");
}

/**
 * Whether to change the jobs that a selection means: at a terminal the person is asked if there are
 * several.
 *
 * @param act What is done to them: `cancel`.
 * @throws {UsageError} If there are several, no terminal, and no `--yes`.
 */
export function mayChange(call: Invocation, act: string, count: number): boolean {
  if (count <= 1) return true;
  const jobs = `${count} jobs`;
  if (!call.options.has("yes") && !Deno.stdin.isTerminal()) {
    throw new UsageError(`to ${act} ${jobs} where no terminal can ask, give --yes`);
  }
  return isAgreed(call, `${act} ${jobs}?`);
}

/**
 * Refuses what changes everything where nobody can be asked and `--yes` is missing.
 *
 * @param act What is about to be done: `removing all dead jobs`.
 * @throws {UsageError} If it is refused.
 */
export function needYes({ options }: Invocation, act: string): void {
  if (options.has("yes") || Deno.stdin.isTerminal()) return;
  throw new UsageError(`${act} needs --yes where no terminal can ask`);
}

/** Whether `--yes` is given, or else the person at the terminal agrees; says so if not. */
export function isAgreed({ options }: Invocation, question: string): boolean {
  if (options.has("yes") || /^y(es)?$/i.test(prompt(`${question} [y/N]`) ?? "")) return true;
  say("nothing was changed");
  return false;
}
