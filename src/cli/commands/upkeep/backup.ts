/**
 * `queuectl backup` and `queuectl restore`: a whole queue as one file, and back.
 *
 * @module
 */

import { backupQueue, type BackupSummary } from "../../../backup/backup.ts";
import { writeBackup } from "../../../backup/backup_file.ts";
import { restoreQueue } from "../../../backup/restore.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { QueueError, reasonOf, UsageError } from "../../../text/errors.ts";
import { absolutePath } from "../../../text/home_path.ts";
import { quotedPath, visibleText } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { InterruptedError, onInterrupt } from "../../terminal/interrupt.ts";
import { note, printAnswer, writeOut } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";

/** Writes a backup to a file, which appears whole, or to stdout. */
export async function backup(call: Invocation): Promise<void> {
  const word = call.words[0]!;
  if (word === "-" && call.json) {
    throw new UsageError("the archive itself goes to stdout; name a file, or remove --json");
  }
  if (word === "-" && Deno.stdout.isTerminal()) {
    throw new UsageError("the archive is not for a terminal; name a file, or redirect stdout");
  }
  const path = word === "-" ? undefined : pathOf(word);
  const queue = await openQueue(call);
  if (path === undefined) {
    let summary: BackupSummary;
    for await (const bytes of backupQueue(queue, (done) => summary = done)) writeOut(bytes);
    return note(toldOf(summary!));
  }
  const { bytes, ...summary } = await undoneByInterrupt(
    "interrupted; no backup was made",
    (signal) => writeBackup(queue, path, signal),
  );
  printAnswer(call.json, { file: word, bytes, ...summary }, toldOf(summary));
}

/** Says what was left out, and gives what is in a backup in words. */
function toldOf({ jobs, running, left_out }: BackupSummary): string {
  for (const path of left_out) note(`left out ${visibleText(path)}: it is no file`);
  const held = running === 0 ? "" : `; ${running} of them ran, and will be held`;
  return `backed up ${counted(jobs, "job")}${held}`;
}

/** @throws {UsageError} If the word names nothing. */
function pathOf(word: string): string {
  if (word === "") throw new UsageError("the name of the file must not be empty");
  return absolutePath(word, "the file");
}

/** Does something that a signal which asks the program to exit ends and undoes. */
async function undoneByInterrupt<Result>(
  sentence: string,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupted = new AbortController();
  const quiet = onInterrupt((signal) => {
    interrupted.abort(new InterruptedError(sentence, signal));
  });
  try {
    return await act(interrupted.signal);
  } finally {
    quiet();
  }
}

/** Makes a queue of a backup, and says how it goes on. */
export async function restore(call: Invocation): Promise<void> {
  const word = call.words[0]!;
  const archive = archiveIn(word);
  const { dir } = locateQueue(call.dir);
  const summary = await undoneByInterrupt(
    "interrupted; nothing was restored",
    (signal) => {
      const whole = archive.pipeThrough(new TransformStream(), { signal });
      return restoreQueue(whole, dir, { ofAnyUser: call.ofAnyUser });
    },
  );
  const { jobs, held } = summary;
  const ran = held === 0
    ? ""
    : ` (${held} held, those that ran when the backup was made among them: list --state held)`;
  printAnswer(call.json, summary, `restored ${counted(jobs, "job")} to ${visibleText(dir)}${ran}`);
  note(`the queue is paused; look at it, then: queuectl --dir ${quotedPath(dir)} worker resume`);
}

/** @throws {QueueError} If the file cannot be read. */
function archiveIn(word: string): ReadableStream<Uint8Array> {
  if (word === "-") return Deno.stdin.readable;
  try {
    return Deno.openSync(pathOf(word)).readable;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isSystems = error instanceof Deno.errors.NotCapable;
    const advice = isSystems ? `; use: queuectl restore - <${quotedPath(word)}` : "";
    throw new QueueError(`cannot read ${visibleText(word)}: ${reasonOf(error)}${advice}`);
  }
}
