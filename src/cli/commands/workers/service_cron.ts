/**
 * The service of a queue as a line of this user's crontab.
 *
 * @module
 */

import { isLeaving } from "../../../contents/requests.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { isCronLine } from "../../../service/cron_line.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { note } from "../../terminal/output.ts";
import { answerOf, ended, type ServiceManager, shown } from "./service_manager.ts";
import { startInBackground } from "./detach.ts";

/** The service of a name. */
export function cron(
  name: string,
  open: () => Promise<Queue>,
  words: readonly string[],
): ServiceManager {
  const lines = async () => {
    const { success, stdout, stderr } = await ended("crontab", ["-l"]);
    // What cannot be read is there: a new one must not replace it.
    if (!success && !/^$|no f?crontab|No such file/i.test(stderr.trim())) {
      throw new QueueError(`crontab -l failed: ${visibleText(stderr.trim().split("\n")[0]!)}`);
    }
    return success && stdout !== "" ? stdout.replace(/\n$/, "").split("\n") : [];
  };
  const isOurs = (line: string) => isCronLine(line, name);
  const write = async (kept: readonly string[]) => {
    await answerOf("crontab", ["-"], {}, kept.map((line) => `${line}\n`).join(""));
  };
  /** The workers of the queue on this machine: cron does not know which it started. */
  const workers = async () =>
    (await open()).workers().filter(({ host, only, slots }) =>
      host === Deno.hostname() && only === undefined && slots > 0
    );
  const start = async () => await startInBackground(await open(), words, Deno.env.toObject(), "/");
  return {
    manager: "cron",
    scope: "user",
    file: "your crontab",
    isInstalled: async () => (await lines()).some(isOurs),
    async install(text) {
      const before = await lines();
      const line = text.trimEnd();
      await write([...before.filter((each) => !isOurs(each)), line]);
      const queue = await open();
      const staying = (await workers()).filter((each) => !isLeaving(queue.store, each.name));
      if (staying.length === 0) return void await start();
      if (before.includes(line)) return;
      const names = staying.map((each) => each.name);
      if (names.length === 1 && before.some(isOurs)) {
        const next = await start();
        queue.stopWorker(names[0]!);
        return note(`worker ${names[0]} finishes its jobs and exits; ${next} takes its place`);
      }
      note(
        `${names.join(", ")} ${
          names.length === 1 ? "goes" : "go"
        } on as started before; to start ` +
          "a worker with these options, call this again after: queuectl worker stop",
      );
    },
    async uninstall() {
      await write((await lines()).filter((line) => !isOurs(line)));
    },
    async status() {
      const [live] = await workers();
      const state = live ? `worker ${live.name}` : "no worker of this machine is alive";
      return {
        running: live !== undefined,
        state,
        ...(live && { pid: live.pid }),
        at_boot: (await lines()).some(isOurs) && await cronRuns(),
      };
    },
    async logs(count, follow) {
      const [live] = await workers();
      if (!live) throw new QueueError("no worker of this machine is alive; each has its own log");
      const log = `${(await open()).dir}/workers/${live.name}.log`;
      return await shown("tail", ["-n", String(count), ...(follow ? ["-F"] : []), log]);
    },
    advice: async () =>
      await cronRuns()
        ? "cron starts it at boot only: a worker that fails is not started again"
        : "no cron daemon runs on this machine, so nothing starts the worker at boot; as root: " +
          "service cron start (or crond), and have it start at boot",
  };
}

/**
 * Exits with 0 if a cron daemon runs. Where other users' processes are hidden its file of the
 * process number says so, without proof.
 */
const FIND_CRON = `
grep -sqxE 'cron|crond|fcron|dcron' "$1"/proc/[0-9]*/comm || {
  [ ! -r "$1/proc/1/comm" ] && cat "$1"/run/cron.pid "$1"/run/crond.pid "$1"/run/fcron.pid
} 2>/dev/null | grep -q .`;

/**
 * Whether a cron daemon runs on this machine; also `true` where that cannot be seen.
 *
 * @param root The folder that /proc and /run are in.
 */
export async function cronRuns(root = ""): Promise<boolean> {
  if (Deno.build.os !== "linux") return true;
  return (await ended("/bin/sh", ["-c", FIND_CRON, "sh", root])).success;
}
