import { assert, assertEquals } from "@std/assert";
import { makeOwnersLog, reuniteLogs } from "../../src/contents/logs.ts";
import { arrive } from "../../src/contents/presence.ts";
import { claim } from "../../src/moves/claim.ts";
import { logOf, takeLog } from "../../src/moves/take_log.ts";
import { OwnNames } from "../../src/recovery/own_names.ts";
import { recoverDead } from "../crash/worker_steps.ts";
import { findings } from "../doctor/findings.ts";
import { drop, isThere, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "../worker/observed_worker.ts";
import { waitingEntry } from "../waiting_entry.ts";

const ME = "here-2-ee";
const WAITING = "20200101T000000.000Z-5-x.json";
const CLAIMED = WAITING.replace(".json", `@${ME}.json`);
const DONE = JSON.stringify({ command: "true", created_at: "2020-01-01T00:00:00.000Z" });

/** The queue is on a disk that machines share, until this is disposed of. */
function shared({ queue: { store } }: TemporaryQueue) {
  const { files } = store;
  const { isLocal } = files;
  files.isLocal = () => false;
  return { store, [Symbol.dispose]: () => void (files.isLocal = isLocal) };
}

Deno.test("a waiting name that came back without its content is no job if its job is elsewhere", async () => {
  for (const path of ["done/x.json", `processing/${CLAIMED}`, `failed/${WAITING}`]) {
    await using temporary = await temporaryQueue();
    const { dir } = temporary;
    drop(dir, path, DONE);
    drop(dir, `pending/${WAITING}`, "");
    using disk = shared(temporary);
    const result = await claim(disk.store, waitingEntry(WAITING), "there-1-dd");
    assertEquals(result, { kind: "gone" }, path);
    assertEquals([isThere(`${dir}/${path}`), namesIn(dir, "dead")], [true, []]);
  }
});

Deno.test("an empty file is told as no job if it is all there is, was dropped by hand or lies on a local disk", async () => {
  const cases: [name: string, beside: string | undefined, isShared: boolean][] = [
    [WAITING, undefined, true],
    ["x.json", "done/x.json", true],
    [WAITING, "done/x.json", false],
  ];
  for (const [name, beside, isShared] of cases) {
    await using temporary = await temporaryQueue();
    const { dir, queue } = temporary;
    if (beside !== undefined) drop(dir, beside, DONE);
    drop(dir, `pending/${name}`, "");
    using _disk = isShared ? shared(temporary) : undefined;
    const result = await claim(queue.store, waitingEntry(name), ME);
    assertEquals([result.kind, namesIn(dir, "dead").length], ["malformed", 2], name);
  }
});

Deno.test("a claimed name that came back without its content goes, whether its worker lives or not, and nobody complains", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  using disk = shared(temporary);
  const { store } = disk;
  drop(dir, "done/x.json", DONE);
  drop(dir, "done/x.log", "");
  const comesBack = () => drop(dir, `processing/${CLAIMED}`, "");
  comesBack();
  const problems = (await findings(temporary)).map(({ problem }) => problem);
  assertEquals(problems.filter((problem) => /2 files|is not a job/.test(problem)), []);
  const names = new OwnNames(store, ME, () => false);
  await names.look([]);
  await names.look([]);
  assertEquals(namesIn(dir, "processing"), []);
  comesBack();
  await recoverDead(store, "there-1-dd");
  assertEquals([namesIn(dir, "processing"), namesIn(dir, "dead")], [[], []]);
});

Deno.test("a log that came back goes if the one beside the ended job has all of it", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  using disk = shared(temporary);
  const { store } = disk;
  drop(dir, "done/x.json", DONE);
  drop(dir, "done/x.log", "a line\n");
  for (const [content, stays] of [["", []], ["a li", []], ["more", ["x.log"]]] as const) {
    drop(dir, "processing/x.log", content);
    reuniteLogs(store);
    assertEquals(namesIn(dir, "processing"), [...stays], content);
  }
  assertEquals(Deno.readTextFileSync(`${dir}/done/x.log`), "a line\n");
});

Deno.test("a log that root makes for another user must be new as well, if it has to be", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue: { store } } = temporary;
  const others = { ...store, owner: Deno.uid()! + 1 };
  const log = `${dir}/done/x.log`;
  assertEquals(makeOwnersLog(store, log, true), true);
  assertEquals(isThere(log), false);
  assertEquals(makeOwnersLog(others, log, true), false);
  assertEquals(makeOwnersLog(others, log, true), true, "it is there, so the start must fail");
  assertEquals(makeOwnersLog(others, log, false), false);
});

Deno.test("a worker puts back a job that another runs, for later, and goes on", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  using disk = shared(temporary);
  const other = arrive(disk.store, {
    ...{ name: ME, host: "here", pid: 2, slots: 1, started_at: "", version: "" },
  });
  drop(dir, `pending/${WAITING}`, DONE);
  const result = await claim(disk.store, waitingEntry(WAITING), ME);
  if (result.kind !== "claimed") throw new Error(result.kind);
  takeLog(disk.store, result.claim);
  disk.store.files.append(logOf(disk.store, result.claim), new Uint8Array());
  Deno.linkSync(`${dir}/processing/${result.claim.name}`, `${dir}/pending/${WAITING}`);
  await using worker = await ObservedWorker.start(queue, { count: 1 });
  await queue.enqueue({ id: "y", command: "true" });
  await worker.next("ended", "y");
  assertEquals(worker.all("started", "x"), []);
  assertEquals(namesIn(dir, "processing"), [result.claim.name, "x.log"]);
  const [again] = namesIn(dir, "pending");
  assert(again! > WAITING.replace("2020", "2026"), again);
  other.leave();
});
