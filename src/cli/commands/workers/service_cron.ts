/**
 * The service of a queue as a line of this user's crontab.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { answerOf, ended, type ServiceManager, shown } from "./service_manager.ts";
import { startInBackground } from "./detach.ts";

/** The service of a name. */
export function cron(
  name: string,
  open: () => Promise<Queue>,
  words: readonly string[],
): ServiceManager {
  const lines = async () => {
    const { success, stdout } = await ended("crontab", ["-l"]);
    return success ? stdout.split("\n").filter((line) => line !== "") : [];
  };
  const isOurs = (line: string) => line.endsWith(` # ${name}`);
  const write = async (kept: readonly string[]) => {
    await answerOf("crontab", ["-"], {}, kept.map((line) => `${line}\n`).join(""));
  };
  /** Any worker of the queue on this machine: cron does not know which it started. */
  const worker = async () =>
    (await open()).workers().find(({ host, only }) =>
      host === Deno.hostname() && only === undefined
    );
  return {
    manager: "cron",
    scope: "user",
    file: "your crontab",
    isInstalled: async () => (await lines()).some(isOurs),
    async install(text) {
      await write([...(await lines()).filter((line) => !isOurs(line)), text.trimEnd()]);
      if (!await worker()) await startInBackground(await open(), words, Deno.env.toObject(), "/");
    },
    async uninstall() {
      await write((await lines()).filter((line) => !isOurs(line)));
    },
    async status() {
      const live = await worker();
      const state = live ? `worker ${live.name}` : "no worker of this machine is alive";
      return {
        running: live !== undefined,
        state,
        ...(live && { pid: live.pid }),
        at_boot: (await lines()).some(isOurs),
      };
    },
    async logs(count, follow) {
      const live = await worker();
      if (!live) throw new QueueError("no worker of this machine is alive; each has its own log");
      const log = `${(await open()).dir}/workers/${live.name}.log`;
      return await shown("tail", ["-n", String(count), ...(follow ? ["-F"] : []), log]);
    },
    advice: () =>
      Promise.resolve("cron starts it at boot only: a worker that fails is not started again"),
  };
}
