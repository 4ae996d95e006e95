/**
 * Commands that promise to work from any machine: each is given on one host, for what happens on
 * another, and how late it takes hold is measured.
 *
 * @module
 */

import { programWords } from "../program_words.ts";
import type { Play } from "./case.ts";
import type { Ended } from "./processes.ts";
import { type Note, outputOf, timeOf } from "./noted_jobs.ts";
import { pause, processes, until, uptime } from "./processes.ts";
import type { Scene } from "./scene.ts";

/**
 * How late anything may be, in seconds: a poll, caches of a second, and what a busy machine needs
 * for a program.
 */
export const LATEST = 8;

/** How often what is a matter of luck is tried. */
const TIMES = 5;

/** Opens the queue and starts workers on these hosts. */
export async function work(scene: Scene, hosts: readonly string[], count = 2): Promise<void> {
  await scene.open();
  for (const name of hosts) scene.startWorker(scene.rig.host(name), count);
  await scene.untilWorkers(hosts.length);
}

/** Notes how late things were, and that none was too late. `undefined`: it did not happen. */
export function late(scene: Scene, what: string, seconds: readonly (number | undefined)[]): void {
  const shown = seconds.map((one) => one === undefined ? "never" : `${one.toFixed(2)} s`).join(
    ", ",
  );
  scene.figures.push(`${what}: ${shown} late`);
  const isLate = (one: number | undefined) => one === undefined || one > LATEST;
  scene.check(!seconds.some(isLate), `${what}: later than ${LATEST} s: ${shown}`);
}

/** When something came to be so, by the clock that all hosts share; `undefined` if it did not. */
export async function when(
  holds: () => boolean | Promise<boolean>,
  patience = 30,
): Promise<number | undefined> {
  return await until(holds, patience, 0.03) ? uptime() : undefined;
}

