/**
 * `queuectl status --watch`: the queue, live, on the whole terminal, and keys that act on it.
 *
 * @module
 */

import { bold, dim, inverse, red } from "@std/fmt/colors";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { paintState } from "../../terminal/colours.ts";
import { FullScreen } from "../../terminal/full_screen.ts";
import { INTERRUPT_STATUS, onInterrupt } from "../../terminal/interrupt.ts";
import { coloursStdout, readsStdout, terminalSize } from "../../terminal/terminal.ts";
import type { Ask, Opening, Said } from "../../watch/messages.ts";
import { firstAsks, firstState, hear, press, type State, type Step } from "../../watch/state.ts";
import { screenLines } from "../../watch/view.ts";

/** The longest time between two drawings, and the shortest without a key, in milliseconds. */
const DRAW_EVERY = 1000, DRAW_AT_MOST_EVERY = 50;

/** Shows the queue until a person quits. */
export async function statusWatch(call: Invocation): Promise<number> {
  if (call.json || !readsStdout() || !Deno.stdin.isTerminal()) {
    throw new UsageError("status --watch needs a terminal (for programs: queuectl status --json)");
  }
  const { dir } = await openQueue(call);
  const paint = coloursStdout()
    ? { state: paintState, title: bold, quiet: dim, chosen: inverse, error: red }
    : undefined;
  const over = Promise.withResolvers<number>();
  let state = firstState();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawn = -Infinity;
  let due = Infinity;

  const drawIn = (wait: number, after = DRAW_AT_MOST_EVERY) => {
    const at = Math.max(performance.now() + wait, drawn + after);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(draw, Math.max(0, at - performance.now()));
  };
  using reader = new BesideThread({ dir, ofAnyUser: call.ofAnyUser }, (said) => {
    go(hear(state, said));
    drawIn(0);
  }, over.reject);
  const go = (step: Step) => {
    state = step.state;
    step.asks.forEach((ask) => reader.ask(ask));
    if (step.isOver) over.resolve(0);
  };
  const quiet = onInterrupt((signal) => over.resolve(INTERRUPT_STATUS[signal]));
  using screen = new FullScreen((key) => {
    go(press(state, key));
    drawIn(0, 0);
  }, () => drawIn(0, 0));
  function draw(): void {
    due = Infinity;
    try {
      const size = terminalSize();
      state = { ...state, room: Math.max(1, size.rows - 2) } satisfies State;
      screen.draw(screenLines(state, Date.now(), { ...size, paint }));
      drawn = performance.now();
      drawIn(DRAW_EVERY);
    } catch (error) {
      over.reject(error);
    }
  }
  go({ state, asks: firstAsks(state) });
  draw();
  try {
    return await over.promise;
  } finally {
    clearTimeout(timer);
    due = -Infinity;
    quiet();
  }
}

/** The thread that reads the queue and acts on it. */
class BesideThread implements Disposable {
  readonly #thread: Worker;
  readonly #port: MessagePort;

  constructor(opening: Opening, heard: (said: Said) => void, failed: (error: Error) => void) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.onmessage = ({ data }: MessageEvent<Said>) => heard(data);
    const url = new URL("../../watch/watch_thread.ts", import.meta.url);
    this.#thread = new Worker(url, { type: "module" });
    this.#thread.onerror = (event) => {
      event.preventDefault();
      failed(new Error(event.message));
    };
    this.#thread.postMessage(opening, [port2]);
  }

  ask(ask: Ask): void {
    this.#port.postMessage(ask);
  }

  [Symbol.dispose](): void {
    this.#port.close();
    this.#thread.terminate();
  }
}
