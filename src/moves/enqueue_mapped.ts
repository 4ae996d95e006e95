/**
 * One job for each of many arguments, so that the same call adds no job twice: the ID says which
 * command and argument it is of, `TAG-NUMBER-DIGEST`.
 *
 * @module
 */

import { entries } from "../contents/entries.ts";
import type { JobInput } from "../format/job.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { placeholders } from "../text/placeholders.ts";
import { enqueueMany, type Published } from "./enqueue_many.ts";

/** What to add. */
export interface Mapping {
  /** Shell text, or a program and its arguments, with placeholders: `convert {} {.}.webp`. */
  command: string | readonly string[];
  /** One job is added for each. */
  arguments: readonly string[];
  /** A tag that all the jobs get: with the same tag the same job is not added again. */
  tag: string;
  /** The other fields of each job. By default its label is its argument. */
  fields?: Partial<JobInput>;
}

/** What has been added. */
export interface Mapped {
  /** The ID of the job of each argument, in their order. */
  ids: string[];
  /** How many of them were added now; the others were there. */
  added: number;
}

/** The longest beginning of a tag that IDs have. */
const LONGEST_START = 32;

/** In the order of a job's life, so that one that moves on is met further on. */
const LIFE = ["pending", "failed", "processing", "done", "dead"] as const;

/** The longest label. */
const LONGEST_LABEL = 200;

/**
 * Adds a job for each argument for which there is none yet, in batches of up to 10,000 that each
 * appear at once. A job is the same if its tag, its command before the argument was put in, and its
 * argument are; of an argument that is given twice there are two. A job that was removed is added
 * again.
 *
 * @param published Called after each batch with the jobs that are now durable.
 * @throws {UsageError} If a placeholder stands where no value is safe.
 * @throws {InvalidJobError} If one is not a job: none was added.
 * @throws {PartialEnqueueError} If the disk failed part way; the same call adds the rest.
 *
 * @example
 * ```ts
 * import { enqueueMapped, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { ids } = await enqueueMapped(queue, {
 *   command: "gzip -k {}",
 *   arguments: ["a.txt", "b b.txt"],
 *   tag: "texts",
 * });
 * ```
 */
export async function enqueueMapped(
  { store }: OpenQueue,
  mapping: Mapping,
  published: Published = () => {},
): Promise<Mapped> {
  const { command, arguments: given, tag, fields = {} as Partial<JobInput> } = mapping;
  const fillIn = placeholders(command);
  const digests = await digestsOf(mapping);
  const start = tag.slice(0, LONGEST_START).replaceAll(/[^\w-]/g, "-");
  const mapped: Mapped = { ids: [], added: 0 };
  const tags = [...new Set([tag, ...fields.tags ?? []])];
  await enqueueMany(store, () => {
    const present = presentOf(store, start);
    let number = present.highest;
    const inputs: JobInput[] = [];
    for (const [index, argument] of given.entries()) {
      const there = present.ids.get(digests[index]!);
      const id = there ?? `${start}-${String(++number).padStart(7, "0")}-${digests[index]}`;
      mapped.ids.push(id);
      if (there !== undefined) continue;
      const label = argument === "" ? undefined : [...argument].slice(0, LONGEST_LABEL).join("");
      inputs.push({ label, ...fields, id, command: fillIn(argument, number), tags });
    }
    mapped.added = inputs.length;
    return inputs;
  }, published);
  return mapped;
}

/** What tells the job of each argument from all others. */
async function digestsOf({ command, arguments: given, tag }: Mapping): Promise<string[]> {
  const encoder = new TextEncoder();
  const seen = new Map<string, number>();
  const digests: string[] = [];
  for (const argument of given) {
    const before = seen.get(argument) ?? 0;
    seen.set(argument, before + 1);
    const text = encoder.encode(JSON.stringify([tag, command, argument, before]));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    digests.push(digest.subarray(0, 8).toHex());
  }
  return digests;
}

/** The jobs with such IDs in the queue, by their digests, and the highest number among them. */
function presentOf(store: Store, start: string): { ids: Map<string, string>; highest: number } {
  const ids = new Map<string, string>();
  let highest = 0;
  const pattern = new RegExp(`^${start}-(\\d{7,})-([0-9a-f]{16})$`);
  // The second round meets a job that goes back to an earlier state during the first.
  for (let round = 0; round < 2; round++) {
    for (const state of LIFE) {
      for (const { id } of entries(store, state)) {
        if (!id.startsWith(start)) continue;
        const [, number, digest] = pattern.exec(id) ?? [];
        if (digest === undefined) continue;
        ids.set(digest, id);
        highest = Math.max(highest, Number(number));
      }
    }
  }
  return { ids, highest };
}
