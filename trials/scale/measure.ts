/**
 * Real workers, each a process with a host name of its own (`unshare --uts`), on one directory:
 * what the simulation predicts, measured. Needs root.
 *
 * @module
 */

import { jobBytes, newJob } from "../../src/format/job.ts";
import { waitingName } from "../../src/format/names.ts";
import { Queue } from "../../src/queue.ts";
import type { Scene } from "./simulate.ts";

const WORKER = decodeURIComponent(new URL("real_worker.ts", import.meta.url).pathname);

/** Jobs a second of so many real workers; the costs of flushes and of the server do not count. */
export async function measure(scene: Scene): Promise<number> {
  const { hosts, roundTrip, namesACall, slots, warmUp, seconds, job } = scene;
  const home = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "queuectl-scale-" });
  const dir = `${home}/queue`;
  // A worker that is late on a loaded machine must not be taken for one that is cut off.
  await (await Queue.open(dir)).configure({ fence_after: 3600 });
  let added = 0;
  const fillUp = () => {
    for (let left = [...Deno.readDirSync(`${dir}/pending`)].length; left < scene.backlog; left++) {
      const id = `job${String(added++).padStart(8, "0")}`;
      const made = newJob(
        { command: job === 0 ? "true" : `sleep ${job / 1000}`, id },
        { max_retries: 3, timeout: null },
        Date.now(),
      );
      const name = waitingName(Date.now(), 5, id, made);
      Deno.writeFileSync(`${dir}/tmp/${id}`, jobBytes(made), { mode: 0o600 });
      Deno.renameSync(`${dir}/tmp/${id}`, `${dir}/pending/${name}`);
    }
  };
  fillUp();
  const workers = Array.from({ length: hosts }, (_, number) =>
    new Deno.Command("unshare", {
      args: [
        ...["--uts", "sh", "-c", `hostname h${number}; exec "$@"`, "sh", Deno.execPath(), "run"],
        ...["-A", "--no-check", WORKER, dir, `${roundTrip}`, `${namesACall}`, `${slots}`],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn());
  try {
    // Each says so once it works.
    for (const worker of workers) {
      const reader = worker.stdout.getReader();
      await reader.read();
      reader.releaseLock();
    }
    const ended = () =>
      [...Deno.readDirSync(`${dir}/done`)].filter(({ name }) => name.endsWith(".json")).length;
    const wait = async (length: number) => {
      for (const until = performance.now() + length * 1000; performance.now() < until;) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        fillUp();
      }
    };
    await wait(warmUp);
    const [before, begun] = [ended(), performance.now()];
    await wait(seconds);
    return (ended() - before) / ((performance.now() - begun) / 1000);
  } finally {
    for (const worker of workers) {
      try {
        worker.kill("SIGTERM");
      } catch {
        // It has exited, and has said why.
      }
    }
    await Promise.all(workers.map(async (worker) => {
      await worker.stdout.cancel();
      await worker.status;
    }));
    await Deno.remove(home, { recursive: true });
  }
}
