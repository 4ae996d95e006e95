/**
 * What hosts must agree on: times of schedules, limits, keys, IDs, and who waits for whom.
 *
 * @module
 */

import { programWords } from "../program_words.ts";
import type { Play } from "./case.ts";
import { atOnce, late, noted, span, when, work } from "./from_any.ts";
import { mostAtOnce, timeOf } from "./noted_jobs.ts";
import { pause, uptime } from "./processes.ts";

const ALL = ["n1", "n2", "n3"];

/** How often hosts race for the same thing. */
const ROUNDS = 8;

/** Each time of a schedule becomes one job, whichever worker turns it. */
export const schedules: Play = async (scene) => {
  await work(scene, ALL);
  const job = scene.plan("tick", ":");
  const options = ["--overlap", "allow", "--catch-up", "all"];
  const command = job.input.command as string;
  await scene.expect("n4", "schedule", "add", ...options, "tick", "every 1s", command);
  const begun = uptime();
  await pause(25);
  await scene.expect("n2", "schedule", "rm", "tick");
  const seconds = uptime() - begun;
  await scene.untilRest("n3", 60);
  const runs = scene.notes().filter(({ what }) => what === "S");
  const times = runs.map(({ id }) => id);
  const twice = times.filter((id, at) => times.indexOf(id) !== at);
  scene.check(twice.length === 0, `ran more than once: ${[...new Set(twice)].join(" ")}`);
  scene.figures.push(`${times.length} times in ${seconds.toFixed(0)} s, once each`);
  const stamps = [...new Set(times)].map(timeOfId).sort();
  const gaps = stamps.slice(1).map((stamp, at) => stamp - stamps[at]!).filter((gap) => gap > 1500);
  scene.check(gaps.length === 0, `times left out: gaps of ${gaps.join(", ")} ms`);
  scene.check(stamps.length >= seconds - 6, `${stamps.length} times in ${seconds.toFixed(0)} s`);
  await scene.close("n1");
};

/** The time that is in the ID of a schedule's job: `NAME-20261122T043211123Z` or the like. */
function timeOfId(id: string): number {
  const digits = id.replace(/^[^-]*-/, "").replace(/\D/g, "").padEnd(17, "0");
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})/.exec(digits)!.slice(1).map(Number);
  const [year, month, day, hour, minute, second, ms] = parts as [number, ...number[]];
  return Date.UTC(year, month! - 1, day, hour, minute, second, ms);
}

/** No more run at once than the limit says, on all hosts together. */
export const limits = (what: "concurrency" | "resources"): Play => async (scene) => {
  const isResource = what === "resources";
  await scene.open({ [isResource ? "resources.gpu" : "concurrency"]: "2" });
  for (const name of ALL) scene.startWorker(scene.rig.host(name));
  await scene.untilWorkers(ALL.length);
  const needs = isResource ? { resource: "gpu" } : {};
  const jobs = Array.from(
    { length: 15 },
    (_, n) => scene.plan(`limited-${n}`, "sleep 0.4", 3, needs),
  );
  await Promise.all(
    ALL.map((host, at) => scene.enqueue(host, jobs.slice(at * 5, at * 5 + 5))),
  );
  await scene.close("n3", 120);
  const most = mostAtOnce(scene.notes());
  scene.check(most <= 2, `${most} ran at once, where 2 may`);
  scene.figures.push(`at most ${most} at once, where 2 may`);
};

/**
 * Of hosts that add a job with the same key at once, one adds it, and the others are given its ID.
 */
export const keys: Play = async (scene) => {
  await work(scene, ALL);
  for (let n = 0; n < ROUNDS; n++) {
    const job = scene.plan(`keyed-${n}`, "sleep 2", 0, { unique: `key ${n}` });
    const told = await atOnce(scene, ALL, () => ["enqueue", JSON.stringify(job.input)]);
    for (const { code, stderr } of told) {
      scene.check(code === 0, `enqueue --unique: exit ${code}: ${stderr.trim()}`);
    }
    const ids = new Set(told.map(({ stdout }) => stdout.trim()).filter((id) => id !== ""));
    scene.check(ids.size === 1, `one key, and jobs ${[...ids].join(" ")}`);
    scene.acknowledge([...ids], [...ids].map(() => job));
  }
  await scene.close();
};

/**
 * Of hosts that add a job with the same ID at once, one adds it; nor can it be added again when it
 * is done.
 */
