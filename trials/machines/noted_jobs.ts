/**
 * The jobs of the trial. Each has a command of its own, knows its name, prints what only it prints,
 * and notes in a ledger outside the volume when it began and ended, by a clock that all hosts
 * share.
 *
 * @module
 */

import type { JobInput } from "../../src/format/job.ts";

/** A job as the trial planned it. */
export interface Planned {
  /** Its own name, which its command has in it. */
  name: string;
  /** How many lines it prints. */
  lines: number;
  /** What queuectl is given. */
  input: JobInput;
}

/**
 * Plans a job.
 *
 * @param work Shell text: what it does between its two notes; `last='exit 1'` has it fail after
 * them.
 * @param ledger The file of its notes.
 */
export function plan(
  name: string,
  work: string,
  ledger: string,
  lines = 3,
  rest: Partial<JobInput> = {},
): Planned {
  const note = 'note() { read -r up _ </proc/uptime; echo "$1 $QUEUECTL_JOB_ID ' +
    `$QUEUECTL_ATTEMPT $up $QUEUECTL_WORKER ${name}" >>"${ledger}"; }`;
  const print = lines === 0 ? ":" : `seq -f '${name} prints %g' 1 ${lines}`;
  return {
    name,
    lines,
    input: {
      command: `last=:; ${note}; note S; echo 'begin ${name}'; ${work}; ${print}; ` +
        `echo 'end ${name}'; note E; eval "$last"`,
      backoff_base: 0.1,
      backoff_factor: 1,
      ...rest,
    },
  };
}

/** What a planned job prints when nothing ends it. */
export function outputOf({ name, lines }: Pick<Planned, "name" | "lines">): string {
  const printed = Array.from({ length: lines }, (_, n) => `${name} prints ${n + 1}\n`);
  return `begin ${name}\n${printed.join("")}end ${name}\n`;
}

/** A line of the ledger. */
export interface Note {
  /** The job's ID. */
  id: string;
  /** The name that its command has in it. */
  name: string;
  /** Which attempt. */
  attempt: number;
  /** Whether it began, ended, or went on, which only long ones note. */
  what: "S" | "E" | "T";
  /** When, in seconds since the machine started. */
  at: number;
  /** The worker that ran it. */
  worker: string;
}

/** Reads the ledger. */
export function readNotes(text: string): Note[] {
  const notes: Note[] = [];
  for (const line of text.split("\n")) {
    const [what, id, attempt, at, worker, name] = line.split(" ");
    if (!isWhat(what) || name === undefined) continue;
    notes.push({ what, id: id!, attempt: Number(attempt), at: Number(at), worker: worker!, name });
  }
  return notes;
}

const isWhat = (what: string | undefined): what is Note["what"] =>
  what === "S" || what === "E" || what === "T";

/** Shell text that takes so many seconds, and notes every half second that it goes on. */
export function longWork(seconds: number): string {
  const halves = Math.round(seconds * 2);
  return `left=${halves}; while [ $left -gt 0 ]; do sleep 0.5; note T; left=$((left - 1)); done`;
}

/** An attempt that went on while a later one of its job did. */
export interface Overlap {
  /** The last note of the earlier attempt. */
  earlier: Note;
  /** The beginning of the later one. */
  later: Note;
  /** For how long, in seconds, as far as the earlier one noted. */
  seconds: number;
}

/**
 * The attempts that went on beside later ones of their jobs. Of two with one number, as two workers
 * may have claimed one file, the later is that which began later.
 */
export function overlaps(notes: readonly Note[]): Overlap[] {
  const found: Overlap[] = [];
  const begins = notes.filter(({ what }) => what === "S");
  for (const later of begins) {
    const isEarlier = ({ attempt, at }: Note) =>
      attempt === later.attempt ? at < later.at : attempt < later.attempt;
    const others = begins.filter(({ id, worker }) => id === later.id && worker !== later.worker);
    const before = new Set(others.filter(isEarlier).map(({ worker }) => worker));
    const earlier = notes.findLast((note) =>
      note.id === later.id && before.has(note.worker) && note.attempt <= later.attempt
    );
    if (!earlier || earlier.at <= later.at) continue;
    found.push({ earlier, later, seconds: earlier.at - later.at });
  }
  return found;
}

/** When the job of this name first began or ended, or `undefined`. */
export function timeOf(
  notes: readonly Note[],
  what: Note["what"],
  name: string,
): number | undefined {
  return notes.find((note) => note.what === what && note.name === name)?.at;
}

/** The most runs that went on at once, of those that these notes tell of. */
export function mostAtOnce(notes: readonly Note[]): number {
  let now = 0;
  let most = 0;
  // What ends at the hundredth of a second at which another begins was first.
  const runs = notes.filter(({ what }) => what !== "T");
  for (const { what } of runs.toSorted((a, b) => a.at - b.at || (a.what === "E" ? -1 : 1))) {
    now += what === "S" ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}
