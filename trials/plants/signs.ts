import { type Plant, plantBeside } from "./plant.ts";

const SIGNS = "recovery/signs_of_life.ts";
const TEST = "recovery/signs_of_life";

/** Signs of life that are not believed, or believed for too long. */
export const SIGNS_OF_LIFE: readonly Plant[] = [
  plantBeside("worker-is-recovered-though-its-signs-go-on", SIGNS, [
    TEST,
    "a worker whose signs go on though its lock is free is not recovered: locks do not reach it",
  ], ["return now - since >= SILENT_AFTER;", "return now >= since;"]),
  plantBeside("silence-is-not-waited-for", SIGNS, [
    TEST,
    "a worker of another machine is recovered once its signs have stood still for two of them",
  ], ["const SILENT_AFTER = 2500;", "const SILENT_AFTER = 500;"]),
  plantBeside("sign-under-the-lock-is-not-looked-for", "recovery/recover.ts", [
    TEST,
    "a sign that comes while the lock is taken stops the recovery",
  ], ["    if (signs?.isStill(worker) === false) return undefined;\n", ""]),
  plantBeside("dead-worker-is-taken-from-its-own-machine", SIGNS, [
    TEST,
    "a live worker of a dead one's machine has two seconds to recover it first",
  ], ["    return !isWaiting;", "    return true;"]),
  plantBeside("elder-worker-leaves-first", SIGNS, [
    TEST,
    "the worker that was there first leaves the other, which came later, time to go",
  ], ["isElder ? SILENT_AFTER : ELDER_PATIENCE", "isElder ? ELDER_PATIENCE : SILENT_AFTER"]),
  plantBeside("one-fallen-lock-proves-that-locks-are-apart", SIGNS, [
    TEST,
    "a lock that falls for a moment, after it was seen to be held, proves nothing",
  ], [" this.#reaches = true;", " this.#reaches = false;"]),
  plantBeside("living-worker-is-forgotten", "recovery/forget_worker.ts", [
    "recovery/forget_worker",
    "a worker that gives signs of life is not forgotten",
  ], ["if (changes > 1) {", "if (changes > 100) {"]),
];
