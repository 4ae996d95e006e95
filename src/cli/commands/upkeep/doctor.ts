/**
 * `queuectl doctor`: checks a queue, and fixes what is safe to fix.
 *
 * @module
 */

import { diskSpace } from "../../../fs/disk_space.ts";
import type { Finding } from "../../../doctor/examination.ts";
import { examine } from "../../../doctor/examine.ts";
import { probeFileSystem, type ProbeResult } from "../../../doctor/probe_file_system.ts";
import type { Queue } from "../../../queue.ts";
import { killSurvivors } from "../../../process/survivors.ts";
import { UsageError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { VERSION } from "../../../version.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { print, printJson, printLines, say } from "../../terminal/output.ts";

/** What opening the queue has found, and fixed. */
const RESTORED: Finding = {
  problem: "VERSION was missing from a queue that has jobs",
  remedy: "it was written again; see whether jobs are missing, too: queuectl list",
  mended: true,
};

/** Prints each problem and its remedy; exits with 0 if none is left, else with 1. */
export async function doctor(call: Invocation): Promise<number> {
  if (call.options.has("file-system") && call.options.has("repair")) {
    throw new UsageError("--repair repairs the queue, which --file-system does not look at");
  }
  const opening: Finding[] = [];
  const restored = () => opening.push(RESTORED);
  const queue = await openQueue(call, { evenMisconfigured: true, evenIncomplete: true, restored });
  if (call.options.has("file-system")) return await tryFileSystem(queue, call.json);
  const findings = opening.concat(
    await examine(queue.store, {
      repair: call.options.has("repair"),
      freeBytes: diskSpace(queue.dir)?.free,
      host: Deno.hostname(),
      pid: Deno.pid,
      version: VERSION,
      killSurvivors,
    }),
  );
  if (call.json) printJson(findings);
  else {
    for (const { problem, remedy, mended } of findings) {
      if (mended) print(`fixed  ${visibleText(problem)}; ${visibleText(remedy)}`);
      else printLines([`found  ${visibleText(problem)}`, `       ${visibleText(remedy)}`]);
    }
    if (findings.length === 0) print(`${visibleText(queue.dir)}: no problems found`);
  }
  return findings.every(({ mended }) => mended) ? 0 : 1;
}

/** Prints what each try of the file system came to; exits with 1 if one says that it is unfit. */
async function tryFileSystem(queue: Queue, json: boolean): Promise<number> {
  const results: ProbeResult[] = [];
  const waiting = (seconds: number) =>
    say(`waiting up to ${seconds} s for the same command on another machine`);
  for await (const result of probeFileSystem(queue.store, waiting)) {
    results.push(result);
    if (json) continue;
    const { check, ok, found, remedy } = result;
    const word = ok === null ? "note" : ok ? "ok" : "found";
    print(`${word.padEnd(6)} ${check}: ${visibleText(found)}`);
    if (remedy !== undefined) print(`       ${visibleText(remedy)}`);
  }
  if (json) printJson(results);
  return results.some(({ ok }) => ok === false) ? 1 : 0;
}
