/**
 * BullMQ, with a Redis of its own on a socket, running `sh -c true` for each job as a user would
 * have it do.
 *
 * @module
 */

import { isInstalled, timed } from "./measure.ts";
import type { Peer } from "./peer.ts";

const PACKAGE = "bullmq@5.56.0";

const SCRIPT = `
const { Queue, Worker } = require("bullmq");
const { spawn } = require("node:child_process");
const [socket, jobs] = [process.argv[2], Number(process.argv[3])];
const connection = { path: socket, maxRetriesPerRequest: null };
(async () => {
  const queue = new Queue("bench" + process.pid, { connection });
  await queue.addBulk(Array.from({ length: jobs }, () => ({ name: "run", data: { command: "true" } })));
  let left = jobs;
  const begun = performance.now();
  const worker = new Worker("bench" + process.pid, (job) => new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", job.data.command], { stdio: "ignore", detached: true });
    child.on("error", reject);
    child.on("exit", (code) => code === 0 ? resolve() : reject(new Error(String(code))));
  }), { connection, concurrency: 2 });
  worker.on("completed", () => {
    if (--left > 0) return;
    console.log((performance.now() - begun) / 1000);
    process.exit(0);
  });
})();
`;

/**
 * Installs BullMQ into a folder and starts a Redis for it; `undefined`, with the reason, if that
 * fails.
 */
export async function startBullMq(folder: string, jobs: number): Promise<Peer | undefined> {
  if (!(await isInstalled("npm"))) return undefined;
  const home = `${folder}/bullmq`;
  Deno.mkdirSync(home);
  try {
    await timed(["npm", "install", "--silent", "--prefix", home, PACKAGE]);
  } catch {
    console.error(`not compared with BullMQ, which npm could not install (${PACKAGE})`);
    return undefined;
  }
  Deno.writeTextFileSync(`${home}/run.cjs`, SCRIPT);
  const socket = `${home}/redis.socket`;
  const redis = new Deno.Command("redis-server", {
    args: ["--port", "0", "--unixsocket", socket, "--appendonly", "yes", "--dir", home],
    stdout: "null",
    stderr: "null",
  }).spawn();
  for (let tries = 0; tries < 100; tries++) {
    try {
      Deno.lstatSync(socket);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    name: "BullMQ, Redis with AOF",
    async rate() {
      const { stdout } = await timed(["node", `${home}/run.cjs`, socket, String(jobs)]);
      return jobs / Number(stdout);
    },
    async close() {
      redis.kill("SIGKILL");
      await redis.status;
    },
  };
}
