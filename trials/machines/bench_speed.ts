/**
 * How many jobs a second, and how long commands take.
 *
 * @module
 */

import { median, perSecond, type Row, span } from "../../bench/measure.ts";
import type { Question } from "./bench.ts";
import { VOLUME } from "./engine.ts";
import type { Host } from "./host.ts";
import { must, until } from "./processes.ts";
import type { Scene } from "./scene.ts";

/** How often each thing is measured. */
const ROUNDS = 3;

/** How many jobs have ended. */
const DONE = 20_000;

/** Has workers of four slots on these hosts run a job again and again; all see it at once. */
async function drain(
  scene: Scene,
  hosts: readonly string[],
  command: string,
  count: number,
  begins: () => Promise<void> = async () => {},
): Promise<number> {
  await scene.open();
  await scene.expect("n4", "worker", "pause");
  for (const name of hosts) scene.startWorker(scene.rig.host(name), 4);
  await scene.untilWorkers(hosts.length);
  const input = `${command}\n`.repeat(count);
  const host = scene.rig.host("n4");
  const { code, stderr } = await host.queuectl(scene.dir, ["enqueue", "--file", "-"], { input });
  if (code !== 0) throw new Error(stderr);
  await begins();
  await scene.expect("n4", "worker", "resume");
  let ends: number[] = [];
  const areDone = async () => (ends = await endsOf(scene)).length >= count;
  if (!(await until(areDone, 200, 0.5))) throw new Error(`${ends.length} of ${count} are done`);
  await scene.dismiss("n4");
  // Neither the workers' first jobs, which do not come at once on all hosts, nor their last.
  const [from, to] = [Math.floor(count * 0.2), Math.floor(count * 0.9)];
  ends.sort((a, b) => a - b);
  return (to - from) / (ends[to]! - ends[from]!);
}

/** When each job ended, in seconds. */
async function endsOf(scene: Scene): Promise<number[]> {
  const words = ["sh", "-c", 'cat "$0"/history/*.jsonl 2>/dev/null || :', scene.dir];
  const { stdout } = await scene.rig.host("n4").run(words);
  const times = stdout.matchAll(/"finished_at":"([^"]*)"[^\n]*\n/g);
  return [...times].map(([, time]) => Date.parse(time!) / 1000);
}

const hosts: Question = {
  name: "hosts",
  about: "sleep 0.05 on three hosts against one",
  async ask(_, sceneOf) {
    const rates: Record<1 | 3, number[]> = { 1: [], 3: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const number of [1, 3] as const) {
        const names = ["n1", "n2", "n3"].slice(0, number);
        const scene = sceneOf(`hosts-${number}-${round}`);
        rates[number].push(await drain(scene, names, "sleep 0.05", number * 120));
      }
    }
    const [one, three] = [median(rates[1]), median(rates[3])];
    return [{
      question: "jobs/s of `sleep 0.05`, four slots a host, three hosts",
      figure: perSecond(three),
      reference: `one host: ${perSecond(one)}`,
      ratio: three / one,
      must: "2.0",
      reached: three / one >= 2,
      aim: "2.7",
    }];
  },
};

const jobs: Question = {
  name: "jobs",
  about: "`true` on one host, its requests, and a plain loop",
  async ask(rig, sceneOf) {
    const count = 200;
    const host = rig.host("n2");
    const volume = `${rig.root}/${VOLUME}`;
    const [rates, loops, requests]: [number[], number[], number[]] = [[], [], []];
    await rig.engine.startCounting(host, volume);
    for (let round = 0; round < ROUNDS; round++) {
      const scene = sceneOf(`jobs-${round}`);
      let before = 0;
      rates.push(
        await drain(scene, ["n2"], "true", count, async () => {
          before = await rig.engine.requests(host, volume);
        }),
      );
      requests.push((await rig.engine.requests(host, volume) - before) / count);
      loops.push(count / Number(await onHost(host, "loop", `${volume}/loop-${round}`, count)));
    }
    const [rate, loop] = [median(rates), median(loops)];
    return [{
      question: "jobs/s of `true`, one host, four slots",
      figure: perSecond(rate),
      reference: "",
      must: "100/s",
      reached: rate >= 100,
      aim: "200/s",
    }, {
      question: "the same, against the engine's own limit",
      figure: perSecond(rate),
      reference: `4 renames, 2 new files, 2 fsyncs and a removal, 4 at once: ${perSecond(loop)}`,
      ratio: rate / loop,
      must: "0.5",
      reached: rate / loop >= 0.5,
      aim: "0.8",
    }, {
      question: "file-system requests for a job of `true` (counted in the FUSE client)",
      figure: median(requests).toFixed(1),
      reference: "",
      must: "",
      aim: "",
    }];
  },
};

/** Runs bench_disk.ts on a host. */
function onHost(host: Host, task: string, folder: string, count: number): Promise<string> {
  const script = new URL("bench_disk.ts", import.meta.url).pathname;
  const words = [Deno.execPath(), "run", "--quiet", "-A", script, task, folder, `${count}`];
  return must(host.words(...words), { patience: 180 });
}

const file: Question = {
  name: "file",
  about: "enqueue --file of 5,000 lines",
  async ask(_, sceneOf) {
    const scene = sceneOf("file");
    await scene.open();
    const input = "true\n".repeat(5000);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const host = scene.rig.host("n2");
      const args = ["enqueue", "--file", "-"];
      const ended = await host.queuectl(scene.dir, args, { input, patience: 150 });
      if (ended.code !== 0) throw new Error(`exit ${ended.code}: ${ended.stderr}`);
      times.push(ended.seconds);
      // Where one takes so long, what else runs does not change the answer.
      if (ended.seconds > 30) break;
    }
    return [{
      question: "`enqueue --file` of 5,000 lines",
      figure: span(median(times)),
      reference: "",
      must: "8 s",
      reached: median(times) <= 8,
      aim: "3 s",
    }];
  },
};

const listing: Question = {
  name: "listing",
  about: "status and list with 20,000 done",
  async ask(_, sceneOf) {
    const scene = sceneOf("listing");
    await scene.open();
    const writers = scene.rig.hosts.slice(0, 3);
    const share = Math.ceil(DONE / writers.length);
    await Promise.all(writers.map((host) => onHost(host, "fill", `${scene.dir}/done`, share)));
    const rows: Row[] = [];
    for (const words of [["status"], ["list", "--limit", "20"]]) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const { code, stderr, seconds } = await scene.call("n4", ...words);
        if (code !== 0) throw new Error(stderr);
        times.push(seconds);
      }
      rows.push({
        question: `\`${words.join(" ")}\` with ${DONE.toLocaleString("en-US")} done`,
        figure: span(median(times)),
        reference: "",
        must: "2 s",
        reached: median(times) <= 2,
        aim: "0.5 s",
      });
    }
    return rows;
  },
};

/** How many jobs a second, and how long commands take. */
export const speedQuestions: readonly Question[] = [hosts, jobs, file, listing];
