/**
 * The tags of a worker: what jobs ask for with `--on`.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { hostOrTag } from "../../format/field_checks.ts";
import type { GivenOptions } from "../table/option.ts";

/** The variable that holds the tags of this machine, with commas or spaces between. */
const VARIABLE = "QUEUECTL_TAGS";

/** The tags in lists with commas or spaces between, each once. */
export function tagsIn(lists: readonly string[]): string[] {
  return [...new Set(lists.flatMap((list) => list.split(/[,\s]+/)).filter((tag) => tag !== ""))];
}

/**
 * The tags of a worker here: those of `--tag`, else those of `$QUEUECTL_TAGS`.
 *
 * @throws {UsageError} If one cannot be a tag.
 */
export function ownTags(options?: GivenOptions): string[] {
  const given = options?.all("tag") ?? [];
  const tags = tagsIn(given.length > 0 ? given : [Deno.env.get(VARIABLE) ?? ""]);
  const wrong = tags.find((tag) => hostOrTag.check(tag) !== undefined);
  if (wrong === undefined && (given.length === 0 || tags.length > 0)) return tags;
  const what = given.length > 0 ? "--tag" : VARIABLE;
  throw new UsageError(`${what} ${hostOrTag.check(wrong)}, not ${JSON.stringify(wrong ?? "")}`);
}
