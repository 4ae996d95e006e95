/**
 * Bugs to plant: each is a change to the source that breaks a promise, and names the case of the
 * crash tests that must notice.
 *
 * @module
 */

/** A bug, and who is to catch it. */
export interface Plant {
  /** Names it on the command line and in the report. */
  readonly name: string;
  /** The source file that it is planted in. */
  readonly file: string;
  /** Texts that each occur there exactly once, and what to put in their place. */
  readonly edits: readonly (readonly [find: string, put: string])[];
  /** The test file below tests/crash/ that is to catch it. */
  readonly test: string;
  /** The operation or race in it, as `CRASH_CASE` has it. Default: all of the file. */
  readonly operation?: string;
}

function plant(
  name: string,
  file: string,
  [test, operation]: readonly [test: string, operation?: string],
  ...edits: Plant["edits"]
): Plant {
  return { name, file: `src/${file}`, edits, test: `${test}_test.ts`, operation };
}

const FLUSHES: readonly Plant[] = [
  plant("enqueue-does-not-flush-the-file", "store/temporary_files.ts", ["crash", "enqueue"], [
    "    await flush(store, [temporary]);\n",
    "",
  ]),
  plant("enqueue-does-not-flush-the-name", "moves/publish.ts", ["crash", "enqueue"], [
    `    await flush(store, [pathIn(store, "pending")]);\n`,
    "",
  ]),
  plant("batch-does-not-flush-its-files", "moves/batch.ts", ["crash", "enqueue-many"], [
    "    if (store.config.fsync) await store.files.syncTree(batch.path);\n",
    "",
  ]),
  plant("batch-does-not-flush-its-name", "moves/batch.ts", ["crash", "enqueue-many"], [
    `    await flush(store, [pathIn(store, "pending")]);\n`,
    "",
  ]),
  plant("settle-does-not-flush-the-result", "moves/settle.ts", ["crash", "settle-done"], [
    `[...written, pathIn(store, "tmp"), ...left]`,
    `[pathIn(store, "tmp"), ...left]`,
  ]),
  plant("settle-does-not-flush-tmp", "moves/settle.ts", ["crash", "settle-done"], [
    `[...written, pathIn(store, "tmp"), ...left]`,
    `[...written, ...left]`,
  ]),
  plant("settle-does-not-flush-the-state", "moves/settle.ts", ["crash", "settle-done"], [
    "      ...[...changed].map((state) => pathIn(store, state)),\n",
    "",
  ]),
  plant(
    "settle-does-not-flush-what-the-job-left",
    "moves/settle.ts",
    ["two_sided", "settle-done"],
    [
      `[...written, pathIn(store, "tmp"), ...left]`,
      `[...written, pathIn(store, "tmp")]`,
    ],
  ),
  plant(
    "settle-does-not-flush-the-removal-of-its-batch",
    "fs/sync_each.ts",
    ["two_sided", "settle-batch"],
    ["      await files.sync([dirname(path)]);\n", ""],
  ),
  plant("hold-does-not-flush-what-the-job-left", "moves/change_waiting.ts", [
    "two_sided",
    "hold-put-back",
  ], [
    "  await flush(store, leftByWaiting(store));\n",
    "",
  ]),
  plant("names-of-one-file-are-both-run", "recovery/recover.ts", ["two_sided", "requeue-failed"], [
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
];

const ORDERS: readonly Plant[] = [
  plant("enqueue-renames-before-it-flushes", "store/temporary_files.ts", ["crash", "enqueue"], [
    "    await flush(store, [temporary]);\n    store.files[rename](temporary, path);\n",
    "    store.files[rename](temporary, path);\n    await flush(store, [path]);\n",
  ]),
  plant("settle-publishes-before-it-removes", "moves/settle.ts", [
    "recovery_race",
    "partitioned-settler-done-recoverer",
  ], [
    "  const removed = await store.files.removeEach(olds);\n",
    "  for (const each of open) publish(store, each);\n" +
    "  const removed = await store.files.removeEach(olds);\n",
  ]),
  plant("settle-moves-the-job-before-its-log", "moves/settle.ts", ["crash", "cancel"], [
    `  if (isFree && bringLog(store, job.id, "processing", state, target)) {
    const result = renameNew(store, source, target);
`,
    `  if (isFree) {
    const result = renameNew(store, source, target);
    if (result === "renamed") bringLog(store, job.id, "processing", state);
`,
  ]),
  plant("claim-moves-the-log-before-its-job", "moves/claim.ts", ["fault", "claim-malformed"], [
    `  if (!renameIfThere(store, from, pathIn(store, "processing", name))) return { kind: "gone" };`,
    `  bringLog(store, id, entry.state, "processing");
  if (!renameIfThere(store, from, pathIn(store, "processing", name))) return { kind: "gone" };`,
  ]),
  plant("recovery-removes-the-presence-first", "recovery/recover.ts", [
    "recovery_race",
    "two-recoverers-running",
  ], [
    "await killSurvivors?.(worker, unendedRuns(store, worker));\n",
    "await killSurvivors?.(worker, []);\n    removePresence(store, worker);\n",
  ]),
  plant("child-is-not-looked-at-again", "moves/enqueue_apart.ts", ["dependency_races"], [
    "    released = releaseIfReady(store, job.id) || released;\n",
    "",
  ]),
  plant("let-go-is-not-looked-at-again", "moves/change_waiting.ts", ["dependency_races"], [
    "  if (time === AFTER_TIME) releaseIfReady(store, entry.id);\n",
    "",
  ]),
];

const LOCKS: readonly Plant[] = [
  plant("recover-without-the-lock", "store/store.ts", ["recovery_race", "two-recoverers-running"], [
    "  const lock = ifThere(() => files.tryLock(path));\n",
    `  if (files.exists(path)) return scoped({ identity: "", release() {} });
  const lock = undefined as FileLock | undefined;
`,
  ]),
  plant("lock-of-a-file-that-is-gone-counts", "store/store.ts", [
    "recovery_race",
    "two-recoverers-running",
  ], [
    "    isSame = files.stat(path)?.identity === lock.identity;",
    "    isSame = true;",
  ]),
  plant("lock-is-kept-after-an-error", "store/store.ts", ["fault", "recover-running"], [
    "    if (!isSame) lock.release();\n",
    "",
  ]),
  plant(
    "doctor-removes-notes-without-the-lock",
    "doctor/check_reservations.ts",
    ["waiting_race", "child-enqueuer-doctor"],
    [
      "() => whileNoneAdds(store, () => removeStaleMarkers(store, [{ parent, child }]))",
      "() => removeStaleMarkers(store, [{ parent, child }])",
    ],
  ),
  plant("id-is-chosen-without-the-lock", "store/queue_lock.ts", ["claim_race", "two-enqueuers"], [
    `    return scoped(await store.files.lock(path, waits));
  } catch`,
    `    return scoped({ identity: "", release() {} });
  } catch`,
  ]),
  plant("config-is-changed-without-the-lock", "queue.ts", ["waiting_race", "two-config-sets"], [
    "    using _lock = await lockQueue(this.store);\n    const set",
    "    const set",
  ]),
  plant("strays-are-removed-without-the-lock", "recovery/strays.ts", [
    "claim_race",
    "enqueue-many-strays",
  ], [
    "  if (lock) removeTree(",
    "  lock?.release();\n  if (lock) removeTree(",
  ]),
  plant(
    "batch-is-written-without-a-lock",
    "moves/batch.ts",
    ["claim_race", "enqueue-many-strays"],
    [
      "    lock = store.files.tryLock(path);\n",
      "    return undefined;\n",
    ],
  ),
];

const BELIEFS: readonly Plant[] = [
  plant("recovery-believes-any-taken-job", "recovery/half_settled.ts", [
    "crash_of_recovery",
    "recover-of-settle-done",
  ], [
    "    if (isLeftOver(trace)) removeIfThere(store, path);\n    else renameIfThere(",
    "    renameIfThere(",
  ]),
  plant("recovery-takes-the-result-alone", "recovery/half_settled.ts", [
    "recovery_race",
    "partitioned-settler-done-recoverer",
  ], [
    "      if (!renameIfThere(store, source, target)) continue;\n",
    "      if (!removeIfThere(store, source)) continue;\n",
  ], [
    `by, "taken"));\n`,
    `by, "owned"));
      const { final, state } = trace.meant!;
      renameIfThere(store, path, pathIn(store, "tmp", formatMeantName(final, by, state)));
`,
  ]),
  plant("recovery-does-not-look-first", "recovery/left_running.ts", ["two_sided", "settle-done"], [
    "isElsewhere(store, name, job, places.get(id) ?? [], changed)",
    "isElsewhere(store, name, job, [], changed)",
  ]),
  plant(
    "recovery-forgets-what-it-settles",
    "recovery/left_running.ts",
    ["two_sided", "settle-put-back"],
    [
      "settling.some((settlement) => hasGoneOn(settlement.job, job)) ||",
      "settling.length > 1_000_000 ||",
    ],
  ),
  plant("claim-does-not-look-first", "moves/claim.ts", ["two_sided", "requeue-done"], [
    "  if (wasBroughtBack(store, entry, name, job)) {",
    "  if (!wasBroughtBack) {",
  ]),
  plant(
    "recovery-charges-what-had-not-begun",
    "recovery/left_running.ts",
    ["crash", "claim-fresh"],
    [
      "    if (reason === undefined && !mayHaveBegun(store, job)) {",
      "    if (reason === undefined && !id) {",
    ],
  ),
  plant("log-tells-of-a-start-at-the-claim", "moves/claim.ts", ["crash", "claim-retry"], [
    `entry.id === id ? entry.state : "processing";`,
    `entry.id === id ? entry.state : "processing";
    takeLog(store, claimed);`,
  ]),
  plant("log-is-moved-though-the-job-is-anothers", "moves/settle.ts", [
    "recovery_race",
    "partitioned-settler-failed-recoverer",
  ], [
    "  if (!store.files.exists(source)) return true;\n",
    "",
  ]),
  plant(
    "job-is-renamed-over-a-live-name",
    "moves/settle.ts",
    ["recovery_race", "two-settlers-of-one-id"],
    [
      "    const result = renameNew(store, source, target);",
      `    const result = renameIfThere(store, source, target) ? "renamed" : "gone";`,
    ],
  ),
  plant("heal-forgets-what-was-decided", "schedules/heal_schedule.ts", ["schedule"], [
    `  if (decided === time) return { is: "decided" };\n`,
    "",
  ]),
];

const LINKS: readonly Plant[] = [
  plant("old-name-of-a-linked-file-stays", "fs/rename_by_link.ts", ["linking", "settle-done"], [
    "  try {\n    files.remove(from);\n",
    "  try {\n",
  ]),
  plant("two-names-of-one-file-are-two-jobs", "contents/same_job.ts", ["linking"], [
    "    const isSameFile = areOneFile(own?.stat, stat);\n",
    "    const isSameFile = false;\n",
  ]),
];

const ERRORS: readonly Plant[] = [
  plant("refused-removal-counts-as-taken-away", "moves/settle.ts", ["fault", "settle-done"], [
    "    if (removed[index] !== false) continue;",
    "    if (removed[index] === true) continue;",
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
  plant("half-written-result-is-kept", "moves/settle.ts", ["fault", "settle-group"], [
    "    removeIfThere(store, meantPath(store, settlement));\n  } else return;",
    "  } else return;",
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

const PLACES: readonly Plant[] = [
  plant("places-are-kept-though-there-are-too-few", "constraints/limits.ts", [
    "place_race",
    "takers-all",
  ], [
    "  releaseAll(taken);\n  return answer;",
    "  return answer;",
  ]),
  plant("places-of-others-are-kept-though-one-is-full", "constraints/turns.ts", [
    "place_race",
    "takers-both-and-the-second",
  ], [
    "    if (!isDone) releaseAll(taken);\n",
    "",
  ]),
  plant("several-places-are-taken-without-the-turn", "constraints/turns.ts", [
    "place_race",
    "takers-all",
  ], [
    "    const late = own.take(needs);\n",
    "    const late = own.take([]);\n",
  ]),
  plant("another's-turn-is-not-waited-for", "constraints/turns.ts", [
    "place_race",
    "turn-keeper-and-stream",
  ], [
    "isAnothersTurn(store, only.resource)) {",
    "isAnothersTurn(store, `${only.resource}-`)) {",
  ]),
  plant("place-of-a-dead-worker-is-taken", "constraints/limits.ts", [
    "place_race",
    "takers-all-and-one",
  ], [
    "  if (!isDead) removeIfThere(store, name);\n  return isDead;",
    "  removeIfThere(store, name);\n  return false;",
  ]),
  plant("turn-leaves-its-file", "constraints/turns.ts", ["place_race", "turn-keeper-and-stream"], [
    "        if (!declaredDead) removeIfThere(this.#store, turnPath(this.#store, resource));\n",
    "",
  ]),
  plant("turn-of-a-dead-worker-is-left", "constraints/turns.ts", ["place_race", "takers-all"], [
    "  removeIfThere(store, path);\n",
    "",
  ]),
  plant("places-stay-when-the-disk-refuses-one", "constraints/limits.ts", [
    "fault",
    "claim-limited",
  ], [
    "  } catch (error) {\n    releaseAll(taken);\n    throw error;",
    "  } catch (error) {\n    throw error;",
  ]),
];

const INPUTS: readonly Plant[] = [
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

/** All bugs that can be planted. */
export const PLANTS: readonly Plant[] = [
  ...FLUSHES,
  ...ORDERS,
  ...LOCKS,
  ...BELIEFS,
  ...LINKS,
  ...ERRORS,
  ...PLACES,
  ...INPUTS,
];
