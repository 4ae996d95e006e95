/**
 * Queues that have something of everything.
 *
 * @module
 */

import { queuectl } from "./programs.ts";
import type { Scene } from "./scene.ts";

/** The IDs in a queue of {@linkcode fillEveryState}. */
export const EVERY = {
  done: ["render-intro", "thumbnails", "resize-avatars"],
  dead: ["import-1", "import-2", "import-3", "mail-digest"],
  failed: ["sync-stock"],
  pending: ["invoice-101", "invoice-102"],
  delayed: ["cleanup"],
  held: ["migrate-db"],
  waiting: ["train", "evaluate"],
  schedules: ["nightly", "ping"],
} as const;

/**
 * Fills a queue with jobs in every state but running, two schedules, and a chain of dependencies;
 * paused, so that a worker started later changes nothing.
 */
export async function fillEveryState(scene: Scene, dir: string): Promise<void> {
  await scene.add(dir, [
    {
      id: "render-intro",
      command:
        'printf "\\033[32mframe 1\\033[0m\\nframe 2\\n"; echo 42 frames > "$QUEUECTL_RESULT"',
    },
    { id: "thumbnails", command: "echo made 12 thumbnails" },
    { id: "resize-avatars", command: "echo resized", priority: 7 },
    ...["import-1", "import-2", "import-3"].map((id) => ({
      id,
      command: "echo no such table: orders >&2; exit 3",
      max_retries: 0,
    })),
    { id: "mail-digest", command: "echo connection refused >&2; exit 75", max_retries: 0 },
    {
      id: "sync-stock",
      command: "echo stock server is away; exit 1",
      max_retries: 5,
      backoff_base: 3600,
    },
  ]);
  await scene.drain(dir);
  await queuectl(dir, ["worker", "pause"]);
  await scene.add(dir, [
    { id: "invoice-101", command: "echo invoice 101" },
    { id: "invoice-102", command: "echo invoice 102", priority: 8 },
    { id: "cleanup", command: "echo cleaned", delay: 7200 },
    { id: "migrate-db", command: "echo migrated", hold: true },
    { id: "train", command: "echo trained", after: ["migrate-db"] },
    { id: "evaluate", command: "echo evaluated", after: ["train"] },
  ]);
  await queuectl(dir, [
    ...["schedule", "add", "nightly", "30 2 * * *", "--tz", "Europe/Berlin"],
    "echo backup",
  ]);
  await queuectl(dir, ["schedule", "add", "ping", "every 6h", "echo pong"]);
}
