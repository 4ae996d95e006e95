/**
 * What the doctor finds. It reads every job's file, so it looks in a thread of its own, which ends
 * with the look.
 *
 * @module
 */

import {
  diskSpace,
  examine,
  type Finding,
  killSurvivors,
  type Queue,
  VERSION,
} from "../../../mod.ts";

/** Checks the queue, and repairs nothing. */
export function findingsOf(queue: Queue): Promise<Finding[]> {
  return examine(queue.store, {
    repair: false,
    freeBytes: diskSpace(queue.dir)?.free,
    host: Deno.hostname(),
    pid: Deno.pid,
    version: VERSION,
    killSurvivors,
  });
}

/** What a thread of the doctor answers. */
export type DoctorAnswer = { findings: Finding[] } | { error: string };

/** Checks the queue in a thread of its own. */
export async function findingsApart(queue: Queue): Promise<Finding[]> {
  const thread = new Worker(new URL("./doctor_thread.ts", import.meta.url), { type: "module" });
  try {
    const answer = await new Promise<DoctorAnswer>((resolve) => {
      thread.onerror = (event) => {
        event.preventDefault();
        resolve({ error: `the doctor's thread failed: ${event.message}` });
      };
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }: MessageEvent<DoctorAnswer>) => {
        port1.close();
        resolve(data);
      };
      const ofAnyUser = queue.store.owner !== Deno.uid();
      thread.postMessage({ dir: queue.dir, ofAnyUser }, [port2]);
    });
    if ("error" in answer) throw new Error(answer.error);
    return answer.findings;
  } finally {
    thread.terminate();
  }
}
