/**
 * A worker in the background.
 *
 * @module
 */

import { LIMIT_VARIABLE, userEnvironment, userOpenFiles } from "../../../process/launcher.ts";
import { QueueError } from "../../../text/errors.ts";
import type { Queue } from "../../../queue.ts";
import type { GivenOptions } from "../../table/option.ts";
import { print, printJson } from "../../terminal/output.ts";
import { PERMISSIONS } from "./permissions.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { ifThere } from "../../../store/store.ts";

/** How often to see whether the worker is live, in milliseconds. */
const LOOK_EVERY = 20;

/** The program, where it runs from its source. */
const MAIN = decodeURIComponent(new URL("../../main.ts", import.meta.url).pathname);

/**
 * Starts a worker that outlives this process and its terminal, and prints its name once it is live. What it
 * tells goes to `workers/NAME.log` in the queue.
 *
 * @throws {QueueError} If it ended before it was live; the sentence is its own.
 */
export async function detach(queue: Queue, options: GivenOptions, json: boolean): Promise<number> {
  const workers = `${queue.dir}/workers`;
  // Its name is its own to choose, so the log gets its final name once that is known. Until then it has one that
  // nobody takes for a worker's.
  const early = `${workers}/.starting-${crypto.randomUUID()}.log`;
  Deno.openSync(early, { write: true, createNew: true, mode: 0o600 }).close();
  const child = spawn(queue.dir, options, early);
  let status: Deno.CommandStatus | undefined;
  void child.status.then((ended) => status = ended);
  for (;;) {
    const ended = status;
    const told = visibleLines(ifThere(() => Deno.readTextFileSync(early)) ?? "");
    const name = /^worker (\S+) started/m.exec(told)?.[1];
    if (name !== undefined) {
      Deno.renameSync(early, `${workers}/${name}.log`);
      letGo(child);
      if (json) printJson({ name });
      else print(name);
      return 0;
    }
    if (ended) {
      ifThere(() => Deno.removeSync(early));
      const said = told.trim().replace(/^queuectl: /, "");
      throw new QueueError(said || `the worker ended at once, with exit status ${ended.code}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
}

/** Waits no longer for a child's end. One that has ended just now is no more to be let go of. */
function letGo(child: Deno.ChildProcess): void {
  try {
    child.unref();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function spawn(dir: string, options: GivenOptions, log: string): Deno.ChildProcess {
  const args = ["--dir", dir, "worker", "start"];
  if (options.has("other-user")) args.push("--other-user");
  const count = options.text("count");
  if (count !== undefined) args.push("--count", count);
  if (options.has("drain")) args.push("--drain");
  const program = Deno.build.standalone
    ? [Deno.execPath()]
    : [Deno.execPath(), "run", ...PERMISSIONS, MAIN];
  // Whoever started this program is not who starts the worker.
  const limit = userOpenFiles();
  // Deno gives a child no file for its output; the shell does, and becomes the worker.
  return new Deno.Command("/bin/sh", {
    args: ["-c", 'exec "$@" >>"$0" 2>&1', log, ...program, ...args],
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

function visibleLines(text: string): string {
  return text.split("\n").map(visibleText).join("\n");
}
