import { type Plant, plant } from "./plant.ts";

/** Flushes left out. */
export const FLUSHES: readonly Plant[] = [
  plant("totals-are-not-flushed", "contents/history_totals.ts", ["history_totals"], [
    `  await flush(store, [pathIn(store, "history")]);\n  return`,
    "  return",
  ]),
  plant("enqueue-does-not-flush-the-file", "store/temporary_files.ts", ["crash", "enqueue"], [
    "      await flush(store, [temporary]);\n",
    "",
  ]),
  plant("enqueue-does-not-flush-the-name", "moves/publish.ts", ["crash", "enqueue"], [
    `    const durable = flush(store, [pathIn(store, "pending")]);\n`,
    "    const durable = Promise.resolve();\n",
  ]),
  plant("batch-does-not-flush-its-files", "moves/batch.ts", ["crash", "enqueue-many"], [
    "    if (store.config.fsync && !batch.isFlushed) await store.files.syncTree(batch.path);\n",
    "",
  ]),
  plant("batch-does-not-flush-its-name", "moves/batch.ts", ["crash", "enqueue-many"], [
    `    const durable = flush(store, [pathIn(store, "pending")]);\n`,
    "    const durable = Promise.resolve();\n",
  ]),
  plant("settle-does-not-flush-the-result", "moves/settle.ts", ["crash", "settle-done"], [
    `await createFlushed(store, meant, [pathIn(store, "tmp"), ...left]);`,
    `await store.files.createEach(meant);\n` +
    `    await flush(store, [pathIn(store, "tmp"), ...left]);`,
  ]),
  plant("settle-does-not-flush-tmp", "moves/settle.ts", ["crash", "settle-done"], [
    `meant, [pathIn(store, "tmp"), ...left]`,
    `meant, left`,
  ]),
  plant("settle-does-not-flush-the-state", "moves/settle.ts", ["crash", "settle-done"], [
    "      ...[...changed].map((state) => pathIn(store, state)),\n",
    "",
  ]),
  plant(
    "settle-does-not-flush-what-the-job-left",
    "moves/settle.ts",
    ["two_sided_long", "settle-done"],
    [
      `meant, [pathIn(store, "tmp"), ...left]`,
      `meant, [pathIn(store, "tmp")]`,
    ],
  ),
  plant(
    "settle-does-not-flush-the-removal-of-its-batch",
    "fs/sync_each.ts",
    ["two_sided_long", "settle-batch"],
    ["      await files.sync([dirname(path)]);\n", ""],
  ),
  plant("hold-does-not-flush-what-the-job-left", "moves/change_waiting.ts", [
    "two_sided_long",
    "hold-put-back",
  ], [
    "  await flush(store, leftByWaiting(store));\n",
    "",
  ]),
  plant("names-of-one-file-are-both-run", "recovery/recover.ts", [
    "two_sided_long",
    "requeue-failed",
  ], [
    "  removeDoubledNames(store);\n",
    "",
  ]),
  plant("remove-does-not-flush-tmp", "moves/remove.ts", ["crash", "settle-then-remove"], [
    `  await flush(store, [pathIn(store, "tmp"), ...leftByWaiting(store)]);\n`,
    "",
  ]),
  plant("remove-does-not-flush-the-batch", "moves/remove.ts", ["crash", "remove-in-batch"], [
    "    folders.add(dirname(pathIn(store, state, path)));\n",
    "",
  ]),
  plant("requeue-does-not-flush", "moves/requeue.ts", ["crash", "requeue-done"], [
    "    await flushChange(store, changed, `job ${id} is to run again`);\n",
    "",
  ]),
  plant("hold-does-not-flush", "moves/change_waiting.ts", ["crash", "hold"], [
    "  await flushChange(store, [pathIn(store, entry.state)], change);\n",
    "",
  ]),
  plant("config-is-not-flushed", "store/config_file.ts", ["crash", "config-set"], [
    "  await files.sync([path]);\n",
    "",
  ]),
  plant("version-is-flushed-before-the-parts", "store/open_store.ts", ["crash", "open-new"], [
    "    await syncPaths(files, [temporary, dir]);\n",
    "    await syncPaths(files, [temporary]);\n",
  ]),
  plant("markers-are-not-flushed", "constraints/dependencies.ts", ["crash", "enqueue-after"], [
    `    await flush(store, [...folders, pathIn(store, "after"), store.dir]);\n`,
    "",
  ]),
  plant("turn-is-not-flushed", "schedules/turn_schedule.ts", ["schedule"], [
    "  await flush(store, [...written, temporary]);\n",
    "",
  ]),
  plant("pause-after-a-failure-is-not-flushed", "worker/pause_on_failure.ts", [
    "crash",
    "settle-dead-and-pause",
  ], [
    `  return flushChange(store, [store.dir], "the queue was paused");`,
    "  void flushChange;\n  return Promise.resolve();",
  ]),
];
