/**
 * What a case of the trial is.
 *
 * @module
 */

import type { Random } from "../job_mix.ts";
import type { Scene } from "./scene.ts";

/** What a case is told. */
export interface Terms {
  /** Chance, from the seed and the case's name. */
  random: Random;
  /** How many jobs, where that is for the caller to say. */
  size: number;
  /** For how many minutes, likewise. */
  minutes: number;
}

/** Plays a case on a scene, to the end. Everything that contradicts a promise is noted there. */
export type Play = (scene: Scene, terms: Terms) => Promise<void>;

/** A case. */
export interface Case {
  /** What `--case` calls it. */
  name: string;
  /** What happens in it. */
  about: string;
  /** Plays it. */
  play: Play;
  /** With which mounts it belongs to the small size; missing if it does not. */
  small?: "each mount" | "first mount";
}
