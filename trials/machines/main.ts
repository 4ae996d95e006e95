/**
 * Many machines on one directory: hosts made of namespaces share a volume of a network file system,
 * work one queue on it, and are killed, cut off and given wrong clocks. Ledgers outside the volume
 * tell what ran, where and when.
 *
 *     deno task machines --engine glusterfs --minutes 10
 *
 * Exits with 0 if every promise held, or if it cannot run here, which it says; else with 1, and
 * keeps the evidence.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { seededRandom } from "../../tests/simulation/seeded.ts";
import type { Row } from "../../bench/measure.ts";
import { tableOf } from "../../bench/report.ts";
import { runApart, whyNot } from "./apart.ts";
import { type Question, QUESTIONS, saveTable } from "./bench.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import type { Engine } from "./engine.ts";
import { glusterfs } from "./glusterfs.ts";
import { moosefs } from "./moosefs.ts";
import { cephfs } from "./cephfs.ts";
import { must } from "./processes.ts";
import { Rig } from "./rig.ts";
import { Scene } from "./scene.ts";

const ENGINES: readonly Engine[] = [glusterfs, moosefs, cephfs];

const HELP =
  `deno task machines [--engine NAME] [--case NAME[,NAME]] [--minutes N] [--seed N] [--small]

  --engine NAME   ${ENGINES.map(({ name }) => name).join(" or ")} (all)
  --case NAME     only these, mounted in the first way alone:
${CASES.map(({ name, about }) => `                    ${name.padEnd(16)} ${about}`).join("\n")}
  --mount N       the Nth way to mount alone: for GlusterFS 1 is direct-io-mode=enable (all)
  --jobs N        how many jobs where nothing fails (1000)
  --minutes N     how long faults come at random (5)
  --seed N        which jobs and faults (drawn)
  --small         GlusterFS unless told, few cases and 100 jobs: what every change must pass
  --bench NAME…   measures instead, on GlusterFS unless told; only these, if named:
${QUESTIONS.map(({ name, about }) => `                    ${name.padEnd(16)} ${about}`).join("\n")}
  --save          with --bench: writes the table into docs/machines-bench.md`;

const { values: flags, positionals } = readFlags();
if (flags.help) {
  console.log(HELP);
  Deno.exit(0);
}
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const engines = flags.engine === undefined
  ? ENGINES.slice(0, flags.small || flags.bench ? 1 : undefined)
  : chosen(ENGINES, flags.engine);
const cases = flags.case === undefined
  ? CASES.filter(({ small }) => !flags.small || small !== undefined)
  : chosen(CASES, flags.case);
const questions = positionals.length === 0 ? QUESTIONS : chosen(QUESTIONS, positionals.join(","));

/** Where the evidence of failed cases is kept, once there is some. */
let evidence: string | undefined;

Deno.exit(Deno.env.has("MACHINES_ROOT") ? await playAll(engines[0]!) : await runEngines());

function readFlags() {
  const text = { type: "string" } as const;
  const yes = { type: "boolean" } as const;
  try {
    return parseArgs({
      options: {
        ...{ engine: text, case: text, mount: text, jobs: text, minutes: text, seed: text },
        ...{ small: yes, bench: yes, save: yes, help: { ...yes, short: "h" } },
      },
      allowPositionals: Deno.args.includes("--bench"),
    });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    Deno.exit(2);
  }
}

/** The ones of these names. */
function chosen<Named extends { name: string }>(all: readonly Named[], names: string): Named[] {
  return [...new Set(names.split(","))].map((name) => {
    const found = all.find((one) => one.name === name);
    if (found) return found;
    console.error(`there is no "${name}"; choose from: ${all.map(({ name }) => name).join(" ")}`);
    Deno.exit(2);
  });
}

/** Plays each engine in namespaces of its own. */
async function runEngines(): Promise<number> {
  let worst = 0;
  for (const engine of engines) {
    const reason = await whyNot(engine.needed);
    if (reason !== undefined) {
      console.log(`skipped: ${engine.name}: ${reason}`);
      continue;
    }
    const args = Object.entries(flags).flatMap(([name, value]) =>
      name === "engine" || name === "seed"
        ? []
        : value === true
        ? [`--${name}`]
        : [`--${name}`, `${value}`]
    );
    const own = ["--engine", engine.name, "--seed", `${seed}`];
    const code = await runApart(import.meta.filename!, [...args, ...own, ...positionals]);
    worst = Math.max(worst, code);
    if (code === 130) break;
  }
  return worst;
}

