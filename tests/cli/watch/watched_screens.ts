/**
 * What `status --watch` would show of a real queue.
 *
 * @module
 */

import { type Said, TABS } from "../../../src/cli/watch/messages.ts";
import { Reader } from "../../../src/cli/watch/reader.ts";
import { firstAsks, firstState, hear, type State } from "../../../src/cli/watch/state.ts";
import type { ScreenStyle } from "../../../src/cli/watch/style.ts";
import { screenLines } from "../../../src/cli/watch/view.ts";
import type { Queue } from "../../../src/queue.ts";
import { eventually } from "../../temporary_queue.ts";

/** The screen of each table that has rows, with its first row chosen. */
export async function watchedScreens(queue: Queue, style: ScreenStyle): Promise<string[][]> {
  const screens: string[][] = [];
  let state: State = firstState();
  const asked: Parameters<Reader["hear"]>[0][] = [];
  using reader = new Reader(queue, (said: Said) => {
    const step = hear(state, said);
    state = step.state;
    asked.push(...step.asks);
  });
  for (const tab of TABS) {
    state = { ...firstState(), tab, facts: state.facts };
    asked.push(...firstAsks(state));
    await eventually(`the rows of ${tab} are read`, () => {
      for (const ask of asked.splice(0)) reader.hear(ask);
      return state.facts && state.rows;
    });
    if (state.rows!.rows.length > 0) screens.push(screenLines(state, Date.now(), style));
  }
  return screens;
}
