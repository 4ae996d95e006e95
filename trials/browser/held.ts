/**
 * Held jobs, as the directory has them.
 *
 * @module
 */

import type { Scene } from "./scene.ts";

/** How the name of a held job begins. */
export const HELD = "99980101T";

/** The stamp in the name of a job's file, which says when it runs. */
export function stampOf(scene: Scene, dir: string, id: string): string {
  return scene.fileOf(dir, id)?.split("/").at(-1) ?? "";
}
