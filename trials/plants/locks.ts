import { type Plant, plant } from "./plant.ts";

/** Locks not taken, or kept. */
export const LOCKS: readonly Plant[] = [
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
    `    isSame = files.exists(path, "fresh") && files.stat(path)?.identity === lock.identity;`,
    "    isSame = true;",
  ]),
  plant("forgotten-worker-keeps-its-lock", "recovery/forget_worker.ts", ["crash", "forget"], [
    "  replacePresence(store, worker);\n  return",
    "  return",
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
    "    using _lock = await lockQueue(this.store);\n    // Another machine may have replaced",
    "    // Another machine may have replaced",
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
