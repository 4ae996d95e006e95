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
  plant("strays-are-removed-whether-locked-or-not", "recovery/strays.ts", [
    "claim_race",
    "enqueue-many-strays",
  ], [
    "lock && scoped(lock);",
    'scoped(lock ?? { identity: "", renew: () => true, release() {} });',
  ]),
  plant("what-was-swept-off-is-not-written-again", "store/temporary_files.ts", [
    "claim_race",
    "enqueue-strays",
  ], ["tries < MOST_SWEPT;\n}", "false;\n}"]),
  plant(
    "batch-is-written-without-a-lock",
    "moves/batch.ts",
    ["claim_race", "enqueue-many-strays"],
    [
      "    batch.mark = createFolderLocked(store, batch.path, first);\n",
      "    createFolderLocked(store, batch.path, first).release();\n",
    ],
  ),
  plant("another-file-of-a-batch-is-locked", "moves/batch.ts", [
    "remembering_long",
    "enqueue-many-strays",
  ], [
    "sort((a, b) => (a.path < b.path ? -1 : 1))",
    "sort((a, b) => (a.path > b.path ? -1 : 1))",
  ]),
  plant("a-folder-is-locked-as-a-directory", "store/temporary_files.ts", [
    "remembering_long",
    "enqueue-many-strays",
  ], [
    "lockIfThere({ files }, first.path)",
    "lockIfThere({ files }, path)",
  ]),
];
