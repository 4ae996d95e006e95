import { type Plant, plant } from "./plant.ts";

/** What jobs read on standard input. */
export const INPUTS: readonly Plant[] = [
  plant("input-is-not-flushed", "contents/inputs.ts", ["crash", "enqueue-input"], [
    "    await flush(store, [path]);\n",
    "",
  ]),
  plant("name-of-the-input-is-not-flushed", "contents/inputs.ts", ["crash", "enqueue-input"], [
    "    await flush(store, [folder, store.dir]);\n",
    "",
  ]),
  plant("input-is-placed-after-its-job", "moves/enqueue_apart.ts", ["crash", "enqueue-input"], [
    "    await written?.place(job.id);\n    await publish(store, name, contentOf(job));\n",
    "    await publish(store, name, contentOf(job));\n    await written?.place(job.id);\n",
  ]),
  plant("input-is-replaced-before-its-job-is-gone", "contents/inputs.ts", [
    "claim_race",
    "input-enqueuer-pruner",
  ], [
    "      if (isTaken) await flush(store, STATES.map((state) => pathIn(store, state)));\n",
    "",
  ]),
  plant("input-is-removed-before-its-job", "moves/remove.ts", ["crash", "remove-input-done"], [
    "    await removeInputs(store, [id]);\n",
    "",
  ], [
    "    await flushRemovals(store, [entry], `",
    "    await removeInputs(store, [id]);\n    await flushRemovals(store, [entry], `",
  ]),
  plant("input-is-pruned-before-its-job", "moves/prune.ts", ["crash", "prune-input-done"], [
    "  if (inputs.length > 0) await removeTheirInputs(store, inputs);\n",
    "",
  ], [
    "  if (removed > 0) {\n    await flushChange(",
    "  await removeTheirInputs(store, inputs);\n  if (removed > 0) {\n    await flushChange(",
  ]),
  plant("input-is-not-shared-first", "moves/claim.ts", ["crash", "claim-bare-taken-input"], [
    "  using _shared = id === entry.id ? undefined : await shareInput(store, entry.id, id);\n",
    "",
  ], [
    "    return await examine(",
    "    if (id !== entry.id) await shareInput(store, entry.id, id);\n    return await examine(",
  ]),
  plant("link-of-the-input-is-not-flushed", "contents/inputs.ts", [
    "crash",
    "claim-bare-taken-input",
  ], [
    `      await flush(store, [pathIn(store, "input")]);\n`,
    "",
  ]),
  plant("input-is-not-shared-by-who-settles", "moves/settle.ts", [
    "crash",
    "settle-beside-another-input",
  ], [
    "  using _shared = await shareInput(store, id, fresh);\n",
    "",
  ]),
  plant("input-is-written-without-a-lock", "contents/inputs.ts", [
    "claim_race",
    "input-enqueuer-sweeper",
  ], [
    "      mark = createLocked(store, path, piece);\n",
    `      store.files.create(path, piece);\n      mark = { identity: "", release() {} };\n`,
  ]),
  plant("stale-input-is-replaced-without-its-lock", "contents/inputs.ts", [
    "claim_race",
    "input-enqueuer-sweeper-of-another",
  ], [
    "isTaken ? await lockStale(store, path) : undefined;",
    "undefined as FileLock | undefined;",
  ]),
  plant("link-of-the-input-is-not-locked", "contents/inputs.ts", [
    "claim_race",
    "input-claimer-sweeper",
  ], [
    "  const lock = lockIfAllowed(store, source);\n",
    "  const lock = lockIfAllowed(store, `${source}-none`);\n",
  ]),
  plant("input-is-pruned-without-the-lock", "moves/prune.ts", [
    "claim_race",
    "input-enqueuer-pruner",
  ], [
    "  using lock = tryLockQueue(store);\n  if (lock) await",
    "  await",
  ]),
  plant("input-is-pruned-without-a-look", "contents/inputs.ts", [
    "claim_race",
    "input-enqueuer-pruner",
  ], [
    "  await unlinkInputs(store, left.filter((id) => !present.has(id)));",
    "  await unlinkInputs(store, left.filter((id) => present.size >= 0 && id));",
  ]),
];
