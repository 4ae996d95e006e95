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

/** The rate of `sleep 0.05` on three hosts, against that on one. */
async function threeAgainstOne(
  sceneOf: (name: string) => Scene,
  name: string,
  question: string,
): Promise<Row> {
  const rates: Record<1 | 3, number[]> = { 1: [], 3: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const number of [1, 3] as const) {
      const names = ["n1", "n2", "n3"].slice(0, number);
      const scene = sceneOf(`${name}-${number}-${round}`);
      rates[number].push(await drain(scene, names, "sleep 0.05", number * 120));
    }
  }
  const [one, three] = [median(rates[1]), median(rates[3])];
  return {
    question,
    figure: perSecond(three),
    reference: `one host: ${perSecond(one)}`,
    ratio: three / one,
    must: "2.0",
    reached: three / one >= 2,
    aim: "2.7",
  };
}

const QUESTION_OF_HOSTS = "jobs/s of `sleep 0.05`, four slots a host, three hosts";

const hosts: Question = {
  name: "hosts",
  about: "sleep 0.05 on three hosts against one",
  ask: async (_, sceneOf) => [await threeAgainstOne(sceneOf, "hosts", QUESTION_OF_HOSTS)],
};

/** How long each server waits in `slow`, in milliseconds: about the seek of a hard disk. */
const SEEK = 10;

const slow: Question = {
  name: "slow",
  about: `the same, where each request waits ${SEEK} ms at the servers, as at a hard disk`,
  async ask({ engine, hosts, root }, sceneOf) {
    if (!engine.slowDown) return [];
    const path = `${root}/${VOLUME}`;
    await engine.slowDown(hosts[0]!, path, SEEK);
    const question = `the same, where each request waits ${SEEK} ms at the servers`;
    const row = await threeAgainstOne(sceneOf, "slow", question);
    await engine.slowDown(hosts[0]!, path, 0);
    return [row];
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
  about: "enqueue --file of 5,000 lines, and 5,000 new files",
  async ask({ root }, sceneOf) {
    const scene = sceneOf("file");
    await scene.open();
    const input = "true\n".repeat(5000);
    const [times, loops]: [number[], number[]] = [[], []];
    for (let round = 0; round < 2; round++) {
      const host = scene.rig.host("n2");
      const args = ["enqueue", "--file", "-"];
      const ended = await host.queuectl(scene.dir, args, { input, patience: 150 });
      if (ended.code !== 0) throw new Error(`exit ${ended.code}: ${ended.stderr}`);
      times.push(ended.seconds);
      const folder = `${root}/${VOLUME}/files-${round}`;
      loops.push(Number(await onHost(host, "files", folder, 5000)));
    }
    const [time, loop] = [median(times), median(loops)];
    return [{
      question: "`enqueue --file` of 5,000 lines",
      figure: span(time),
      reference: `5,000 new files, each flushed, 16 at once: ${span(loop)}`,
      ratio: time / loop,
      must: "8 s",
      reached: time <= 8,
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
export const speedQuestions: readonly Question[] = [hosts, slow, jobs, file, listing];