export const ids: Play = async (scene) => {
  await work(scene, ALL);
  const add = (id: string) => async (hosts: readonly string[]) => {
    const jobs = hosts.map((host) => scene.plan(`${id}-${host}`, ":", 3));
    const told = await atOnce(scene, hosts, (host) => {
      return ["enqueue", "--id", id, JSON.stringify(jobs[hosts.indexOf(host)]!.input)];
    });
    const added = jobs.filter((_, at) => told[at]!.code === 0);
    for (const job of added) scene.acknowledge([id], [job]);
    return added.length;
  };
  for (let n = 0; n < ROUNDS; n++) {
    const added = await add(`same-${n}`)(ALL);
    scene.check(added === 1, `same-${n}: added ${added} times`);
  }
  await scene.untilRest("n4", 60);
  for (let n = 0; n < ROUNDS; n++) {
    const again = await add(`same-${n}`)([ALL[n % 3]!]);
    scene.check(again === 0, `same-${n}: is done, and was added again`);
  }
  // A host that looked for a name before it was there must not trust what it keeps of that.
  for (let n = 0; n < 3; n++) {
    const id = `absent-${n}`;
    await scene.call("n3", "show", id);
    const first = await add(id)(["n1"]);
    const second = await add(id)(["n3"]);
    scene.check(first === 1 && second === 0, `${id}: added ${first + second} times`);
  }
  await scene.close();
};

/** A job that waits for another runs after it, whoever added and ran that. */
export const dependants: Play = async (scene) => {
  await work(scene, ALL);
  const delays = [];
  for (let n = 0; n < 5; n++) {
    const parent = scene.plan(`parent-${n}`, "sleep 1");
    const [id] = await scene.enqueue("n1", [parent]);
    const child = scene.plan(`child-${n}`, ":", 3, { after: [id ?? "none"] });
    await scene.enqueue("n3", [child]);
    await when(noted(scene, "S", child.name));
    const notes = scene.notes();
    delays.push(span(timeOf(notes, "E", parent.name), timeOf(notes, "S", child.name)));
  }
  late(scene, "a child begins after its parent's end", delays);
  scene.check(!delays.some((delay) => delay !== undefined && delay < 0), "a child ran first");
  await scene.close();
};

/** `hold`, `edit`, `move` and `release` from other hosts than the one that added the job. */
export const changing: Play = async (scene) => {
  await work(scene, ALL);
  const delays = [];
  for (let n = 0; n < 4; n++) {
    const before = scene.plan(`unedited-${n}`, ":");
    const after = scene.plan(`edited-${n}`, ":");
    const [id] = await scene.enqueue("n1", [
      scene.plan(before.name, ":", 3, { run_at: inAnHour() }),
    ]);
    const job = id ?? "none";
    await scene.expect("n2", "hold", job);
    const editor = `${scene.evidence}/editor-${n}`;
    const swap = `#!/bin/sh\nexec sed -i 's/${before.name}/${after.name}/g' "$@"\n`;
    Deno.writeTextFileSync(editor, swap, { mode: 0o755 });
    const host = scene.rig.host("n3");
    const words = ["env", `VISUAL=${editor}`, ...programWords("--dir", scene.dir, "edit", job)];
    const edited = await host.run(words);
    scene.check(edited.code === 0, `edit: exit ${edited.code}: ${edited.stderr.trim()}`);
    scene.become(job, after);
    await scene.expect("n1", "release", job);
    await scene.expect("n2", "move", "--at", "now", "--priority", "9", job);
    const at = uptime();
    await when(noted(scene, "S", after.name));
    delays.push(span(at, timeOf(scene.notes(), "S", after.name)));
    scene.check(!noted(scene, "S", before.name)(), "a job ran as it was before it was edited");
  }
  late(scene, "a job begins after it was moved to now", delays);
  await scene.close();
};

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** `retry` from another host than the one where the job failed. */
export const retrying: Play = async (scene) => {
  await work(scene, ["n2"]);
  const delays = [];
  for (let n = 0; n < 4; n++) {
    const job = scene.plan(`retried-${n}`, '[ "$QUEUECTL_ATTEMPT" -gt 1 ] || last="exit 3"', 3, {
      max_retries: 0,
    });
    const [id] = await scene.enqueue("n1", [job]);
    await scene.call("n3", "wait", id ?? "none");
    const at = uptime();
    await scene.expect("n3", "dlq", "retry", id ?? "none");
    const second = () =>
      scene.notes().findLast(({ what, name }) => what === "S" && name === job.name);
    await when(() => (second()?.at ?? 0) > at);
    delays.push(span(at, second()?.at));
  }
  late(scene, "a job begins after dlq retry was typed", delays);
  await scene.close();
};
