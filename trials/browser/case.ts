/**
 * What a case of the trial is.
 *
 * @module
 */

import type { Scene } from "./scene.ts";

/** A case. */
export interface Case {
  /** What `--case` calls it. */
  name: string;
  /** What happens in it. */
  about: string;
  /** Whether it is left out of `--small`, which every change must pass. */
  isLong?: boolean;
  /** Plays it to the end; rejects where something cannot go on. */
  play(scene: Scene): Promise<void>;
}
