/**
 * An operation of which a call fails: once, or the disk refuses from there on until it is well
 * again. Then the same is asked for again, and the process lives on.
 *
 * @module
 */

import type { FilePort } from "../../src/fs/file_port.ts";
import { type BeforeCall, formatCall } from "../simulation/call.ts";
import { diskError, type ErrnoName, type Leaving } from "../simulation/faults.ts";
import { withSeed } from "../simulation/seeded.ts";
import { count, FAULT_STRIDE, isWanted, judge, OUTCOMES, report, SEED } from "./crash_case.ts";
import { act, prepare, type Prepared, storeFor } from "./crash_points.ts";
import { systemFault } from "../../src/cli/text/system_fault.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { RUN } from "./ledger.ts";
import { Broken, type Operation, type Stage } from "./operation.ts";
import { ACTING, clock } from "./queue_disk.ts";

/** The calls that change something on the disk. */
const CHANGING: readonly (keyof FilePort)[] = [
  "create",
  "append",
  "makeDirectory",
  "setMode",
  "rename",
  "renameNew",
  "link",
  "remove",
  "removeEach",
];

/** The calls that open a file or directory. */
const OPENING: readonly (keyof FilePort)[] = [
  "list",
  "read",
  "create",
  "append",
  "sync",
  "syncTree",
  "tryLock",
  "lock",
];

/** Which calls a disk in this state refuses. */
const REFUSED: Partial<Record<ErrnoName, readonly (keyof FilePort)[]>> = {
  ENOSPC: ["create", "append", "makeDirectory", "sync", "syncTree"],
  EACCES: CHANGING,
  EROFS: CHANGING,
  EIO: [...CHANGING, ...OPENING, "stat", "exists"],
  EMFILE: OPENING,
};

const ERRORS = Object.keys(REFUSED) as ErrnoName[];

/** Whether a user is told of an error in a sentence, without a stack trace. */
function isSentence(error: unknown): boolean {
  return error instanceof QueueError || error instanceof UsageError ||
    systemFault(error) !== undefined;
}

/** How often the same is asked for again. The first may still have to put something right. */
const TRIES = 3;

/** Those that there were so far, of all operations: so each operation begins at another one. */
let faults = 0;

/** Makes each call of an operation fail in each way, asks again, and judges what is left. */
export async function failEverywhere(operation: Operation): Promise<void> {
  const prepared = await prepare(operation);
  const whole = await act(operation, prepared);
  const calls = whole.disk.calls.filter((call) => call.process === operation.process);
  for (const [index, { name }] of calls.entries()) {
    for (const code of ERRORS) {
      const writes = name === "create" || name === "append";
      const leavings: Leaving[] = writes ? ["nothing", "partial"] : ["nothing"];
      for (const leaving of leavings) {
        for (const mode of ["once", "from-there-on"] as const) {
          if (mode === "from-there-on" && !REFUSED[code]!.includes(name)) continue;
          const at = leaving === "nothing" ? `${index}` : `${index}-${leaving}`;
          const label = `${operation.name}/${at}/${code}/${mode}`;
          if (!isWanted(label)) continue;
          const isFlush = name === "sync" || name === "syncTree";
          if (!isFlush && faults++ % FAULT_STRIDE !== 0) continue;
          count("faults");
          const hook: BeforeCall = (call) => {
            const hit = mode === "once"
              ? call.index === index
              : call.index >= index && REFUSED[code]!.includes(call.name);
            if (hit) throw diskError(code, call.name, leaving);
          };
          await runFault(label, operation, prepared, hook, {
            lasting: mode === "from-there-on",
            cut: isFlush && code === "EIO" && mode === "once",
          });
        }
      }
    }
  }
}

/**
 * @param how Whether the disk goes on refusing; and whether the power is cut in the end, to see
 * whether a flush was believed that came after one that failed.
 */
async function runFault(
  label: string,
  operation: Operation,
  prepared: Prepared,
  hook: BeforeCall,
  { lasting, cut }: { lasting: boolean; cut: boolean },
): Promise<void> {
  clock.time = ACTING;
  const disk = prepared.disk.clone();
  const ledger = prepared.ledger.clone();
  const process = disk.process(operation.process, hook);
  const calls = () =>
    disk.calls.filter((call) => call.process === operation.process).map(formatCall);
  try {
    await withSeed(2, async () => {
      const store = await storeFor(operation, disk, process);
      const stage: Stage = { store, ledger, again: false, lives: () => true };
      const scene = structuredClone(prepared.scene);
      for (let tries = 0;; tries++) {
        try {
          await operation.act(stage, scene);
          break;
        } catch (error) {
          if (tries === TRIES || error instanceof Broken || !isSentence(error)) throw error;
          // A disk that goes on refusing is asked twice.
          if (!lasting || tries > 0) process.before = undefined;
          stage.again = true;
        }
      }
      process.before = undefined;
      if (lasting && operation.doubledWhileRefused) {
        ledger.mayDouble = true;
        for (const [command] of [...ledger.entries(false)]) {
          ledger.allow(command, `${RUN} + ${RUN}`);
        }
      }
      await operation.goOn?.(stage, scene);
    }, ACTING);
  } catch (error) {
    const text = error instanceof Error ? error.stack! : `${error}`;
    throw new Error(report(label, [text], disk, calls(), disk.tree(), []));
  }
  const made = calls();
  const cuts = cut ? [...disk.powerCutOutcomes({ limit: OUTCOMES, seed: SEED })] : [];
  const isHeld = lasting && operation.heldWhileRefused !== undefined;
  if (isHeld) disk.crashProcess();
  await judge(label, disk, ledger, { powerCut: false }, made);
  if (isHeld) return;
  // Its end must bring nothing up that its life did not.
  disk.crashProcess();
  await judge(label, disk, ledger, { powerCut: false }, made);
  for (const [at, after] of cuts.entries()) {
    if (!isWanted(`${label}/power-cut/${at}`)) continue;
    count("power cuts after a flush that failed");
    await judge(`${label}/power-cut/${at}`, after, ledger, { powerCut: true }, made);
  }
}
