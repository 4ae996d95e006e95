/**
 * A piece of a job's log, or all of it, as the bytes that the job printed: of a log of any size no
 * more is in memory than a piece.
 *
 * @module
 */

import { type Queue, UsageError } from "../../../mod.ts";
import { Refusal } from "../refusal.ts";
import { headersOf } from "./answer.ts";
import { wholeOf } from "./given.ts";

/** The most bytes of one answer, unless it is a download. */
export const MOST_BYTES = 1024 * 1024;

/** How much is read at once, in bytes. */
const PIECE = 64 * 1024;

/**
 * Answers `GET /api/jobs/ID/log`: from byte `from` to byte `to`, negative ones counted from the
 * end; the last {@linkcode MOST_BYTES} if neither is given. With `download` all of them, as a file.
 *
 * @param isHead Whether only the headers are wanted.
 */
export async function logAnswer(
  queue: Queue,
  id: string,
  query: URLSearchParams,
  isHead: boolean,
): Promise<Response> {
  const isDownload = query.has("download");
  using opened = new DisposableStack();
  const file = opened.use(await openLog(queue, id));
  const { size } = await file.stat();
  const [from, to] = rangeOf(query, size, isDownload);
  await file.seek(from, Deno.SeekMode.Start);
  const headers = headersOf("text/plain; charset=utf-8", {
    "content-length": String(to - from),
    "log-size": String(size),
    "log-range": `${from}-${to}`,
    ...(isDownload && { "content-disposition": `attachment; filename="${id}.log"` }),
  });
  if (isHead) return new Response(null, { headers });
  opened.move();
  return new Response(piecesOf(file, to - from), { headers });
}

/** How often a log may move while it is being opened. */
const MOST_MOVES = 3;

async function openLog(queue: Queue, id: string): Promise<Deno.FsFile> {
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    // Only of a file: to open a fifo would wait for its writer.
    const path = queue.logPath(id);
    if (path === undefined) break;
    try {
      return await Deno.open(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Refusal(404, `job ${id} has printed nothing yet`);
}

function rangeOf(query: URLSearchParams, size: number, isDownload: boolean): [number, number] {
  const most = isDownload ? Infinity : MOST_BYTES;
  const at = (place: number) => Math.min(size, Math.max(0, place < 0 ? size + place : place));
  const [given, until] = [wholeOf(query, "from"), wholeOf(query, "to")];
  const to = at(until ?? size);
  const from = given === undefined ? Math.max(0, to - most) : at(given);
  if (from > to) throw new UsageError("from must not be behind to");
  return [from, Math.min(to, from + most)];
}

/** The next bytes of a file, each piece read when the client has taken the last; then closes it. */
function piecesOf(file: Deno.FsFile, length: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = length;
  return new ReadableStream({
    async pull(controller) {
      const buffer = new Uint8Array(Math.min(PIECE, left));
      const read = left === 0 ? null : await file.read(buffer);
      if (read === null) {
        file.close();
        // A log that became shorter meanwhile: the client sees that bytes are missing.
        if (left > 0) controller.error(new Error("the log became shorter"));
        else controller.close();
        return;
      }
      left -= read;
      controller.enqueue(buffer.subarray(0, read));
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}
