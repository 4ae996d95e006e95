/**
 * What a hook prints, in a file of its own until it has ended: hooks that run at once, those of
 * several workers too, do not mix their lines.
 *
 * @module
 */

import { ownLine } from "../../contents/logs.ts";
import type { FileLock } from "../../fs/file_port.ts";
import { readTail } from "../../fs/read_tail.ts";
import { ifThere, removeIfPossible, type Store, temporaryPath } from "../../store/store.ts";
import { createLocked } from "../../store/temporary_files.ts";

/** How much of what a hook prints is kept, in bytes. */
const MOST_KEPT = 16 * 1024;

/** The size at which the file is emptied while the hook runs, in bytes. */
const MOST_HELD = 8 * 1024 * 1024;

/** How often to look at that, in milliseconds. */
const LOOK_EVERY = 250;

/** The output of a hook that runs. */
export class HookOutput implements Disposable {
  /** The file that the hook appends to. */
  readonly path: string;
  readonly #store: Store;
  /** Held so that nobody takes the file for what a dead program left. */
  readonly #lock: FileLock;
  readonly #timer: ReturnType<typeof setInterval>;
  #wasEmptied = false;

  /** Makes an empty file in tmp/. */
  constructor(store: Store) {
    this.#store = store;
    this.path = temporaryPath(store);
    this.#lock = createLocked(store, this.path, new Uint8Array());
    this.#timer = setInterval(() => this.#bound(), LOOK_EVERY);
  }

  /** The end of what it has printed, in whole lines; says if that is not all. */
  text(): Uint8Array {
    const bytes = ifThere(() => readTail(this.path, MOST_KEPT + 1)) ?? new Uint8Array();
    const ending = bytes.length === 0 || bytes.at(-1) === 10 ? [] : [10];
    if (bytes.length <= MOST_KEPT && !this.#wasEmptied) {
      return new Uint8Array([...bytes, ...ending]);
    }
    const note = ownLine(`left out all but the last ${MOST_KEPT} bytes that this hook printed`);
    const whole = bytes.indexOf(10) + 1;
    const kept = bytes.subarray(whole < bytes.length ? whole : 0);
    return new Uint8Array([...note, ...kept, ...ending]);
  }

  /** Removes the file. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    removeIfPossible(this.#store, this.path);
    this.#lock.release();
  }

  /** Empties the file of a hook that prints without end. */
  #bound(): void {
    try {
      if ((this.#store.files.stat(this.path)?.size ?? 0) <= MOST_HELD) return;
      Deno.truncateSync(this.path);
      this.#wasEmptied = true;
    } catch {
      // The next look tries again.
    }
  }
}
