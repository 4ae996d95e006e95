/**
 * `queuectl doctor`: checks a queue, and mends what is safe to mend.
 *
 * @module
 */

import { examine } from "../../../doctor/examine.ts";
import { VERSION } from "../../../version.ts";
import { killSurvivors } from "../../../process/survivors.ts";
import type { Invocation } from "../../table/command.ts";
import { print, printJson, printLines } from "../../terminal/output.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints each finding and its remedy; exits with 0 if all is well or has been mended, else with 1. */
export async function doctor(call: Invocation): Promise<number> {
  const queue = await openQueue(call, { evenMisconfigured: true, evenIncomplete: true });
  const findings = await examine(queue.store, {
    repair: call.options.has("repair"),
    freeBytes: await freeBytes(queue.dir),
    host: Deno.hostname(),
    pid: Deno.pid,
    version: VERSION,
    killSurvivors,
  });
  if (call.json) printJson(findings);
  else {
    for (const { problem, remedy, mended } of findings) {
      printLines([
        `${mended ? "mended" : "found "}  ${visibleText(problem)}`,
        `        ${visibleText(remedy)}`,
      ]);
    }
    if (findings.length === 0) print(`${visibleText(queue.dir)} is well`);
  }
  return findings.every(({ mended }) => mended) ? 0 : 1;
}

/** Bytes that this user may still write; `undefined` where the system does not tell. */
async function freeBytes(dir: string): Promise<number | undefined> {
  const { statfsSync } = await import("node:fs");
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
