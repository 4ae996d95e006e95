/**
 * Showing what was measured: a table, and docs/performance.md.
 *
 * @module
 */

import type { Row } from "./measure.ts";

/** The rows as a table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [
    "| question | queuectl | reference in the same run | ratio | must | aim |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const { question, figure, reference, ratio, must, reached, aim } of rows) {
    const mark = reached === false ? " (missed)" : "";
    const shown = ratio === undefined ? "" : ratio.toFixed(2);
    lines.push(`| ${question} | ${figure} | ${reference} | ${shown} | ${must}${mark} | ${aim} |`);
  }
  return lines.join("\n");
}

/** Writes docs/performance.md: the table, the command, the machine and the day. */
export async function savePerformance(rows: readonly Row[], command: string): Promise<void> {
  const memory = Math.round(Deno.systemMemoryInfo().total / 1e9);
  const machine = `${navigator.hardwareConcurrency} cores, ${memory} GB of memory, Linux ` +
    `${
      Deno.osRelease().split(".").slice(0, 2).join(".")
    }, ${await fileSystem()}, Deno ${Deno.version.deno}`;
  const path = new URL("../docs/performance.md", import.meta.url);
  const old = await Deno.readTextFile(path).catch(() => "");
  // What stands below the table was written by hand.
  const below = old.indexOf("\n## ");
  const page = `# Performance

Measured with \`${command}\` on ${
    new Date().toISOString().slice(0, 10)
  }: ${machine}. The machine is shared
and noisy, so what counts is the ratio: both sides ran in turn in this one run, and each figure is a
median. "must" and "aim" are what the project asks of itself.

${tableOf(rows)}
${below < 0 ? "" : old.slice(below)}`;
  await Deno.writeTextFile(path, page);
}

async function fileSystem(): Promise<string> {
  const { stdout } = await new Deno.Command("stat", { args: ["-f", "-c", "%T", "/tmp"] }).output();
  return new TextDecoder().decode(stdout).trim();
}
