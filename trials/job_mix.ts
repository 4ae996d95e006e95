/**
 * The jobs of a trial. Each notes in a ledger that it has begun and that it has ended, so that it
 * can be told afterwards what ran, how often, and in which order.
 *
 * @module
 */

import type { JobInput } from "../src/format/job.ts";

/** A number in [0, 1), each time another. */
export type Random = () => number;

/** A whole number from `least` to `most`. */
export function whole(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** What some jobs need, where a trial has set it, and how many places of it there are. */
export const RESOURCE = "seat", PLACES = 2;

/** What some of those need as well, where a trial has set it; there is one place of it. */
export const OTHER_RESOURCE = "door";

/** Lines of so few bytes are appended whole, whoever else appends. */
const note = (what: "S" | "E") => `echo "${what} $QUEUECTL_JOB_ID $QUEUECTL_ATTEMPT" >> "$LEDGER"`;

/** What a job does between its beginning and its end, and what else is to be known of it. */
type Kind = (random: Random) => { work: string; rest?: Partial<JobInput> };

const sleep = (random: Random) => `sleep 0.${whole(random, 50, 300).toString().padStart(3, "0")}`;

const KINDS: readonly [share: number, kind: Kind][] = [
  [40, () => ({ work: ":" })],
  [25, (random) => ({ work: sleep(random) })],
  [12, (random) => ({
    work: `last='[ $QUEUECTL_ATTEMPT -gt ${whole(random, 1, 3)} ]'`,
    rest: { max_retries: 6 },
  })],
  [6, (random) => ({ work: "last=false", rest: { max_retries: whole(random, 0, 2) } })],
  // In a session of its own: no signal to the job's process group reaches it.
  [6, (random) => ({ work: `setsid sh -c '${sleep(random)}'` })],
  [5, (random) => ({ work: `head -c ${whole(random, 1, 200_000)} /dev/zero; ${sleep(random)}` })],
  [3, () => ({ work: "sleep 60", rest: { timeout: 0.3, max_retries: 1 } })],
  [3, () => ({ work: "trap '' TERM; sleep 60", rest: { timeout: 0.3, max_retries: 0 } })],
];

/**
 * A job, drawn by chance: instant ones, ones of 50 to 300 ms, ones that fail once or often or
 * always, ones that take too long, ones that leave their process group.
 *
 * @param ledger The file that it notes its runs in.
 */
export function randomJob(random: Random, ledger: string): JobInput {
  let share = random() * KINDS.reduce((sum, [part]) => sum + part, 0);
  const [, kind] = KINDS.find(([part]) => (share -= part) < 0) ?? KINDS[0]!;
  const { work, rest } = kind(random);
  const delay = random() < 0.1 ? whole(random, 0, 2000) : undefined;
  return {
    ...notedJob(work, ledger),
    priority: whole(random, 0, 9),
    ...(delay === undefined ? {} : { run_at: new Date(Date.now() + delay).toISOString() }),
    ...rest,
  };
}

/** A job that does this, and notes it in the ledger. */
export function notedJob(work: string, ledger: string): JobInput {
  return {
    command: `last=:; ${note("S")}; ${work}; ${note("E")}; eval "$last"`,
    env: { LEDGER: ledger },
    backoff_base: 0.1,
    backoff_factor: 1,
  };
}
