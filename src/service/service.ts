/**
 * What a service manager is to keep running: a worker of one queue. Pure text; nothing is started
 * here.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { visibleText } from "../text/shown_text.ts";

/** A worker that a service manager keeps running. */
export interface Service {
  /** Its name, such as {@linkcode serviceName} gives. */
  readonly name: string;
  /** The queue's directory, absolute. */
  readonly dir: string;
  /** The words that start queuectl, then `worker start` and its options. */
  readonly words: readonly string[];
  /** What its jobs get beside `QUEUECTL_DIR`: the `PATH`, for one. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long running jobs may go on when it is stopped, in seconds; then they are put back. */
  readonly finishWithin: number;
  /** Whose it is, where the machine starts it and no user: the number or name of the user. */
  readonly user?: string;
}

/** Beside the jobs' own time, how long leaving may take, in seconds. */
export const LEAVING = 30;

/** How long to wait before a worker that failed is started again, in seconds. */
export const RESTART_AFTER = 5;

/**
 * The name of a queue's service: its folder's name, for people, and eight digits of its path's
 * SHA-256. Each queue of a machine has another.
 *
 * @param dir The queue's directory, absolute.
 * @throws {UsageError} If no service manager can be given that path.
 *
 * @example
 * ```ts
 * import { serviceName } from "./service.ts";
 *
 * await serviceName("/srv/nightly jobs"); // "queuectl-nightly-jobs-" and eight digits
 * ```
 */
export async function serviceName(dir: string): Promise<string> {
  refuseControls(dir, "the queue's directory");
  const named = dir.split("/").filter((part) => part !== "" && part !== ".queuectl").at(-1) ?? "";
  const slug = named.replaceAll(/[^A-Za-z0-9_.]+/g, "-").replaceAll(/^[-.]+|-+$/g, "");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(dir));
  const digits = new Uint8Array(hash).toHex().slice(0, 8);
  return ["queuectl", ...(slug === "" ? [] : [slug.slice(0, 40)]), digits].join("-");
}

/**
 * The words that start a service, by a shell: the queue must be there, as a worker would make a new
 * one where its disk is not mounted yet.
 */
export function startWords({ words }: Service): string[] {
  return ["/bin/sh", "-c", START, "queuectl", ...words];
}

const START = '[ -e "$QUEUECTL_DIR/VERSION" ] || ' +
  '{ echo "queuectl: there is no queue at $QUEUECTL_DIR; is its disk mounted?" >&2; exit 1; }; ' +
  'exec "$@"';

/** All variables of a service, in order. */
export function variablesOf({ dir, environment }: Service): [name: string, value: string][] {
  return Object.entries({ QUEUECTL_DIR: dir, ...environment });
}

/**
 * Line breaks and tabs can be written in all of them; neither systemd nor XML takes other control
 * characters.
 *
 * @throws {UsageError} If a text has one.
 */
export function refuseControls(text: string, what: string): void {
  const [found] = /[^\t\n\x20-\x7e\x80-\u{10ffff}]|\p{Cs}/u.exec(text) ?? [];
  if (found === undefined) return;
  throw new UsageError(
    `${what} has the control character ${visibleText(found)}, which no service manager takes; ` +
      "rename it",
  );
}
