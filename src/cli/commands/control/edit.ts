/**
 * `queuectl edit`: a waiting job in an editor.
 *
 * @module
 */

import { editJob, holdJob, releaseJob } from "../../../control/waiting_jobs.ts";
import type { JobInput } from "../../../format/job.ts";
import { placesOf } from "../../../inspect/find_job.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { fieldsOfJson, UnknownFields } from "../../args/json_job.ts";
import { isObject } from "../../args/job_words.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printAnswer, say } from "../../terminal/output.ts";

/** Opens a waiting job in $VISUAL or $EDITOR; prints its ID once the editor has exited. */
export async function edit(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const { id } = queue.find(call.words[0]!);
  const { state } = queue.get(id) ?? {};
  if (state === "dead" || state === "done") {
    throw new QueueError(
      `job ${id} has ended (${state}); to change it and run it again: ` +
        `queuectl retry --edit ${quotedWord(id)}`,
    );
  }
  await whileHeld(queue, id, () => inEditor(id, (change) => editJob(queue, id, change)));
  printAnswer(call.json, queue.get(id), id);
}

/** Holds a job that waits meanwhile, so that no worker starts it while its editor is open. */
async function whileHeld(queue: Queue, id: string, act: () => Promise<void>): Promise<void> {
  const { state, division } = placesOf(queue, [id]).get(id) ?? {};
  // One that runs is refused by `act`.
  if (state === "processing" || division === "held") return await act();
  await holdJob(queue, id);
  try {
    await act();
  } finally {
    await releaseJob(queue, id).catch((error) => {
      // Somebody released or cancelled it, which `act` has told of if it matters.
      if (!(error instanceof QueueError)) throw error;
    });
  }
}

/**
 * Opens a job's fields in $VISUAL or $EDITOR.
 *
 * @param act Does something with the job, and calls what it is given to have its fields changed.
 */
export function inEditor<T>(
  id: string,
  act: (change: (fields: JobInput) => Promise<JobInput | undefined>) => Promise<T>,
): Promise<T> {
  return keepingText(`job ${id}`, id, (edit) => act((fields) => edited(edit, fields)));
}

/** Opens a value as JSON in an editor; returns what it is then, or `undefined` if the same. */
export type EditJson = (value: unknown) => Promise<unknown>;

/**
 * Calls `act` with what opens an editor. If it fails once the user has changed the text, the text
 * is kept, so that nobody types it twice.
 *
 * @param what What is edited, for the error.
 * @throws {QueueError} For a mistake in the text.
 */
export async function keepingText<T>(
  what: string,
  name: string,
  act: (edit: EditJson) => Promise<T>,
): Promise<T> {
  const path = await Deno.makeTempFile({ prefix: `queuectl-${name}-`, suffix: ".json" });
  let typed = false;
  try {
    const result = await act(async (value) => {
      const before = JSON.stringify(value, null, 2) + "\n";
      await Deno.writeTextFile(path, before);
      await openEditor(path);
      const after = await textLeftIn(path);
      typed = after !== before;
      if (typed) return parsed(after);
      say("nothing was changed");
    });
    await Deno.remove(path);
    return result;
  } catch (error) {
    if (!typed) {
      await Deno.remove(path).catch(() => {});
      throw error;
    }
    if (error instanceof UsageError) {
      throw new QueueError(`${what} is unchanged: ${error.message}; your text is in ${path}`);
    }
    note(`your text is in ${path}`);
    throw error;
  }
}

/** @throws {UsageError} If the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`this is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** A job's fields as the user edited them; `undefined` if nothing was changed. */
async function edited(edit: EditJson, fields: JobInput): Promise<JobInput | undefined> {
  const edited = await edit(fields);
  if (edited === undefined) return undefined;
  // The check of the whole job reports what is no object.
  if (!isObject(edited)) {
    return edited as JobInput;
  }
  const unknown = new UnknownFields();
  const job = fieldsOfJson(edited, Date.now(), (name) => {
    if (!Object.hasOwn(fields, name)) unknown.add(name);
  });
  unknown.report(false);
  return job as JobInput;
}

/** @throws {QueueError} If the path is no file: reading a fifo would wait for its writer. */
async function textLeftIn(path: string): Promise<string> {
  const stat = await Deno.lstat(path).catch(() => undefined);
  if (!stat?.isFile) {
    throw new QueueError(`the editor left no file in ${path}; nothing is changed`);
  }
  return await Deno.readTextFile(path);
}

/** @throws {QueueError} If it exits with another status than 0, which means: change nothing. */
async function openEditor(path: string): Promise<void> {
  const editor = Deno.env.get("VISUAL") || Deno.env.get("EDITOR") || "vi";
  // As git does: the shell splits $EDITOR, which may have arguments.
  const command = new Deno.Command("/bin/sh", {
    args: ["-c", `${editor} "$1"`, "sh", path],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  // Ctrl-C is for the editor; if it ended this program, nobody would keep the text.
  const ignore = () => {};
  Deno.addSignalListener("SIGINT", ignore);
  try {
    const { code } = await command.output();
    if (code !== 0) {
      throw new QueueError(`the editor (${editor}) exited with ${code}; nothing is changed`);
    }
  } finally {
    Deno.removeSignalListener("SIGINT", ignore);
  }
}
