/**
 * `queuectl worker start --detach`: a worker in the background.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/posix/from-file-url";
import { LIMIT_VARIABLE, userEnvironment, userOpenFiles } from "../../../process/launcher.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import type { GivenOptions } from "../../table/option.ts";
import { printAnswer } from "../../terminal/output.ts";
import { PERMISSIONS } from "./permissions.ts";

/** How often to check whether the worker has started, in milliseconds. */
const LOOK_EVERY = 20;

/** The program, where it runs from its source. */
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/**
 * Starts a worker that outlives this process and its terminal, and prints its name once it has
 * started. Its log is `workers/NAME.log` in the queue.
 *
 * @throws {QueueError} If the worker exits before it has started, with the worker's own sentence.
 */
export async function detach(queue: Queue, options: GivenOptions, json: boolean): Promise<number> {
  const workers = `${queue.dir}/workers`;
  // The worker chooses its name; until it has written it, the log has a name that no worker has.
  const early = `${workers}/.starting-${crypto.randomUUID()}.log`;
  queue.store.files.create(early, new Uint8Array());
  const child = spawn(queue.dir, options, early);
  let status: Deno.CommandStatus | undefined;
  void child.status.then((ended) => status = ended);
  for (;;) {
    // Asked before the log is read: what the worker wrote before it exited is then in the log.
    const ended = status;
    const log = Deno.readTextFileSync(early).split("\n").map(visibleText).join("\n");
    const name = /^worker (\S+) started/m.exec(log)?.[1];
    if (name !== undefined) {
      Deno.renameSync(early, `${workers}/${name}.log`);
      letGo(child);
      printAnswer(json, { name }, name);
      return 0;
    }
    if (ended) {
      Deno.removeSync(early);
      const said = log.trim().replace(/^queuectl: /, "");
      throw new QueueError(said || `the worker exited at once, with exit status ${ended.code}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** Lets this process exit before the child does. A child that has just exited cannot be let go. */
function letGo(child: Deno.ChildProcess): void {
  try {
    child.unref();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function spawn(dir: string, options: GivenOptions, log: string): Deno.ChildProcess {
  const program = Deno.build.standalone
    ? [Deno.execPath()]
    : [Deno.execPath(), "run", ...PERMISSIONS, MAIN];
  const count = options.text("count");
  const words = [
    ...["--dir", dir, "worker", "start"],
    ...(options.has("other-user") ? ["--other-user"] : []),
    ...(count === undefined ? [] : ["--count", count]),
    ...(options.has("drain") ? ["--drain"] : []),
    ...options.all("tag").flatMap((tag) => ["--tag", tag]),
  ];
  const limit = userOpenFiles();
  // Deno gives a child no file as its output; the shell does, and becomes the worker.
  return new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$@" >>"$0" 2>&1', log, ...program, ...words],
    clearEnv: true,
    env: {
      ...userEnvironment(),
      ...(limit === undefined ? {} : { [LIMIT_VARIABLE]: String(limit) }),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}
