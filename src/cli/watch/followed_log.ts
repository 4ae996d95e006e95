/**
 * The end of a job's log, and what is added to it, attempt after attempt.
 *
 * @module
 */

import { followLog } from "../../inspect/follow.ts";
import type { KnownNames } from "../../inspect/known_names.ts";
import type { Queue } from "../../queue.ts";
import { LogText } from "./log_text.ts";
import type { LogNews } from "./messages.ts";

/** How much of a log is shown, from its end, in bytes. */
const MOST_SHOWN = 1024 * 1024;

/** How long to wait for another job to be chosen, and between two messages, in milliseconds. */
const PAUSE = 40;

/** The most lines of one message: more cannot be read as they pass. */
const MOST_LINES = 5000;

/** Follows a log until `signal`, over the ends of its job too: it may be retried. */
export async function followShown(
  queue: Queue,
  names: KnownNames,
  id: string,
  signal: AbortSignal,
  say: (news: LogNews) => void,
): Promise<void> {
  await pause();
  if (signal.aborted) return;
  const path = queue.logPath(id);
  const size = path === undefined ? 0 : queue.store.files.stat(path)?.size ?? 0;
  let at = Math.max(0, size - MOST_SHOWN);
  const text = new LogText();
  let news: LogNews = { id, isAnew: true, lines: [], rest: "", isCut: at > 0 };
  let isPart = at > 0;
  let saidAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    clearTimeout(timer);
    timer = undefined;
    saidAt = performance.now();
    if (!signal.aborted) say({ ...news, rest: text.rest });
    news = { ...news, isAnew: false, lines: [] };
  };
  const changes = new Changes(names, id, signal);
  try {
    while (!signal.aborted) {
      for await (const piece of followLog(queue, id, { from: at, signal })) {
        at += piece.length;
        const lines = text.add(piece);
        // The first line is cut where reading began.
        if (isPart && lines.length > 0) isPart = lines.shift() === undefined;
        news.lines = news.lines.concat(lines).slice(-MOST_LINES);
        if (performance.now() - saidAt < PAUSE) timer ??= setTimeout(tell, PAUSE);
        else {
          tell();
          // A log that grows without end leaves time for questions.
          await pause(0);
        }
        if (signal.aborted) return;
      }
      tell();
      await changes.next();
    }
  } finally {
    clearTimeout(timer);
    changes.close();
  }
}

function pause(time = PAUSE): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** Waits for the moves of a job. */
class Changes {
  #heard = false;
  #wake: () => void = () => {};
  readonly close: () => void;

  constructor(names: KnownNames, id: string, signal: AbortSignal) {
    const ring = () => {
      this.#heard = true;
      this.#wake();
    };
    this.close = names.listen(({ name }) => name.includes(id) && ring());
    signal.addEventListener("abort", ring, { once: true });
  }

  async next(): Promise<void> {
    if (!this.#heard) await new Promise<void>((resolve) => this.#wake = resolve);
    this.#heard = false;
  }
}
