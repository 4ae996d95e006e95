/**
 * `queuectl edit`: a waiting job in an editor.
 *
 * @module
 */

import { QueueError, UsageError } from "../../../text/errors.ts";
import type { JobInput } from "../../../format/job.ts";
import { editJob } from "../../../control/waiting_jobs.ts";
import type { Invocation } from "../../table/command.ts";
import { fieldsOfJson, UnknownFields } from "../../args/json_job.ts";
import { print, printJson, say } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Opens a waiting job in $VISUAL or $EDITOR; prints its ID once it is back. */
export async function edit(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const { id } = queue.find(call.words[0]!);
  const path = await Deno.makeTempFile({ prefix: `queuectl-${id}-`, suffix: ".json" });
  try {
    await editJob(queue, id, (fields) => edited(path, fields));
  } catch (error) {
    // Nobody is to type it twice.
    if (!(error instanceof UsageError)) {
      await Deno.remove(path).catch(() => {});
      throw error;
    }
    throw new QueueError(
      `job ${id} was left as it was: ${error.message}; what was written is in ${path}`,
    );
  }
  await Deno.remove(path);
  if (call.json) printJson(queue.get(id));
  else print(id);
}

/** What the user makes of a job's fields; `undefined` if nothing else. */
async function edited(path: string, fields: JobInput): Promise<JobInput | undefined> {
  const before = JSON.stringify(fields, null, 2) + "\n";
  await Deno.writeTextFile(path, before);
  await openEditor(path);
  const after = await textLeftIn(path);
  if (after === before) {
    say("nothing was changed");
    return undefined;
  }
  let edited: unknown;
  try {
    edited = JSON.parse(after);
  } catch (error) {
    throw new UsageError(`this is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  // What is no object is left for the check of the whole job to name.
  if (typeof edited !== "object" || edited === null || Array.isArray(edited)) {
    return edited as JobInput;
  }
  const unknown = new UnknownFields();
  const job = fieldsOfJson(edited as Record<string, unknown>, Date.now(), (name) => {
    if (!Object.hasOwn(fields, name)) unknown.add(name);
  });
  unknown.tell(false);
  return job as JobInput;
}

/** @throws {QueueError} If it is no file. To read a fifo would be to wait for whoever writes to it. */
async function textLeftIn(path: string): Promise<string> {
  const stat = await Deno.lstat(path).catch(() => undefined);
  if (!stat?.isFile) {
    throw new QueueError(`the editor left no file in ${path}; the job is as it was`);
  }
  return await Deno.readTextFile(path);
}

/** @throws {QueueError} If it exits with another status than 0: the user wants it left. */
async function openEditor(path: string): Promise<void> {
  const editor = Deno.env.get("VISUAL") || Deno.env.get("EDITOR") || "vi";
  // As git does it: the shell splits what may be a program with arguments.
  const command = new Deno.Command("/bin/sh", {
    args: ["-c", `${editor} "$1"`, "sh", path],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  // Ctrl-C in the editor is the editor's, and must not leave the job with nobody.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    const { code } = await command.output();
    if (code !== 0) {
      throw new QueueError(`the editor (${editor}) exited with ${code}; the job is as it was`);
    }
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}
