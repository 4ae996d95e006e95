import { type Plant, plant } from "./plant.ts";

/** Names that a machine remembers, and that decide. */
export const MEMORIES: readonly Plant[] = [
  plant("remembered-absence-frees-an-id", "contents/taken_ids.ts", [
    "remembering_long",
    "enqueuers-of-an-id-done-elsewhere",
  ], ['`${id}.json`), "fresh")) return { id, state };', "`${id}.json`))) return { id, state };"]),
  plant("remembered-end-releases-a-child", "contents/entries.ts", [
    "remembering_long",
    "child-release-parent-retried",
  ], ['`${id}.json`), "fresh")', "`${id}.json`))"]),
  plant("remembered-holder-has-the-key", "constraints/unique.ts", [
    "remembering_long",
    "key-taker-after-others",
  ], ['  if (!store.files.exists(path, "fresh")) return undefined;\n', ""]),
  plant("remembered-end-takes-the-place", "moves/settle.ts", [
    "remembering_long",
    "retried-worker-that-remembers-done",
  ], ['!store.files.exists(target, "fresh")', "!store.files.exists(target)"]),
  plant("remembered-file-is-decided-again", "schedules/turn_schedule.ts", ["schedule"], [
    'store.files.exists(own, "fresh") ? store.files.stat(own) : undefined',
    "store.files.stat(own)",
  ]),
  plant("edited-job-keeps-its-name", "moves/change_waiting.ts", [
    "remembering_long",
    "workers-of-a-job-edited-elsewhere",
  ], ["readyAt === entry.time &&", "readyAt === entry.time && readyAt < 0 &&"]),
  plant(
    "remembered-settings-are-rewritten",
    "queue.ts",
    ["remembering_long", "two-who-configure"],
    [
      '    this.store.files.exists(`${this.dir}/config.json`, "fresh");\n',
      "",
    ],
  ),
  plant("remembered-children-let-a-parent-go", "constraints/dependencies.ts", [
    "remembering_long",
    "child-enqueuer-parent-remover",
  ], [
    'pathIn(store, "after", parent), "fresh")]',
    'pathIn(store, "after", parent))]',
  ]),
];
