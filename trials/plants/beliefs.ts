import { type Plant, plant, plantBeside } from "./plant.ts";

/** Leftovers of a crash that are believed. */
export const BELIEFS: readonly Plant[] = [
  plant("recovery-believes-any-taken-job", "recovery/half_settled.ts", [
    "crash_of_recovery_long",
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
    `takenOver.push(settlementOf(trace, trace.job, ours(running.name, worker, by), by));\n`,
    `takenOver.push(settlementOf(trace, trace.job, "", by, "owned"));
      const { final, state } = trace.meant!;
      renameIfThere(store, path, pathIn(store, "tmp", formatMeantName(final, by, state)));
`,
  ]),
  plant("recovery-believes-a-result-written-meanwhile", "recovery/left_running.ts", [
    "recovery_two_sided_race_long",
    "partitioned-settler-done-recoverer",
  ], [
    "    entry.worker !== worker ||",
    "    entry.worker !== undefined ||",
  ]),
  plant("recovery-does-not-look-first", "recovery/left_running.ts", [
    "two_sided_long",
    "settle-done",
  ], [
    "isElsewhere(store, name, job, places.get(id) ?? [], changed)",
    "isElsewhere(store, name, job, [], changed)",
  ]),
  plant(
    "recovery-forgets-what-it-settles",
    "recovery/left_running.ts",
    ["two_sided_long", "settle-put-back"],
    [
      "settling.some((settlement) => hasGoneOn(settlement.job, job)) ||",
      "settling.length > 1_000_000 ||",
    ],
  ),
  plant("claim-does-not-look-first", "moves/claim.ts", ["two_sided_long", "requeue-done"], [
    "  if (await wasBroughtBack(store, entry, name, job)) {",
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
    bringLog(store, id, claimed.logFrom, "processing");`,
  ], [
    "import { logName, ownLine } from",
    "import { bringLog, logName, ownLine } from",
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
      "    const result = await renameNewUnblocked(store, source, target);",
      `    const result = renameIfThere(store, source, target) ? "renamed" : "gone";`,
    ],
  ),
  plant("heal-forgets-what-was-decided", "schedules/heal_schedule.ts", ["schedule"], [
    `  if (decided === time) return { is: "decided" };\n`,
    "",
  ]),
  plant("map-does-not-see-what-is-there", "moves/enqueue_mapped.ts", ["asked_again_long", "map"], [
    "      const there = present.ids.get(digests[index]!);\n",
    "      const there = [...present.ids.values()].find(() => false);\n",
  ]),
  plant(
    "job-is-ready-before-it-is-changed",
    "control/restart_job.ts",
    ["crash", "retry-edited-dead"],
    [
      `  await requeueJob(queue.store, id, undefined, "held");\n`,
      "  await requeueJob(queue.store, id);\n",
    ],
  ),
  plantBeside("sign-of-leaving-stays", "recovery/strays.ts", [
    "hostile/odd_requests_long",
    "what was asked of a worker that is gone, and that it was leaving, is removed",
  ], [
    "(stop|leaving|",
    "(stop|",
  ]),
];
