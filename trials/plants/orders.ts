import { type Plant, plant, plantBeside } from "./plant.ts";

/** Steps in another order, or not looked at again. */
export const ORDERS: readonly Plant[] = [
  plant("history-removed-before-its-totals", "contents/history_totals.ts", ["history_totals"], [
    "  await publishFile(\n    store,\n    totalsPath(store),\n",
    '  for (const name of names) removeIfThere(store, pathIn(store, "history", name));\n' +
    "  await publishFile(\n    store,\n    totalsPath(store),\n",
  ]),
  plant("history-counted-twice-after-a-crash", "contents/history_totals.ts", ["history_totals"], [
    "for (const name of names) if (!counted.has(name)) addFile",
    "for (const name of names) addFile",
  ]),
  plantBeside("backup-looks-at-jobs-once", "backup/backup.ts", [
    "backup/backup",
    "a job that is put back while a backup is made is in it once",
  ], ["let isComplete = pass > 1;", "let isComplete = true;"]),
  plant("restore-renames-before-it-flushes", "backup/restore.ts", ["restore"], [
    "      await files.syncTree(aside);\n",
    "",
  ]),
  plant("restore-renames-before-it-is-whole", "backup/restore.ts", ["restore"], [
    "const aside = `${asideOf(dir)}${newId()}`;\n",
    "const aside = dir;\n",
  ]),
  plant("upgrade-says-so-before-its-step", "backup/upgrade_queue.ts", ["restore"], [
    "    await steps[format - 1]!(store);\n" +
    "    await publishFile(store, version, new TextEncoder().encode(`${format + 1}\\n`));\n",
    "    await publishFile(store, version, new TextEncoder().encode(`${format + 1}\\n`));\n" +
    "    await steps[format - 1]!(store);\n",
  ]),
  plant("enqueue-renames-before-it-flushes", "store/temporary_files.ts", ["crash", "enqueue"], [
    "      await flush(store, [temporary]);\n      return store.files[rename](temporary, path);\n",
    "      store.files[rename](temporary, path);\n      return await flush(store, [path]);\n",
  ]),
  plant("settle-publishes-before-it-removes", "moves/settle.ts", [
    "recovery_race",
    "partitioned-settler-done-recoverer",
  ], [
    "  const removed = await store.files.removeEach(olds);\n",
    "  for (const each of open) await publish(store, each);\n" +
    "  const removed = await store.files.removeEach(olds);\n",
  ]),
  plant("settle-moves-the-job-before-its-log", "moves/settle.ts", ["crash", "cancel"], [
    `  if (isFree && await bringOwnLog(store, settlement, target)) {
    const result = await renameNewUnblocked(store, source, target);
`,
    `  if (isFree) {
    const result = await renameNewUnblocked(store, source, target);
    if (result === "renamed") bringLog(store, job.id, "processing", state);
`,
  ]),
  plant("claim-moves-the-log-before-its-job", "moves/claim.ts", ["fault", "claim-malformed"], [
    `  if (!await renameUnblocked(store, from, pathIn(store, "processing", name))) {`,
    `  bringLog(store, id, entry.state, "processing");
  if (!await renameUnblocked(store, from, pathIn(store, "processing", name))) {`,
  ]),
  plant("recovery-removes-the-presence-first", "recovery/recover.ts", [
    "recovery_race",
    "two-recoverers-running",
  ], [
    "await killSurvivors?.(worker, unendedRuns(store, worker));\n",
    "await killSurvivors?.(worker, []);\n    removePresence(store, worker);\n",
  ]),
  plant("child-is-not-looked-at-again", "moves/enqueue_apart.ts", ["dependency_races_long"], [
    "    released = releaseIfReady(store, job.id) || released;\n",
    "",
  ]),
  plant("let-go-is-not-looked-at-again", "moves/change_waiting.ts", ["dependency_races_long"], [
    "  if (time === AFTER_TIME) releaseIfReady(store, entry.id);\n",
    "",
  ]),
  plant("slots-are-taken-by-removing-the-request", "contents/requests.ts", ["fault", "scale"], [
    "  return last && renameIfThere(store, last.path, slotsPath(store, worker)) ? last.slots : undefined;",
    `  if (!last || !removeIfThere(store, last.path)) return undefined;
  placeFile(store, slotsPath(store, worker), new TextEncoder().encode(\`\${last.slots}\\n\`));
  return last.slots;`,
  ]),
  plant("job-is-moved-before-another-of-more-priority", "control/waiting_jobs.ts", [
    "crash",
    "move-before",
  ], [
    "await moveJob(queue, id, { priority, at: time - 1 });",
    "await moveJob(queue, id, { at: time - 1 });\n  void priority;",
  ]),
];
