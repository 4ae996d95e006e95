/**
 * `queuectl status --watch`: the queue, live, on the whole terminal.
 *
 * @module
 */

import { bold, dim } from "@std/fmt/colors";
import { WatchedQueue } from "../../../inspect/watched_queue.ts";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { paintState } from "../../terminal/colours.ts";
import { FullScreen } from "../../terminal/full_screen.ts";
import { INTERRUPT_STATUS, onInterrupt } from "../../terminal/interrupt.ts";
import { coloursStdout, readsStdout, terminalSize } from "../../terminal/terminal.ts";
import { screenLines } from "../../text/screen_lines.ts";

/** The longest and the shortest time between two drawings, in milliseconds. */
const DRAW_EVERY = 1000, DRAW_AT_MOST_EVERY = 200;

const ESCAPE = "\x1b", CTRL_C = "\x03";

/** Shows the queue until a person presses q, Esc or Ctrl-C. */
export async function statusWatch(call: Invocation): Promise<number> {
  if (call.json || !readsStdout() || !Deno.stdin.isTerminal()) {
    throw new UsageError("status --watch needs a terminal (for programs: queuectl status --json)");
  }
  const queue = await openQueue(call);
  const paint = coloursStdout() ? { state: paintState, title: bold, quiet: dim } : undefined;
  const over = Promise.withResolvers<number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn = -Infinity;
  let due = Infinity;

  const drawIn = (wait: number) => {
    const at = Math.max(performance.now() + wait, drawn + DRAW_AT_MOST_EVERY);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(draw, Math.max(0, at - performance.now()));
  };
  const watched = new WatchedQueue(queue, () => drawIn(0));
  const quiet = onInterrupt((signal) => over.resolve(INTERRUPT_STATUS[signal]));
  using screen = new FullScreen(
    (keys) => {
      if (keys === ESCAPE || keys === CTRL_C || keys.toLowerCase() === "q") over.resolve(0);
    },
    () => drawIn(0),
  );
  function draw(): void {
    due = Infinity;
    try {
      const now = Date.now();
      screen.draw(screenLines(watched.look(now), now, { ...terminalSize(), paint }));
      drawn = performance.now();
      drawIn(DRAW_EVERY);
    } catch (error) {
      over.reject(error);
    }
  }
  draw();
  try {
    return await over.promise;
  } finally {
    clearTimeout(timer);
    due = -Infinity;
    watched.close();
    quiet();
  }
}
