import { type Plant, plantBeside } from "./plant.ts";

const WHEN_KILLED = ["program/fence_long", "what a worker runs ends at once"] as const;
const WHEN_CUT_OFF = ["program/fence_long", "a worker whose file system hangs"] as const;

/** Commands that run on when their worker is killed or cut off, and others that are ended. */
export const FENCES: readonly Plant[] = [
  plantBeside("lock-that-another-has-counts", "contents/presence.ts", [
    "worker/pulse",
    "a worker whose lock another has",
  ], [
    "        if (!held.renew(store.now())) return false;\n",
    "        held.renew(store.now());\n",
  ]),
  plantBeside("broken-lock-is-not-taken-anew", "contents/presence.ts", [
    "contents/presence",
    "a beat locks the file anew",
  ], [
    "        const again = lockAgain(store, path, identity);\n",
    "        const again = undefined;\n",
  ]),
  plantBeside("fence-lets-a-dead-workers-commands-be", "process/fence_script.ts", WHEN_KILLED, [
    "  kill -s KILL $pid 2>/dev/null\nfi\n",
    "  kill -s KILL $pid 2>/dev/null\nelse\n  exit\nfi\n",
  ]),
  plantBeside("fence-waits-for-ever", "process/fence_script.ts", WHEN_CUT_OFF, [
    'while read -r -t "$left" left',
    "while read -r left",
  ]),
  plantBeside("fence-ends-what-a-job-left", "process/fence.ts", WHEN_CUT_OFF, [
    "    if (this.#told.delete(wordOf(run))) this.#write();\n",
    "    void run;\n",
  ]),
  plantBeside("command-is-started-untold", "worker/dispatcher.ts", WHEN_KILLED, [
    "    this.jobs.starts(claim);\n",
    "",
  ]),
  plantBeside("fence-made-again-knows-nothing", "process/fence.ts", [
    "program/fence_long",
    "a fence that is killed is made again",
  ], [
    "{ write: true }) };\n    this.#write();\n",
    "{ write: true }) };\n",
  ]),
  plantBeside("beat-waits-for-the-event-loop", "worker/pulse.ts", [
    "worker/pulse",
    "a worker beats within a chain of calls",
  ], [
    "    if (this.fence) this.#beat();\n",
    "",
  ]),
  plantBeside("orphans-of-any-outcome-are-killed", "worker/maintenance/orphans.ts", [
    "worker/pulse",
    "a worker ends what is left here",
  ], [
    '    recorded.outcome === "lost" && ',
    "    ",
  ]),
  plantBeside("fence-number-begins-anew", "worker/run_job.ts", [
    "worker/run_job",
    "QUEUECTL_FENCE grows",
  ], [
    "* 1000n + BigInt(job.history.length + 1)",
    "* 1000n + BigInt(job.attempts + 1)",
  ]),
];
