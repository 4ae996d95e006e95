/**
 * `queuectl status --watch`: the queue, live, on the whole terminal.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import type { Invocation } from "../../table/command.ts";
import { type Interrupt, INTERRUPT_STATUS, onInterrupt } from "../../terminal/interrupt.ts";
import { coloursStdout, readsStdout } from "../../terminal/terminal.ts";
import { FullScreen } from "../../terminal/full_screen.ts";
import { screenLines, type ScreenStyle } from "../../text/screen_lines.ts";
import { WatchedQueue } from "../../../inspect/watched_queue.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Draws anew at least this often, in milliseconds, for what counts up by itself … */
const DRAW_EVERY = 1000;
/** … and at most this often, however much happens. */
const DRAW_AT_MOST_EVERY = 200;

const ESCAPE = "\x1b", CTRL_C = "\x03";

/** Shows the queue until someone presses q, Esc or Ctrl-C. */
export async function statusWatch(call: Invocation): Promise<number> {
  if (call.json || !readsStdout() || !Deno.stdin.isTerminal()) {
    throw new UsageError("status --watch needs a terminal (for programs: queuectl status --json)");
  }
  const queue = await openQueue(call);
  const paint = await paints();
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
  const quiet = onInterrupt((signal: Interrupt) => over.resolve(INTERRUPT_STATUS[signal]));
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
      screen.draw(screenLines(watched.look(now), now, { ...screen.size(), paint }));
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

async function paints(): Promise<ScreenStyle["paint"]> {
  if (!coloursStdout()) return undefined;
  const { bold, dim } = await import("@std/fmt/colors");
  const { paintState } = await import("../../terminal/state_colour.ts");
  return { state: paintState, title: bold, quiet: dim };
}
