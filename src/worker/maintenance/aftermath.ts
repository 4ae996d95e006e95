/**
 * What is told of a job that has been settled: a line of the history, and a hook. Neither holds up the
 * worker's jobs, and neither can fail one.
 *
 * @module
 */

import { reasonOf } from "../../text/errors.ts";
import type { Settlement } from "../../moves/settle.ts";
import type { Store } from "../../store/store.ts";
import { HistoryWriter } from "./history_writer.ts";
import { Hooks } from "./hooks.ts";
import type { Spawner } from "../../process/spawner.ts";

/** Tells of what has been settled, until it is closed. */
export class Aftermath {
  readonly #store: Store;
  readonly #history: HistoryWriter;
  readonly #hooks: Hooks;
  readonly #ended: () => void;

  /**
   * @param worker Who settles.
   * @param trouble Called when something could not be told.
   * @param ended Called for each job that has gone to done/ or dead/.
   */
  constructor(
    store: Store,
    spawner: Spawner,
    worker: string,
    trouble: (message: string) => void,
    ended: () => void,
  ) {
    this.#store = store;
    this.#ended = ended;
    this.#history = new HistoryWriter(
      store,
      worker,
      (error) => trouble(`the history could not be written: ${reasonOf(error)}`),
    );
    this.#hooks = new Hooks(store, spawner, trouble);
  }

  /** Tells of a job that has just been settled. */
  settled(settlement: Settlement): void {
    if (settlement.progress !== "settled") return;
    this.#history.add(settlement);
    this.#hooks.run(settlement);
    if (settlement.state === "done" || settlement.state === "dead") this.#ended();
  }

  /** Writes what is left of the history; resolves when the hooks have ended or `kill_grace` has passed. */
  async close(): Promise<void> {
    this.#history.flush();
    await this.#hooks.close(this.#store.config.kill_grace);
  }
}
