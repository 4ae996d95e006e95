/**
 * What the dashboard costs and how quick it is: prints rows for the bench as JSON. `--quick` uses
 * small sizes, to see that all of it works. `deno task bench dashboard` runs this.
 *
 * @module
 */

import type { Row } from "../../bench/measure.ts";
import { findChromium, launch } from "./chromium.ts";
import { firstPage, millionDone } from "./measures/loading.ts";
import { pixels } from "./measures/pixels.ts";
import { idleServer, memory, slowdown } from "./measures/server.ts";
import { Scene } from "./scene.ts";

const quick = Deno.args.includes("--quick");
const only = Deno.args.filter((word) => !word.startsWith("--"));
const chromium = findChromium();
if (chromium === undefined) {
  console.error("there is no chromium; install it: apt-get install chromium");
  Deno.exit(1);
}

/** In this order: what leaves a disk with much to forget comes last. */
const MEASURES = { pixels, firstPage, memory, idleServer, slowdown, millionDone };

const rows: Row[] = [];
let failed = false;
for (const [name, measure] of Object.entries(MEASURES)) {
  if (only.length > 0 && !only.includes(name)) continue;
  console.error(`measuring the dashboard: ${name} …`);
  const browser = await launch(chromium);
  const scene = new Scene(browser, Deno.makeTempDirSync({ prefix: "queuectl-bench-" }), quick);
  try {
    rows.push(...await measure(scene, chromium));
  } catch (error) {
    failed = true;
    console.error(`${name}: ${(error as Error).message}`);
  } finally {
    await scene[Symbol.asyncDispose]();
    await browser.close();
  }
  for (const violation of scene.violations) console.error(`${name}: ${violation}`);
}
console.log(JSON.stringify(rows));
Deno.exit(failed ? 1 : 0);
