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
 * @param work Shell text: what it does between its two notes.
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
      command:
        `${note}; note S; echo 'begin ${name}'; ${work}; ${print}; echo 'end ${name}'; note E`,
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
  /** Whether it began or ended. */
  what: "S" | "E";
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
    if ((what !== "S" && what !== "E") || name === undefined) continue;
    notes.push({ what, id: id!, attempt: Number(attempt), at: Number(at), worker: worker!, name });
  }
  return notes;
}

/** When the job of this name first began or ended, or `undefined`. */
export function timeOf(notes: readonly Note[], what: "S" | "E", name: string): number | undefined {
  return notes.find((note) => note.what === what && note.name === name)?.at;
}

/** The most runs that went on at once, of those that these notes tell of. */
export function mostAtOnce(notes: readonly Note[]): number {
  let now = 0;
  let most = 0;
  // What ends at the hundredth of a second at which another begins was first.
  for (const { what } of notes.toSorted((a, b) => a.at - b.at || (a.what === "E" ? -1 : 1))) {
    now += what === "S" ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}
