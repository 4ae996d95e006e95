import { type Plant, plant } from "./plant.ts";

/** Two names of one file, where a rename is a link and an unlink. */
export const LINKS: readonly Plant[] = [
  plant("old-name-of-a-linked-file-stays", "fs/rename_by_link.ts", ["linking", "settle-done"], [
    "  try {\n    files.remove(from);\n",
    "  try {\n",
  ]),
  plant("two-names-of-one-file-are-two-jobs", "contents/same_job.ts", ["linking"], [
    "    const isSameFile = own !== undefined && areOneFile(store, own, place);\n",
    "    const isSameFile = false;\n",
  ]),
  plant("log-is-copied-in-part", "recovery/detach_log.ts", ["linking", "recover-out-of-retries"], [
    "createLocked(store, temporary, content)",
    "createLocked(store, temporary, content.subarray(1))",
  ]),
  plant(
    "log-of-a-first-run-is-shared",
    "moves/take_log.ts",
    ["brought_back_race", "brought-back"],
    [
      "    return { isNew: isShared };\n",
      "    return { isNew: false };\n",
    ],
  ),
  plant("who-lets-go-removes", "moves/put_back.ts", [
    "brought_back_race",
    "brought-back-recovered",
  ], [
    '  putBackReady(store, pathIn(store, "processing", name), state, { time, priority, id }, job);\n',
    '  store.files.remove(pathIn(store, "processing", name));\n  void [state, time, priority, id, job];\n',
  ]),
  plant("log-of-a-retry-is-shared", "moves/take_log.ts", [
    "brought_back_race",
    "brought-back-retry",
  ], [
    "  if (!isShared || !bringExclusively(store, pathIn(store, logFrom, logName(id)), path)) {\n",
    "  if (!isShared) {\n",
  ]),
];