async function playAll(engine: Engine): Promise<number> {
  const begun = performance.now();
  const rig = await Rig.make(engine).catch((error: Error) => error);
  if (rig instanceof Error) {
    console.error(`${engine.name}: the hosts cannot be set up: ${rig.message}`);
    return 1;
  }
  const made = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(`${engine.name}: four hosts, in ${made} s, seed ${seed}`);
  if (flags.bench) return await playBench(rig);
  const number = Number(flags.mount ?? (flags.case === undefined ? 0 : 1));
  const ways = number === 0 ? engine.mounts : engine.mounts.slice(number - 1, number);
  let [played, failed] = [0, 0];
  for (const [at, how] of ways.entries()) {
    await rig.remount(how);
    const own = cases.filter(({ small }) => !flags.small || at === 0 || small === "each mount");
    for (const one of own) {
      played++;
      if (!(await playCase(rig, one))) failed++;
    }
  }
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(
    `${engine.name}: ${played} cases, ${failed} failed, ${minutes} min`,
  );
  if (evidence !== undefined) console.log(`the evidence is in ${evidence}`);
  return failed === 0 ? 0 : 1;
}

/** Asks the bench's questions, and prints one table. */
async function playBench(rig: Rig): Promise<number> {
  const rows: Row[] = [];
  let failed = false;
  await rig.remount(rig.engine.mounts[Number(flags.mount ?? 1) - 1]!);
  for (const question of questions) {
    console.error(`measuring ${question.name} …`);
    const { rows: own, violations } = await answer(rig, question);
    rows.push(...own);
    failed ||= violations.length > 0;
    for (const violation of violations) console.error(`        ! ${violation}`);
    await rig.clear();
  }
  console.log(tableOf(rows));
  if (flags.save) {
    await saveTable(rows, rig, ["deno task machines", "--bench", ...positionals].join(" "));
  }
  return failed ? 1 : 0;
}

/** The answers to a question of the bench, and what went wrong. */
async function answer(
  rig: Rig,
  { name, ask }: Question,
): Promise<{ rows: Row[]; violations: string[] }> {
  const scenes: Scene[] = [];
  const sceneOf = (name: string) => {
    const scene = new Scene(rig, `bench-${name}`);
    scenes.push(scene);
    return scene;
  };
  const broken: string[] = [];
  const rows = await ask(rig, sceneOf).catch((error: Error) => {
    broken.push(`${name} broke off: ${error.stack}`);
    return [];
  });
  return { rows, violations: [...broken, ...scenes.flatMap(({ violations }) => violations)] };
}

/** Plays a case; returns whether all promises held. */
async function playCase(rig: Rig, { name, play }: Case): Promise<boolean> {
  const begun = performance.now();
  const scene = new Scene(rig, `${name}${rig.engine.mounts.indexOf(rig.how) + 1}`);
  const random = seededRandom(
    seed + [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0),
  );
  const small = flags.small ?? false;
  try {
    await play(scene, {
      random,
      size: Number(flags.jobs ?? (small ? 100 : 1000)),
      minutes: Number(flags.minutes ?? 5),
    });
  } catch (error) {
    scene.fail(`the case broke off: ${(error as Error).stack}`);
  }
  const { violations, figures } = scene;
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  const how = rig.how === "" ? "" : ` (${rig.how})`;
  console.log(`${violations.length === 0 ? "ok    " : "FAILED"}  ${name}${how}, ${seconds} s`);
  for (const figure of figures) console.log(`          ${figure}`);
  for (const violation of violations.slice(0, 40)) console.log(`        ! ${violation}`);
  if (violations.length > 40) console.log(`        ! and ${violations.length - 40} more`);
  if (violations.length > 0) {
    await scene.keep();
    Deno.writeTextFileSync(`${scene.evidence}/violations`, violations.join("\n") + "\n");
    // Outside of what only this trial sees, and only if there is any.
    evidence ??= Deno.makeTempDirSync({ prefix: "queuectl-machines-evidence-" });
    await must(["cp", "-r", scene.evidence, evidence]);
  }
  await rig.clear();
  return violations.length === 0;
}
