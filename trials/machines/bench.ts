/**
 * How fast one queue on a shared volume is, in a table like that of docs/performance.md.
 *
 * @module
 */

import type { Row } from "../../bench/measure.ts";
import { tableOf } from "../../bench/report.ts";
import { hearingQuestions } from "./bench_hearing.ts";
import { speedQuestions } from "./bench_speed.ts";
import { must } from "./processes.ts";
import type { Rig } from "./rig.ts";
import type { Scene } from "./scene.ts";

/** One question of the bench. */
export interface Question {
  /** What names it on the command line. */
  readonly name: string;
  /** What it measures. */
  readonly about: string;
  /** Measures, and answers in one row or several; `scene` gives it queues of its own. */
  ask(rig: Rig, scene: (name: string) => Scene): Promise<Row[]>;
}

/** All questions, in the order in which they are asked. */
export const QUESTIONS: readonly Question[] = [...hearingQuestions, ...speedQuestions];

/** The page of the table, and what stands around the table in it. */
const PAGE = new URL("../../docs/machines-bench.md", import.meta.url).pathname;
const [BEGIN, END] = ["<!-- bench -->", "<!-- end of bench -->"];

/** Writes the table into its page. */
export async function saveTable(rows: readonly Row[], rig: Rig, command: string): Promise<void> {
  const page = Deno.readTextFileSync(PAGE);
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no lines ${BEGIN} and ${END}`);
  const memory = Math.round(Deno.systemMemoryInfo().total / 1e9);
  const linux = Deno.osRelease().split(".").slice(0, 2).join(".");
  const mount = rig.how === "" ? "without options" : `with \`${rig.how}\``;
  const text = `Measured with \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ` +
    `${rig.engine.name} mounted ${mount}; four hosts and all that serves them on one machine of ` +
    `${navigator.hardwareConcurrency} cores and ${memory} GB of memory; Linux ${linux}, ` +
    `Deno ${Deno.version.deno}.`;
  const table = `${BEGIN}\n\n${text}\n\n${tableOf(rows)}\n\n`;
  Deno.writeTextFileSync(PAGE, page.slice(0, from) + table + page.slice(to));
  await must([Deno.execPath(), "fmt", "--quiet", PAGE]);
}
