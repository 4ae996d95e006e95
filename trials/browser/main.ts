/**
 * The dashboard in real Chromium: the real program on real queues with real workers, and what the
 * pages say beside what the directory says.
 *
 *     deno task browser --case hostile
 *
 * Exits with 0 if all is well, or if there is no Chromium, which it says; else with 1.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { findChromium, launch } from "./chromium.ts";
import { Scene } from "./scene.ts";

const HELP = `deno task browser [--small] [--case NAME[,NAME]]

  --small        less of everything: what every change must pass
  --case NAME    only these:
${CASES.map(({ name, about }) => `                   ${name.padEnd(16)} ${about}`).join("\n")}`;

/** How long a case may take, in milliseconds. */
const LIMIT = 240_000;

const flags = readFlags();
if (flags.help) {
  console.log(HELP);
  Deno.exit(0);
}
const wanted = flags.case?.split(",");
const unknown = wanted?.filter((name) => !CASES.some((one) => one.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `there is no ${unknown.join(", ")}; choose from: ${CASES.map(({ name }) => name).join(" ")}`,
  );
  Deno.exit(2);
}
const chromium = findChromium();
if (chromium === undefined) {
  console.log("skipped: there is no chromium; install it: apt-get install chromium");
  Deno.exit(0);
}
Deno.exit(await playAll(chromium));

function readFlags() {
  try {
    return parseArgs({
      options: {
        small: { type: "boolean" },
        case: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    Deno.exit(2);
  }
}

async function playAll(chromium: string): Promise<number> {
  const begun = performance.now();
  const small = flags.small ?? false;
  const browser = await launch(chromium);
  let [played, failed] = [0, 0];
  for (const one of CASES) {
    if (wanted ? !wanted.includes(one.name) : small && one.isLong) continue;
    played++;
    if (!await play(one, browser, small)) failed++;
  }
  await browser.close();
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`${played} cases, ${failed} failed, ${minutes} min`);
  return failed === 0 ? 0 : 1;
}

/** Plays a case; returns whether all was well. */
async function play(one: Case, browser: Browser, small: boolean): Promise<boolean> {
  const begun = performance.now();
  const root = Deno.makeTempDirSync({ prefix: `queuectl-browser-${one.name}-` });
  const scene = new Scene(browser, root, small);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it took over ${LIMIT / 1000} s`)), LIMIT);
  try {
    await Promise.race([one.play(scene), late]);
  } catch (error) {
    const { message, stack = "" } = error as Error;
    const place = /cases\/\w+\.ts:\d+/.exec(stack)?.[0] ?? "";
    scene.violations.push(`the case broke off: ${message.replace(/\s*\n\s*/g, " ")} (${place})`);
    scene.violations.push(...await scene.sights());
  }
  clearTimeout(timer);
  await scene[Symbol.asyncDispose]();
  const { violations, figures } = scene;
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${violations.length === 0 ? "ok    " : "FAILED"}  ${one.name}, ${seconds} s`);
  for (const figure of figures) console.log(`          ${figure}`);
  for (const violation of violations.slice(0, 30)) console.log(`        ! ${violation}`);
  if (violations.length > 30) console.log(`        ! and ${violations.length - 30} more`);
  return violations.length === 0;
}
