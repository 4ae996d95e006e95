/**
 * How soon a host knows what another did, and what it costs to listen.
 *
 * @module
 */

import { decodeTime } from "@std/ulid";
import { median, percentile, span } from "../../bench/measure.ts";
import type { Question } from "./bench.ts";
import { VOLUME } from "./engine.ts";
import { work } from "./from_any.ts";
import type { Scene } from "./scene.ts";
import { pause, processes, run, until, uptime } from "./processes.ts";

/** How many jobs meet an idle worker. */
const PICKED = 40;

/** For how long nothing happens before a job meets a silent queue, in seconds; and how many do. */
const SILENCE = 25, SILENT_QUEUES = 6;

/** For how long an idle worker is looked at, in seconds. */
const IDLE = 20;

/** How often a host dies. */
const DEATHS = 3;

const two = (delays: readonly number[]) =>
  `median ${span(median(delays))}, p99 ${span(percentile(delays, 0.99))}`;

const pickup: Question = {
  name: "pickup",
  about: "from enqueue on one host to the start on another",
  async ask(_, sceneOf) {
    const scene = sceneOf("pickup");
    await work(scene, ["n2"]);
    const delays: number[] = [];
    for (let n = 0; n < PICKED; n++) {
      await pause(0.5 + Math.random());
      delays.push(await delayOf(scene, n));
    }
    await scene.dismiss("n1");
    return [{
      question: `enqueue on one host until it starts on another, idle worker (${PICKED} jobs)`,
      figure: two(delays),
      reference: "",
      must: "median 0.3 s, p99 1.2 s",
      reached: median(delays) <= 0.3 && percentile(delays, 0.99) <= 1.2,
      aim: "0.1 s, 0.5 s",
    }];
  },
};

/** From when a program on n1 or n3 makes a job's ID until the job runs `date`. */
async function delayOf(scene: Scene, n: number): Promise<number> {
  const stamp = `${scene.evidence}/began-${n}`;
  const command = `date +%s%3N >'${stamp}'`;
  const id = (await scene.expect(n % 2 === 0 ? "n1" : "n3", "enqueue", command)).trim();
  const began = () => Number(textOf(stamp));
  if (!(await until(() => began() > 0, 30, 0.05))) throw new Error(`${id} did not begin`);
  return (began() - decodeTime(id)) / 1000;
}

const silence: Question = {
  name: "silence",
  about: `the same, once nothing has happened for ${SILENCE} s`,
  async ask(_, sceneOf) {
    const scenes = Array.from({ length: SILENT_QUEUES }, (_, n) => sceneOf(`silence-${n}`));
    for (const scene of scenes) await work(scene, ["n2"]);
    await pause(SILENCE);
    const delays: number[] = [];
    for (const [n, scene] of scenes.entries()) delays.push(await delayOf(scene, n));
    for (const scene of scenes) await scene.dismiss("n1");
    return [{
      question: `the same, after ${SILENCE} s in which nothing happened (${SILENT_QUEUES} queues)`,
      figure: `median ${span(median(delays))}, at most ${span(Math.max(...delays))}`,
      reference: "",
      must: "",
      aim: "",
    }];
  },
};

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

const idle: Question = {
  name: "idle",
  about: "calls of an idle worker into the volume",
  async ask(rig, sceneOf) {
    const scene = sceneOf("idle");
    await work(scene, ["n2"]);
    // Its start is not idleness, nor is what it does after a ring.
    await pause(SILENCE);
    const workers = processes().filter(({ words }) =>
      words.startsWith(Deno.execPath()) && words.includes(scene.dir)
    );
    const trace = `${scene.evidence}/strace`;
    const options = ["-f", "-qq", "-y", "-e", "trace=%file,%desc", "-o", trace];
    const traced = [...withChildren(workers.map(({ pid }) => pid))].map((pid) => `--attach=${pid}`);
    const words = ["timeout", "--signal", "INT", `${IDLE}`, "strace", ...options, ...traced];
    await run(words, { patience: IDLE + 20 });
    const volume = `${rig.root}/${VOLUME}`;
    // A call that was interrupted by another thread's stands on two lines, the first with its path.
    const calls = textOf(trace).split("\n").filter((line) => line.includes(volume));
    await scene.dismiss("n1");
    const rate = calls.length / IDLE;
    return [{
      question: `calls of an idle worker into the volume (strace, ${IDLE} s)`,
      figure: `${rate.toFixed(1)}/s`,
      reference: "",
      must: "5/s",
      reached: calls.length > 0 && rate <= 5,
      aim: "2/s",
    }];
  },
};

/** These processes, and those that they started. */
function withChildren(pids: readonly number[]): Set<number> {
  const found = new Set(pids);
  for (const { pid, parent } of processes()) if (found.has(parent)) found.add(pid);
  return found;
}

const takeover: Question = {
  name: "takeover",
  about: "from a host's death to its job's next start",
  async ask(rig, sceneOf) {
    const waits: number[] = [];
    const locks: number[] = [];
    for (let n = 0; n < DEATHS; n++) {
      const scene = sceneOf(`takeover-${n}`);
      const host = rig.host("n4");
      await work(scene, ["n4"]);
      const job = scene.plan("orphan", '[ "$QUEUECTL_ATTEMPT" -gt 1 ] || sleep 600');
      await scene.enqueue("n1", [job]);
      const starts = () => scene.notes().filter(({ what }) => what === "S");
      await until(() => starts().length === 1, 30);
      for (const name of ["n1", "n2"]) scene.startWorker(rig.host(name));
      await scene.untilWorkers(3);
      const lock = `${rig.root}/${VOLUME}/lock-${n}`;
      host.start(["flock", lock, "sleep", "600"], `${scene.evidence}/holder`);
      const isHeld = async () =>
        (await rig.host("n1").run(["flock", "--nonblock", lock, "true"])).code !== 0;
      await until(isHeld, 10);
      const freed = `${scene.evidence}/freed`;
      const words = ["flock", lock, "cat", "/proc/uptime"];
      const contender = rig.host("n1").start(words, freed);
      await pause(1);
      await host.cut();
      await host.kill();
      const died = uptime();
      await until(() => starts().length > 1 && textOf(freed) !== "", 150);
      contender.kill();
      const [second, free] = [starts()[1]?.at, Number(textOf(freed).split(" ")[0])];
      if (second === undefined || !free) throw new Error("nobody took the job over in 150 s");
      waits.push(second - died);
      locks.push(free - died);
      await rig.restart(host);
      await scene.dismiss("n1");
    }
    const lead = median(waits.map((wait, n) => wait - locks[n]!));
    return [{
      question: `takeover after a host dies (${DEATHS} times)`,
      figure: span(median(waits)),
      reference: `a lock held by \`flock\`: ${span(median(locks))}`,
      must: `that + 2 s (${lead < 0 ? "" : "+"}${lead.toFixed(2)} s)`,
      reached: lead <= 2,
      aim: "+ 0.5 s",
    }];
  },
};

/** How soon a host knows what another did. */
export const hearingQuestions: readonly Question[] = [pickup, silence, idle, takeover];
