/**
 * `queuectl backup` and `queuectl restore`: a whole queue as one file, and back.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { backupQueue, type BackupSummary } from "../../../backup/backup.ts";
import { restoreQueue } from "../../../backup/restore.ts";
import type { Queue } from "../../../queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { QueueError, reasonOf, UsageError } from "../../../text/errors.ts";
import { absolutePath } from "../../../text/home_path.ts";
import { quotedPath, visibleText } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
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
  const queue = await openQueue(call);
  let summary: BackupSummary = { jobs: 0, running: 0, left_out: [] };
  const archive = backupQueue(queue, (done) => summary = done);
  let size: number | undefined;
  if (word === "-") { for await (const bytes of archive) writeOut(bytes); }
  else size = await writeWhole(archive, fileOutside(queue, word));
  for (const path of summary.left_out) note(`left out ${visibleText(path)}: it is no file`);
  const { jobs, running } = summary;
  const held = running === 0 ? "" : `; ${running} of them ran, and will be held`;
  const line = `backed up ${counted(jobs, "job")}${held}`;
  if (word === "-") note(line);
  else printAnswer(call.json, { file: word, bytes: size, ...summary }, line);
}

/** @throws {UsageError} If the file would lie in the queue. */
function fileOutside(queue: Queue, word: string): string {
  const path = absolutePath(word, "the file");
  if (`${path}/`.startsWith(`${queue.dir}/`)) {
    throw new UsageError(`${path} lies in the queue; name a file outside it`);
  }
  return path;
}

/** Writes a file, flushed, that only its user can read; replaces one that is there. */
async function writeWhole(archive: ReadableStream<Uint8Array>, path: string): Promise<number> {
  const aside = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID()}`;
  try {
    using file = Deno.openSync(aside, { write: true, createNew: true, mode: 0o600 });
    let size = 0;
    for await (const bytes of archive) {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      size += bytes.length;
    }
    file.syncSync();
    Deno.renameSync(aside, path);
    using folder = Deno.openSync(dirname(path));
    folder.syncSync();
    return size;
  } catch (error) {
    try {
      Deno.removeSync(aside);
    } catch {
      // Not made, or renamed already.
    }
    if (error instanceof QueueError) throw error;
    throw new QueueError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Makes a queue of a backup, and says how it goes on. */
export async function restore(call: Invocation): Promise<void> {
  const word = call.words[0]!;
  const { dir } = locateQueue(call.dir);
  const summary = await restoreQueue(archiveIn(word), dir);
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
    return Deno.openSync(absolutePath(word, "the file")).readable;
  } catch (error) {
    throw new QueueError(`cannot read ${visibleText(word)}: ${reasonOf(error)}`);
  }
}