/** The span from one time to another. */
export function span(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

/** Whether a note of this job is there. */
export const noted = (scene: Scene, what: Note["what"], name: string) => () =>
  timeOf(scene.notes(), what, name) !== undefined;

/**
 * A job that is added on one host begins on another, at whatever moment between two looks of an
 * idle worker.
 */
export const pickingUp: Play = async (scene, { random }) => {
  await work(scene, ["n2"]);
  const delays: number[] = [];
  for (let n = 0; n < 40; n++) {
    await pause(random() * 1.5);
    const job = scene.plan(`picked-${n}`, ":");
    await scene.enqueue(random() < 0.5 ? "n1" : "n3", [job]);
    const at = uptime();
    await when(noted(scene, "S", job.name), 2 * LATEST);
    // Most begin before the program that added them has exited.
    const delay = Math.max(0, (timeOf(scene.notes(), "S", job.name) ?? Infinity) - at);
    delays.push(delay);
    const told = delay === Infinity ? "not" : `after ${delay.toFixed(1)} s`;
    scene.check(delay <= LATEST, `${job.name} was added beside an idle worker, and begun ${told}`);
  }
  delays.sort((a, b) => a - b);
  const begun = delays.filter((delay) => delay < Infinity);
  const [median, most] = [begun[begun.length >> 1] ?? NaN, begun.at(-1) ?? NaN];
  scene.figures.push(
    `${begun.length} of ${delays.length} begun, after ${median.toFixed(2)} s in the median, ` +
      `${most.toFixed(2)} s at most`,
  );
  await scene.close("n1", 30);
};

/** `run` prints all that the job prints, and exits with its status. */
export const running: Play = async (scene) => {
  await work(scene, ["n2"]);
  const delays = [];
  for (let n = 0; n < 2 * TIMES; n++) {
    // A line or two printed at the end, as of most jobs; and much.
    const job = scene.plan(`run-${n}`, "sleep .5", n % 2 === 0 ? 1 : 300);
    const { code, stdout, stderr } = await scene.call("n3", "run", job.input.command as string);
    delays.push(span(timeOf(scene.notes(), "E", job.name), uptime()));
    const said = `exit ${code}, ${stdout.length} of ${outputOf(job).length} bytes ${stderr.trim()}`;
    scene.check(code === 0 && stdout === outputOf(job), `run of ${job.name}: ${said}`);
  }
  late(scene, "run exits after its job's end", delays);
  const failing = scene.plan("exit-7", 'last="exit 7"').input.command as string;
  const { code } = await scene.call("n3", "run", "--max-retries", "0", failing);
  scene.check(code === 7, `run of "exit 7" exits with ${code}`);
  await scene.close();
};

/** `logs -f` prints what the job prints while it runs, all of it, and ends with it. */
export const following: Play = async (scene) => {
  await work(scene, ["n2"]);
  const delays = [];
  const firsts = [];
  for (let n = 0; n < TIMES; n++) {
    const job = scene.plan(`followed-${n}`, "sleep 2", 100);
    const [id] = await scene.enqueue("n1", [job]);
    await when(noted(scene, "S", job.name));
    const output = `${scene.evidence}/follow-${n}`;
    const words = programWords("--dir", scene.dir, "logs", "-f", id ?? "none");
    const program = scene.rig.host("n3").start(words, output);
    const read = () => Deno.readTextFileSync(output);
    const first = await when(() => read().includes(`begin ${job.name}`));
    firsts.push(span(timeOf(scene.notes(), "S", job.name), first));
    const over = await when(() => program.end !== undefined);
    program.kill();
    delays.push(span(timeOf(scene.notes(), "E", job.name), over));
    const bytes = `${read().length} of ${outputOf(job).length} bytes`;
    scene.check(read() === outputOf(job), `logs -f printed ${bytes} of ${job.name}`);
  }
  late(scene, "logs -f shows the first line", firsts);
  late(scene, "logs -f ends after its job's end", delays);
  await scene.close();
};

/** `wait` ends when the job has ended. */
export const waiting: Play = async (scene) => {
  await work(scene, ["n2"]);
  const delays = [];
  for (let n = 0; n < TIMES; n++) {
    const job = scene.plan(`awaited-${n}`, "sleep 1");
    const [id] = await scene.enqueue("n1", [job]);
    const { code, stderr } = await scene.call("n3", "wait", id ?? "none");
    scene.check(code === 0, `wait: exit ${code}: ${stderr.trim()}`);
    delays.push(span(timeOf(scene.notes(), "E", job.name), uptime()));
  }
  late(scene, "wait exits after its job's end", delays);
  await scene.close();
};

/** `cancel` ends what runs on another host, and what waits never runs. */
export const cancelling: Play = async (scene) => {
  await work(scene, ["n2"], 1);
  const delays = [];
  for (let n = 0; n < 3; n++) {
    const [running, idle] = [`sleep 97${n}1`, `sleep 97${n}2`];
    const id = (await scene.expect("n1", "enqueue", `exec ${running}`)).trim();
    await when(() => isAlive(running));
    const next = (await scene.expect("n1", "enqueue", `exec ${idle}`)).trim();
    await scene.expect("n3", "cancel", next);
    const at = uptime();
    await scene.expect("n3", "cancel", id);
    delays.push(span(at, await when(() => !isAlive(running))));
    await pause(2);
    scene.check(!isAlive(idle), "a job runs that was cancelled while it waited");
    for (const one of [id, next]) {
      const { state } = JSON.parse((await scene.expect("n1", "show", "--json", one)) || "{}");
      scene.check(state === "dead", `cancelled, and in ${state}`);
    }
  }
  late(scene, "a command ends after cancel was typed", delays);
  await scene.untilRest("n1", 30);
  await scene.dismiss("n3");
};

/** Whether a command of these words runs on any host. */
function isAlive(words: string): boolean {
  return processes().some((one) => one.words === words);
}

/** `worker stop` from another host: by name, and at once with `--now`. */
export const stopping: Play = async (scene) => {
  await work(scene, ["n1", "n2", "n3"]);
  const [first, second] = scene.workers as [typeof scene.workers[0], typeof scene.workers[0]];
  const name = (await scene.list("n3")).find((one) => one.startsWith("n1-"));
  let at = uptime();
  await scene.expect("n3", "worker", "stop", name ?? "none");
  late(scene, "an idle worker ends after stop was typed", [
    span(at, await when(() => first.end !== undefined)),
  ]);
  const others = scene.workers.slice(1);
  scene.check(others.every(({ end }) => end === undefined), "stop NAME stopped another worker");
  const jobs = [0, 1, 2, 3].map((n) => scene.plan(`put-back-${n}`, "sleep 4"));
  await scene.enqueue("n4", jobs);
  await when(() => scene.notes().some(({ worker }) => worker.startsWith("n2-")));
  const busy = (await scene.list("n3")).find((one) => one.startsWith("n2-"));
  at = uptime();
  await scene.expect("n3", "worker", "stop", "--now", busy ?? "none");
  late(scene, "a busy worker ends after stop --now was typed", [
    span(at, await when(() => second.end !== undefined)),
  ]);
  await scene.untilRest("n3", 60);
  const notes = scene.notes();
  for (const { name } of jobs) {
    const ends = notes.filter((note) => note.name === name && note.what === "E").length;
    scene.check(ends === 1, `${name} came to its end ${ends} times`);
  }
  await scene.dismiss("n4");
};

/** `worker pause` and `worker resume` from another host. */
export const pausing: Play = async (scene) => {
  await work(scene, ["n1", "n2", "n3"]);
  const delays = [];
  for (let n = 0; n < 3; n++) {
    await scene.expect("n4", "worker", "pause");
    await pause(2);
    const job = scene.plan(`paused-${n}`, ":");
    await scene.enqueue("n1", [job]);
    await pause(3);
    scene.check(!noted(scene, "S", job.name)(), "a job began while the workers were paused");
    const at = uptime();
    await scene.expect("n4", "worker", "resume");
    await when(noted(scene, "S", job.name));
    delays.push(span(at, timeOf(scene.notes(), "S", job.name)));
  }
  late(scene, "a job begins after resume was typed", delays);
  await scene.close();
};

/** `status --watch` shows on one host what another adds. */
export const watching: Play = async (scene) => {
  await work(scene, ["n2"]);
  const output = `${scene.evidence}/watch`;
  const words = programWords("--dir", scene.dir, "status", "--watch");
  const text = `stty rows 40 cols 120; exec ${words.map((word) => `'${word}'`).join(" ")}`;
  const program = scene.rig.host("n3").start(["script", "-qec", text, "/dev/null"], output);
  const shows = (name: string) => () => Deno.readTextFileSync(output).includes(name);
  await when(shows("Workers 1"));
  const delays = [];
  for (let n = 0; n < 3; n++) {
    const job = scene.plan(`watched-${n}`, "sleep 3", 0, { id: `watched-${n}` });
    await scene.enqueue("n1", [job]);
    await when(noted(scene, "S", job.name));
    const at = timeOf(scene.notes(), "S", job.name);
    delays.push(span(at, await when(shows(job.name))));
  }
  program.kill();
  late(scene, "status --watch shows a job that runs", delays);
  await scene.close();
};

/** What a command answered when it was given on all these hosts at once. */
export function atOnce(
  scene: Scene,
  hosts: readonly string[],
  args: (host: string) => readonly string[],
): Promise<Ended[]> {
  return Promise.all(hosts.map((host) => scene.call(host, ...args(host))));
}
