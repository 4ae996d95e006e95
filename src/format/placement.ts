/**
 * Where a job may run: on one host, on workers that have tags. The name of a waiting job says it,
 * so that a worker passes over the jobs of others without a look at their files.
 *
 * @module
 */

/** The fields of a job that say where it may run. */
export interface Placing {
  /** The only host that may run it; missing if every host may. */
  host?: string;
  /** Tags, all of which a worker must have. */
  on?: readonly string[];
}

/** Where a worker is. */
export interface Whereabouts {
  /** The name of its host. */
  readonly host: string;
  /** The tags that it was given; missing if none. */
  readonly tags?: readonly string[];
}

/** What may be the name of a host or a tag. */
export const HOST_OR_TAG = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** The longest text of {@linkcode whereOf}: with it the longest name of a job has 255 bytes. */
export const MOST_WHERE = 80;

const HOST = "host=";

/**
 * Where a job may run, as its name says it: `gpu+ssd+host=node1`, say; empty if anywhere.
 *
 * @example
 * ```ts
 * import { whereOf } from "./placement.ts";
 *
 * whereOf({ on: ["ssd", "gpu"] }); // "gpu+ssd"
 * ```
 */
export function whereOf({ host, on }: Placing): string {
  if (host === undefined && !on?.length) return "";
  const tags = [...new Set(on)].sort();
  return (host === undefined ? tags : [...tags, HOST + host]).join("+");
}

/** Whether a text in a name says where a job may run. */
export function isWhere(text: string): boolean {
  return text.split("+").every((part) =>
    HOST_OR_TAG.test(part.startsWith(HOST) ? part.slice(HOST.length) : part)
  );
}

/** Why no name can say where a job may run; `undefined` if one can. */
export function whereFault(placing: Placing): string | undefined {
  if (whereOf(placing).length <= MOST_WHERE) return undefined;
  return `host and on must not be longer than ${MOST_WHERE} characters together`;
}

/**
 * Whether a worker may run a job, by what {@linkcode whereOf} says of the job.
 *
 * @param here Where the worker is; `undefined` for a worker that may run all jobs.
 */
export function mayRunAt(where: string | undefined, here: Whereabouts | undefined): boolean {
  return !where || here === undefined ||
    where.split("+").every((part) =>
      part.startsWith(HOST)
        ? part.slice(HOST.length) === here.host
        : (here.tags?.includes(part) ?? false)
    );
}

/** What {@linkcode whereOf} says in words: `on host node1 with tags gpu, ssd`. */
export function whereText(where: string): string {
  const parts = where.split("+");
  const tags = parts.filter((part) => !part.startsWith(HOST));
  const host = parts.find((part) => part.startsWith(HOST))?.slice(HOST.length);
  return [
    ...(host === undefined ? [] : [`on host ${host}`]),
    ...(tags.length === 0 ? [] : [`with tag${tags.length === 1 ? "" : "s"} ${tags.join(", ")}`]),
  ].join(" ");
}
