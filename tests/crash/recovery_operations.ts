/**
 * Workers that come, go and die, and the recovery of the dead.
 *
 * @module
 */

import { enqueue } from "../../src/moves/enqueue.ts";
import type { Presence } from "../../src/contents/presence.ts";
import {
  changedSlots,
  requestSlots,
  requestStop,
  takeRequests,
  takeSlots,
} from "../../src/contents/requests.ts";
import { declareDead } from "../../src/recovery/forget_worker.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { BURIED, RUN } from "./ledger.ts";
import { Broken, type Operation } from "./operation.ts";
import { DIR, openAt, START } from "./queue_disk.ts";
import { settling, TO_DEAD, TO_DONE, TO_FAILED } from "./settle_operations.ts";
import { arriveAs, doctor, recoverDead } from "./worker_steps.ts";

/** What worker `w2` has taken over and not yet settled. */
interface Scene {
  unsettled: Settlement[];
}

/** Worker `w2` recovers whoever is dead on a disk. */
export const recovering: Operation<Scene> = {
  name: "recover",
  process: "w2",
  async act({ store, ledger }, { unsettled }) {
    await recoverDead(store, "w2", unsettled);
    ledger.settle();
    removeStrays(store);
  },
};

/** Worker `w1` dies while it runs these jobs. */
function recoverRunning(
  name: string,
  jobs: Parameters<typeof settling>[1],
  meanwhile: (disk: SimulatedDisk) => void = () => {},
): Operation<Scene> {
  return {
    ...recovering,
    name: `recover-${name}`,
    async prepare(disk, ledger) {
      await settling("", jobs).prepare!(disk, ledger);
      for (const { command, lost } of jobs) {
        // The job was the recovering worker's when that died: then it is on its account.
        ledger.expect(command, lost, lost.replace("@w1", "@w2"), lost.replace("@w1", "@doctor"));
        ledger.mayBeUndone(command, RUN);
      }
      arriveAs(await openAt(disk.process("w2"), START), "w2");
      disk.crashProcess("w1");
      meanwhile(disk);
      return { unsettled: [] };
    },
  };
}

const recoverMalformed: Operation<Scene> = {
  ...recovering,
  name: "recover-malformed",
  async prepare(disk, ledger) {
    const files = disk.process("w1");
    const store = await openAt(files, START);
    arriveAs(store, "w1");
    arriveAs({ ...store, files: disk.process("w2") }, "w2");
    const path = `${DIR}/processing/20260101T000000.000Z-5-a@w1.json`;
    files.create(path, new TextEncoder().encode("no job"));
    await files.sync([path, `${DIR}/processing`]);
    disk.crashProcess("w1");
    ledger.expect("no job", BURIED);
    return { unsettled: [] };
  },
};

/** The worker's own presence; it is kept between two attempts to leave. */
const arriveAndLeave: Operation<{ presence?: Presence; arrivals: number }> = {
  name: "arrive-and-leave",
  process: "w3",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo a" });
    requestStop(store, "w3", true);
    ledger.expect("echo a", RUN);
    return { arrivals: 0 };
  },
  act({ store }, scene) {
    // A name is used once: it is made of a process and chance.
    scene.presence ??= arriveAs(store, scene.arrivals++ === 0 ? "w3" : `w3-${scene.arrivals}`);
    if (!scene.presence.holds()) throw new Broken("a presence that holds nothing");
    scene.presence.leave();
    return Promise.resolve();
  },
};

const stopping: Operation = {
  name: "request-stop",
  process: "client",
  async prepare(disk) {
    arriveAs(await openAt(disk.process("w1"), START), "w1");
  },
  act: ({ store }) => Promise.resolve(requestStop(store, "w1", false)),
};

/** Worker `w1` takes the last of two requests for another number of slots. */
const scaling: Operation = {
  name: "scale",
  process: "w1",
  async prepare(disk) {
    arriveAs(await openAt(disk.process("w1"), START), "w1");
    const store = await openAt(disk.process("client"), START);
    for (const slots of [3, 2]) requestSlots(store, "w1", slots);
  },
  act({ store }) {
    const slots = takeSlots(store, "w1", takeRequests(store, "w1").scalings);
    // Taken before it was asked again, it is in the file alone.
    const counts = slots ?? changedSlots(store, "w1");
    if (counts !== 2) throw new Error(`${counts} slots, not those of the last request`);
    return Promise.resolve();
  },
};

/** Worker `w2` forgets `w1`, whose lock is never freed. */
const forgetting: Operation<Scene> = {
  ...recovering,
  name: "forget",
  async prepare(disk, ledger) {
    const scene = await recoverRunning("", [TO_DONE]).prepare!(disk, ledger);
    disk.process("stuck").tryLock(`${DIR}/workers/w1.json`);
    return scene;
  },
  async act({ store, ledger }, { unsettled }) {
    await declareDead(store, "w1", "w2", undefined, unsettled);
    ledger.settle();
  },
};

const doctorRepair: Operation = {
  ...recoverRunning("", [TO_DONE]),
  name: "doctor-repair",
  process: "doctor",
  async act({ store }) {
    const left = (await doctor(store, true)).filter((finding) => !finding.mended);
    if (left.length > 0) throw new Error(left.map((finding) => finding.remedy).join("; "));
  },
};

/** The operations of presence and recovery. */
export const RECOVERY_OPERATIONS: readonly Operation[] = [
  recoverRunning("running", [TO_DONE]),
  recoverRunning("out-of-retries", [TO_DEAD]),
  recoverRunning("group", [TO_DONE, TO_FAILED, TO_DEAD]),
  recoverRunning(
    "absent",
    [TO_DONE],
    (disk) => disk.process("rm").remove(`${DIR}/workers/w1.json`),
  ),
  recoverMalformed,
  forgetting,
  arriveAndLeave,
  stopping,
  scaling,
  doctorRepair,
];
