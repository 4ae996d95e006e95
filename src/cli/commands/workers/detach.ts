/**
 * `queuectl worker start --detach`: a worker in the background.
 *
 * @module
 */

import { LIMIT_VARIABLE, userEnvironment, userOpenFiles } from "../../../process/launcher.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import type { GivenOptions } from "../../table/option.ts";
import { printAnswer } from "../../terminal/output.ts";
import { ownProgram } from "./own_program.ts";

/** How often to check whether the worker has started, in milliseconds. */
const LOOK_EVERY = 20;

/** Starts a worker as `worker start --detach` is told to, and prints its name. */
export async function detach(queue: Queue, options: GivenOptions, json: boolean): Promise<number> {
  const withValue = (option: string) =>
    options.all(option).flatMap((value) => [`--${option}`, value]);
  const name = await startInBackground(queue, [
    ...(options.has("other-user") ? ["--other-user"] : []),
    ...(options.has("drain") ? ["--drain"] : []),
    ...["count", "idle-exit", "finish-within", "tag"].flatMap(withValue),
  ], userEnvironment());
  printAnswer(json, { name }, name);
  return 0;
}

/**
 * Starts a worker that outlives this process and its terminal. Its log is `workers/NAME.log` in the
 * queue.
 *
 * @param words The options of `worker start`.
 * @param cwd The directory it stands in. Default: that of this process.
 * @returns Its name, once it has started.
 * @throws {QueueError} If the worker exits before it has started, with the worker's own sentence.
 */
export async function startInBackground(
  queue: Queue,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<string> {
  const workers = `${queue.dir}/workers`;
  // The worker chooses its name; until it has written it, the log has a name that no worker has.
  const early = `${workers}/.starting-${crypto.randomUUID()}.log`;
  queue.store.files.create(early, new Uint8Array());
  const child = spawn(["--dir", queue.dir, "worker", "start", ...words], early, environment, cwd);
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
      return name;
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

/**
 * Deno gives a child no file as its output; the shell does, and becomes the worker. What the caller
 * has open under the numbers that a script can give, a lock say, is closed first.
 */
const BECOME = 'exec "$@" >>"$0" 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-';

function spawn(
  words: readonly string[],
  log: string,
  environment: Readonly<Record<string, string>>,
  cwd: string | undefined,
): Deno.ChildProcess {
  const limit = userOpenFiles();
  return new Deno.Command("/bin/sh", {
    args: ["-c", BECOME, log, ...ownProgram(), ...words],
    clearEnv: true,
    env: {
      ...environment,
      ...(limit === undefined ? {} : { [LIMIT_VARIABLE]: String(limit) }),
    },
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}
