/**
 * Judges a queue at rest, on the host that it is started on: prints a {@linkcode Judged} as JSON.
 *
 *     deno run -A trials/machines/judge_queue.ts QUEUE EVIDENCE
 *
 * EVIDENCE is a folder with `ledger`, `told` (a line `A ID` for each acknowledged job),
 * `planned.json` (the jobs by ID) and `hit.json` (the hosts whose workers may have been taken for
 * dead).
 *
 * @module
 */

import { entries, readEntry } from "../../src/contents/entries.ts";
import { Queue } from "../../src/queue.ts";
import { readLedger, readTold } from "../ledger.ts";
import { judge, type Verdict } from "../verdict.ts";
import { outputOf, overlaps, type Planned, readNotes } from "./noted_jobs.ts";

/** What is found of a queue. */
export type Judged = Omit<Verdict, "untold">;

if (import.meta.main) {
  const [dir, evidence] = Deno.args as [string, string];
  const read = (name: string) => Deno.readTextFileSync(`${evidence}/${name}`);
  const queue = await Queue.open(dir);
  const hit: string[] = JSON.parse(read("hit.json"));
  const { untold: _, ...verdict } = judge({
    queue,
    told: readTold(read("told")),
    runs: readLedger(read("ledger")),
    wasKilled: (worker) => hit.includes(worker.replace(/-.*$/, "")),
  });
  const notes = readNotes(read("ledger"));
  for (const { earlier, later, seconds } of overlaps(notes)) {
    verdict.violations.push(
      `${later.id}: attempt ${earlier.attempt} on ${earlier.worker} went on for ${
        seconds.toFixed(1)
      } s ` +
        `beside attempt ${later.attempt} on ${later.worker}`,
    );
  }
  const planned: Record<string, Planned> = JSON.parse(read("planned.json"));
  for (const { id, name, attempt, worker } of notes) {
    const due = planned[id]?.name;
    if (due !== undefined && due !== name) {
      verdict.violations.push(`${id}: attempt ${attempt} on ${worker} ran the command of ${name}`);
    }
  }
  for (const state of ["done", "dead"] as const) {
    for (const entry of entries(queue.store, state)) {
      const due = planned[entry.id];
      const job = readEntry(queue.store, entry);
      if (!due || !job) continue;
      if (job.command !== due.input.command) {
        verdict.violations.push(`${entry.id} (${state}): holds another job's command`);
      }
      const last = job.history.at(-1);
      if (last?.outcome !== "done") continue;
      const log = Deno.readFileSync(`${dir}/${state}/${entry.id}.log`);
      const printed = new TextDecoder().decode(log.subarray(last.log_offset));
      if (printed === outputOf(due)) continue;
      const seen = `${JSON.stringify(printed.slice(0, 200))}, ${printed.length} bytes`;
      verdict.violations.push(
        `${entry.id} (${state}): its log is not what it printed (${
          outputOf(due).length
        } bytes): ${seen}`,
      );
    }
  }
  console.log(JSON.stringify(verdict satisfies Judged));
}
