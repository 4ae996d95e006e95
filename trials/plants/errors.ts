import { type Plant, plant } from "./plant.ts";

/** Errors of the disk that are swallowed. */
export const ERRORS: readonly Plant[] = [
  plant("refused-removal-counts-as-taken-away", "moves/settle.ts", ["fault", "settle-done"], [
    "    if (removed[index] !== false) continue;",
    "    if (removed[index] === true) continue;",
  ]),
  plant("what-was-taken-away-is-published", "moves/settle.ts", [
    "recovery_two_sided_race_long",
    "partitioned-settler-done-recoverer",
  ], [
    "    if (removed[index] !== false) continue;",
    `    if (removed[index] === false) settlement.progress = "owned";\n` +
    "    if (removed[index] !== undefined) continue;",
  ]),
  plant("flush-after-one-that-failed-is-believed", "moves/settle.ts", ["fault", "settle-done"], [
    `    for (const settlement of published) settlement.progress = "doubted";\n`,
    "",
  ]),
  plant("jobs-that-could-not-be-flushed-stay", "moves/enqueue_apart.ts", [
    "fault",
    "enqueue-many-held",
  ], [
    "await flushOrTakeBack(store, named, added)",
    `await flush(store, [pathIn(store, "pending")])`,
  ]),
  plant("unread-job-is-not-put-back", "moves/claim.ts", ["fault", "claim-fresh"], [
    `    const isThere = renameIfThere(store, pathIn(store, "processing", name), back);`,
    "    const isThere = back === name;",
  ]),
  plant("taken-over-job-is-forgotten", "recovery/recover.ts", ["fault", "recover-running"], [
    "  await settleEach(store, unsettled, settled);\n",
    "  unsettled.length = 0;\n",
  ]),
  plant("batch-is-not-taken-back", "moves/batch.ts", ["fault", "enqueue-many"], [
    "    if (!takeBack(store, batch.name)) accepted();\n",
    "",
  ]),
  plant(
    "batch-after-one-that-failed-is-left",
    "moves/enqueue_many.ts",
    ["fault", "enqueue-many-batches"],
    [
      "          discardBatch(store, batch);\n",
      "",
    ],
  ),
  plant(
    "batch-after-one-that-failed-counts",
    "moves/enqueue_many.ts",
    ["fault", "enqueue-many-batches"],
    [
      `await underWay.catch((error) => {
          discardBatch(store, batch);
          throw error;
        });`,
      "await underWay.catch(() => {});",
    ],
  ),
  plant("batch-under-way-is-not-counted", "moves/enqueue_many.ts", [
    "fault",
    "enqueue-many-batches",
  ], [
    "    await underWay.catch(() => {});\n",
    "    underWay.catch(() => {});\n",
  ]),
];
