/**
 * Claiming what waits: fresh, after an earlier attempt, in a batch, dropped by hand, or no job at
 * all.
 *
 * @module
 */

import { entries, type Entry } from "../../src/contents/entries.ts";
import { claim, type ClaimResult, type WaitingEntry } from "../../src/moves/claim.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { putBackUnrun } from "../../src/moves/put_back.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { BURIED, type Fate, type Ledger, RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { ACTING, DIR, openAt, START } from "./queue_disk.ts";
import { arriveAs, claimReady, endRun, readyEntries, run } from "./worker_steps.ts";

interface Scene {
  entry: WaitingEntry;
  result?: ClaimResult;
  settlement?: Settlement;
}

/** Where `w1` is: it may not run jobs for workers with a tag. */
const HERE = { host: "here" };

/** A worker `w1` that claims one entry, and runs what it has claimed. */
export function claiming(
  name: string,
  put: (store: Store, ledger: Ledger) => Promise<void>,
  command: string,
  fates: { [outcome in "untouched" | "run"]: Fate },
): Operation<Scene> {
  return {
    name: `claim-${name}`,
    process: "w1",
    async prepare(disk, ledger) {
      const files = disk.process("w1");
      await put(await openAt(files, START), ledger);
      const store = await openAt(files, ACTING - 1000);
      arriveAs(store, "w1");
      // Its command has not begun, so whoever recovers it charges nothing.
      ledger.expect(command, fates.untouched);
      // It gets a fresh ID with each claim, and a power cut can undo the claim and keep the log.
      ledger.logsMayStray = name === "bad-name";
      return { entry: readyEntries(store)[0]! };
    },
    async act({ store }, scene) {
      scene.result = await claim(store, scene.entry, "w1", "to run it", HERE);
    },
    async goOn({ store, ledger }, { result }) {
      // After an error it may wait under another name.
      const claims = result?.kind === "claimed" ? [result.claim] : await claimReady(store, "w1");
      await settle(store, claims.map((claimed) => run(store, claimed, "done")));
      if (claims.length > 0) ledger.expect(command, fates.run);
    },
    heldWhileRefused: "what cannot be put back stays claimed",
  };
}

async function enqueueA(store: Store): Promise<void> {
  await enqueue(store, { command: "echo a", id: "a" });
}

/** Drops a file into pending/ as a person does. */
export function dropping(name: string, content: string) {
  return (store: Store): Promise<void> => {
    store.files.create(`${DIR}/tmp/dropped`, new TextEncoder().encode(content));
    store.files.rename(`${DIR}/tmp/dropped`, `${DIR}/pending/${name}`);
    return store.files.sync([`${DIR}/pending/${name}`, `${DIR}/pending`, `${DIR}/tmp`]);
  };
}

/** Has worker `w0` run everything with an outcome, and leave. */
export async function runEarlier(store: Store, ending: "done" | "failed"): Promise<void> {
  const presence = arriveAs(store, "w0");
  const claims = await claimReady(store, "w0");
  await settle(store, claims.map((claimed) => run(store, claimed, ending)));
  presence.leave();
}

export const ONCE = { untouched: RUN, run: "done: done@w1" };

/** A job that has been claimed and cannot have the resource that it needs: put back, as it was. */
function puttingBack(
  name: string,
  put: (store: Store, ledger: Ledger) => Promise<void>,
  fates: { untouched: Fate },
): Operation<Scene> {
  return {
    ...claiming(name, put, "echo a", { ...fates, run: fates.untouched }),
    async act({ store, ledger, again }, scene) {
      scene.result ??= await claim(store, scene.entry, "w1");
      if (scene.result.kind !== "claimed") return;
      if (!again) {
        putBackUnrun(store, scene.entry, scene.result.claim);
        return;
      }
      // What cannot go back by a rename is settled, as the dispatcher does; it has printed nothing.
      scene.settlement ??= endRun(store, scene.result.claim, "put back");
      await settle(store, [scene.settlement]);
      ledger.allow("echo a", fates.untouched.replace("done@fresh", "cancelled@w1 done@fresh"));
      ledger.logsMayStray = true;
    },
    async goOn() {},
  };
}

/** The operations in which worker `w1` claims a job. */
export const CLAIM_OPERATIONS: readonly Operation[] = [
  claiming("fresh", enqueueA, "echo a", ONCE),
  claiming("elsewhere", dropping("a.json", '{"command":"echo a","on":["gpu"]}'), "echo a", ONCE),
  claiming(
    "retry-elsewhere",
    async (store) => {
      await enqueueA(store);
      await runEarlier(store, "failed");
      const [{ path }] = [...entries(store, "failed")] as [Entry];
      const job = JSON.parse(new TextDecoder().decode(store.files.read(`${DIR}/failed/${path}`)));
      await dropping("edited", JSON.stringify({ ...job, on: ["gpu"] }))(store);
      store.files.rename(`${DIR}/pending/edited`, `${DIR}/failed/${path}`);
      await store.files.sync([`${DIR}/failed`, `${DIR}/pending`]);
    },
    "echo a",
    {
      untouched: "done: failed@w0 done@fresh",
      run: "done: failed@w0 done@w1",
    },
  ),
  claiming("batch", (store) => enqueueMany(store, [{ command: "echo a" }]), "echo a", ONCE),
  claiming(
    "retry",
    async (store) => {
      await enqueueA(store);
      await runEarlier(store, "failed");
    },
    "echo a",
    {
      untouched: "done: failed@w0 done@fresh",
      run: "done: failed@w0 done@w1",
    },
  ),
  puttingBack("put-back", enqueueA, ONCE),
  puttingBack("put-back-batch", (store) => enqueueMany(store, [{ command: "echo a" }]), ONCE),
  puttingBack("put-back-retry", async (store) => {
    await enqueueA(store);
    await runEarlier(store, "failed");
  }, {
    untouched: "done: failed@w0 done@fresh",
  }),
  puttingBack("put-back-bare", dropping("a.json", `{"command":"echo a"}`), ONCE),
  claiming("bare", dropping("a.json", `{"command":"echo a"}`), "echo a", ONCE),
  claiming("bare-urgent", dropping("a.json", `{"command":"echo a","priority":9}`), "echo a", {
    untouched: `${ONCE.untouched} at priority 9`,
    run: `${ONCE.run} at priority 9`,
  }),
  claiming(
    "bare-taken",
    async (store, ledger) => {
      await enqueue(store, { command: "echo first", id: "a" });
      await runEarlier(store, "done");
      ledger.expect("echo first", "done: done@w0");
      await dropping("a.json", `{"command":"echo a"}`)(store);
    },
    "echo a",
    ONCE,
  ),
  claiming("malformed", dropping("a.json", "no job"), "no job", {
    untouched: BURIED,
    run: BURIED,
  }),
  claiming("bad-name", dropping("20260101T000000.000Z-5-a b.json", "{}"), "{}", {
    untouched: BURIED,
    run: BURIED,
  }),
];
