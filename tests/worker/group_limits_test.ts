import { assert, assertEquals } from "@std/assert";
import { pauseGroup } from "../../src/control/pause_group.ts";
import { groupsOf } from "../../src/inspect/groups.ts";
import { eventually, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "./observed_worker.ts";

Deno.test("no more jobs of a group run at once than its limit says, over all workers, and others go past them", async () => {
  await using temporary = await temporaryQueue({ "groups.night": 2 });
  const { queue, dir } = temporary;
  for (let n = 0; n < 10; n++) {
    const command = `echo + >> ${dir}/ledger; sleep 0.1; echo - >> ${dir}/ledger`;
    await queue.enqueue({ command, group: "night", priority: 9 });
  }
  for (let n = 0; n < 5; n++) await queue.enqueue({ command: `echo other >> ${dir}/ledger` });
  const workers = await Promise.all(
    [1, 2].map(() => ObservedWorker.start(queue, { count: 4, drain: true })),
  );
  for (const worker of workers) assertEquals(await worker.finished(), "drained");
  assertEquals(queue.counts().done, 15);
  let [now, most] = [0, 0];
  const lines = Deno.readTextFileSync(`${dir}/ledger`).trim().split("\n");
  for (const line of lines.filter((line) => line !== "other")) {
    now += line === "+" ? 1 : -1;
    most = Math.max(most, now);
  }
  assertEquals([now, most], [0, 2]);
  assert(lines.lastIndexOf("other") < lines.lastIndexOf("+"), "others waited for the group");
});

Deno.test("a paused group keeps its jobs waiting, each read once, until it is resumed; others run", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await pauseGroup(queue, "night", true);
  for (const id of ["a", "b"]) await queue.enqueue({ id, command: "true", group: "night" });
  await queue.enqueue({ id: "c", command: "true" });
  const claims: string[] = [];
  using watcher = Deno.watchFs(`${queue.dir}/processing`);
  void (async () => {
    for await (const { kind, paths } of watcher) if (kind !== "access") claims.push(...paths);
  })();
  const claimed = (id: string) => claims.filter((path) => path.includes(`-${id}@`)).length;
  await using worker = await ObservedWorker.start(queue, { count: 1 });
  await eventually("the other job ran", () => queue.get("c")?.state === "done");
  await eventually("both were claimed", () => claimed("a") > 0 && claimed("b") > 0);
  await eventually("both were put back", () => queue.counts().pending === 2);
  const before = claimed("a") + claimed("b");
  for (let n = 0; n < 5; n++) await queue.enqueue({ id: `more${n}`, command: "true" });
  await eventually("they ran", () => queue.counts().done === 6);
  await eventually("the last claim is told", () => claimed("more4") > 0);
  assertEquals(claimed("a") + claimed("b"), before, "nobody has claimed them again");
  assertEquals(worker.all("waits").length, 1);
  assertEquals(queue.get("a")?.limited_by, "paused group night");
  await pauseGroup(queue, "night", false);
  await eventually("all ran", () => queue.counts().done === 8);
});

Deno.test("a worker drains a queue whose last jobs are of a paused group", async () => {
  await using temporary = await temporaryQueue({ "paused.night": true });
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true", group: "night" });
  await queue.enqueue({ id: "b", command: "true" });
  await using worker = await ObservedWorker.start(queue, { drain: true });
  assertEquals(await worker.finished(), "drained");
  assertEquals([queue.get("a")?.state, queue.get("b")?.state], ["pending", "done"]);
});

Deno.test("a group's limit can be raised and reset while its jobs wait", async () => {
  await using temporary = await temporaryQueue({ "groups.night": 1 });
  const { queue, dir } = temporary;
  const command = `while ! [ -e ${dir}/go ]; do sleep 0.05; done`;
  for (let n = 0; n < 5; n++) await queue.enqueue({ command, group: "night" });
  await using worker = await ObservedWorker.start(queue, { count: 5 });
  const running = (count: number) =>
    eventually(`${count} run`, () => worker.all("started").length === count);
  await running(1);
  await queue.configure({ "groups.night": 3 });
  await running(3);
  assertEquals(groupsOf(queue), [{ name: "night", limit: 3, paused: false, running: 3 }]);
  await queue.resetConfig(["groups.night"]);
  await running(5);
  assertEquals(groupsOf(queue), []);
  Deno.writeTextFileSync(`${dir}/go`, "");
  await eventually("all ended", () => queue.counts().done === 5);
});
