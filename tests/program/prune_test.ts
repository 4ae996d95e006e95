import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pruneJobs } from "../../src/moves/prune.ts";
import { boundRecords } from "../../src/moves/prune_records.ts";
import { ulid } from "@std/ulid";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { openStore } from "../../src/store/open_store.ts";
import { Pruner } from "../../src/worker/maintenance/pruner.ts";
import { eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { Program } from "./program.ts";

const DAY = 86_400;

/**
 * A queue with jobs `d0` to `d4` done and `x0`, `x1` dead, each a day older than the one after it.
 */
async function aged(): Promise<Program> {
  const program = new Program();
  await program.answer("config", "set", "fsync", "false");
  for (const id of ["d0", "d1", "d2", "d3", "d4", "x0", "x1"]) put(program, id);
  return program;
}

function put(program: Program, id: string): void {
  const state = id.startsWith("d") ? "done" : "dead";
  const path = `${program.dir}/${state}/${id}`;
  Deno.writeTextFileSync(`${path}.json`, JSON.stringify({ command: "true" }));
  Deno.writeTextFileSync(`${path}.log`, "");
  const age = id.startsWith("d") ? 5 - Number(id[1]) : 2 - Number(id[1]);
  const time = Date.now() / 1000 - age * DAY + 60;
  Deno.utimeSync(`${path}.json`, time, time);
}

const ids = (program: Program, state: string) =>
  program.names(state).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));

Deno.test("prune removes what ended longer ago, with its logs", async () => {
  await using program = await aged();
  const said = await program.answer("prune", "--older-than", "2d");
  assertEquals(said, "removed 3 done and 0 dead jobs");
  assertEquals(program.names("done"), ["d3.json", "d3.log", "d4.json", "d4.log"]);
  assertEquals(ids(program, "dead"), ["x0", "x1"]);
});

Deno.test("a machine whose clock is ten days ahead prunes nothing that is young", async () => {
  await using program = await aged();
  const store = await openStore(program.dir, {
    files: nativeFiles,
    now: () => Date.now() + 10 * DAY * 1000,
  });
  const day = new Date().toISOString().slice(0, 10);
  Deno.mkdirSync(`${program.dir}/history`, { recursive: true });
  Deno.writeTextFileSync(`${program.dir}/history/${day}.host-1-ab.jsonl`, "");
  Deno.writeTextFileSync(`${program.dir}/workers/host-1-ab.log`, "");
  const { removed, history, worker_logs } = await pruneJobs(store, { olderThan: 7 * DAY * 1000 });
  assertEquals([removed, history, worker_logs], [{ done: 0, dead: 0 }, 0, 0]);
  store.config = { ...store.config, keep_done: "2d", keep_dead: "7d" };
  const told: unknown[] = [];
  const pruner = new Pruner(store, (error) => {
    throw error;
  }, (removed) => told.push(removed));
  pruner.look();
  await pruner.close(false);
  assertEquals(told, [{ done: 3, dead: 0 }]);
  assertEquals([ids(program, "done"), ids(program, "dead")], [["d3", "d4"], ["x0", "x1"]]);
});

Deno.test("config set says how many jobs are beyond keep_done, the worker that it removed them, and show that it may have", async () => {
  await using program = await aged();
  const set = (value: string) => program.run(["config", "set", "keep_done", value]);
  assertEquals((await set("5")).stderr, "");
  assertEquals(
    (await set("2")).stderr,
    "queuectl: 3 done jobs are beyond keep_done: a worker removes them and their output " +
      "(to keep all: queuectl config set keep_done none)\n",
  );
  assertEquals(ids(program, "done").length, 5);
  const { stdout, stderr } = await program.run(["worker", "start", "--drain"]);
  const said = `${stdout}${stderr}`.split("\n").filter((line) => line.includes(" removed "));
  assertEquals(said.map((line) => line.replace(/^.* removed +/, "")), ["3 done jobs (keep_done)"]);
  assertEquals(
    (await program.run(["show", "d0"])).stderr,
    'queuectl: no job matches "d0" (see: queuectl list; it may have been removed: keep_done is 2)\n',
  );
});

Deno.test("prune says how many jobs it removed, though it is one", async () => {
  await using program = await aged();
  const said = await program.answer("prune", "--state", "done", "--keep", "4");
  assertEquals(said, "removed 1 done and 0 dead jobs");
});

Deno.test("prune keeps the newest of each state, and only looks at those named", async () => {
  await using program = await aged();
  await program.answer("prune", "--state", "done", "--keep", "2");
  assertEquals([ids(program, "done"), ids(program, "dead")], [["d3", "d4"], ["x0", "x1"]]);
  await program.answer("prune", "--keep", "1");
  assertEquals([ids(program, "done"), ids(program, "dead")], [["d4"], ["x1"]]);
});

Deno.test("with an age and a number a job must be old and not among the newest", async () => {
  await using program = await aged();
  await program.answer("prune", "--older-than", "1d", "--keep", "3");
  assertEquals(ids(program, "done"), ["d2", "d3", "d4"]);
});

Deno.test("prune --dry-run removes nothing and tells what it would", async () => {
  await using program = await aged();
  assertEquals(await program.json("prune", "--keep", "0", "--dry-run"), {
    removed: { done: 5, dead: 2 },
    awaited: 0,
    history: 0,
    worker_logs: 0,
    dry_run: true,
  });
  assertEquals(ids(program, "done").length, 5);
});

Deno.test("prune keeps a job that another waits for", async () => {
  await using program = await aged();
  await program.answer("enqueue", "--after", "d1", "--hold", "true");
  Deno.mkdirSync(`${program.dir}/after/d1`, { recursive: true });
  Deno.writeTextFileSync(`${program.dir}/after/d1/child`, "");
  const said = await program.answer("prune", "--keep", "0", "--state", "done");
  assertStringIncludes(said, "removed 4 done");
  assertStringIncludes(said, "kept 1 more, because other jobs depend on them");
  assertEquals(ids(program, "done"), ["d1"]);
});

Deno.test("prune removes the history of days past, and not that of today", async () => {
  await using program = await aged();
  Deno.mkdirSync(`${program.dir}/history`);
  const today = new Date().toISOString().slice(0, 10);
  for (const day of ["2020-01-01", today]) {
    Deno.writeTextFileSync(`${program.dir}/history/${day}.w-1-ab.jsonl`, "");
  }
  await program.answer("prune", "--older-than", "30d");
  assertEquals(program.names("history"), [`${today}.w-1-ab.jsonl`, "totals.json"]);
});

Deno.test("prune removes logs of workers that exited long ago, and none of a live one", async () => {
  await using program = new Program();
  const [gone, recent] = ["w-1-ab", "w-2-cd"];
  const starting = `${program.dir}/workers/.starting-5b1c-9123-44665544.log`;
  const alive = await program.answer("worker", "start", "--detach");
  for (const name of [gone, recent]) {
    Deno.writeTextFileSync(`${program.dir}/workers/${name}.log`, "");
  }
  Deno.writeTextFileSync(starting, "");
  const past = Date.now() / 1000 - 30 * DAY;
  Deno.utimeSync(starting, past, past);
  for (const name of [gone, alive]) {
    Deno.utimeSync(`${program.dir}/workers/${name}.log`, past, past);
  }
  const logs = () => program.names("workers").filter((name) => /^[^.].*\.log$/.test(name));
  assertEquals((await program.json("prune", "--older-than", "7d", "--dry-run")).worker_logs, 1);
  assertEquals(logs().length, 3);
  assertStringIncludes(
    await program.answer("prune", "--older-than", "7d"),
    ", 1 old worker log",
  );
  assertEquals(logs(), [`${alive}.log`, `${recent}.log`].sort());
  assert(Deno.lstatSync(starting).isFile);
});

Deno.test("prune needs to be told what may go, and refuses what does not end", async () => {
  await using program = await aged();
  for (
    const [args, said] of [
      [[], "prune needs --older-than, --keep, --tag or --group"],
      [["--keep", "1", "--state", "pending"], "removes done or dead jobs, not pending ones"],
      [["--older-than", "soon"], "time span"],
    ] as const
  ) {
    const { code, stderr } = await program.run(["prune", ...args]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, said);
  }
  assertEquals(ids(program, "done").length, 5);
});

Deno.test("a worker keeps as much as keep_done and keep_dead say, by itself", async () => {
  await using program = await aged();
  await program.answer("config", "set", "--keep-done", "2", "--keep-dead", "36h");
  await program.drain();
  assertEquals([ids(program, "done"), ids(program, "dead")], [["d3", "d4"], ["x1"]]);
});

Deno.test("a worker that drains a queue leaves no more than is to be kept", async () => {
  await using program = await aged();
  await program.answer("config", "set", "--keep-done", "5");
  await program.run(["enqueue", "--file", "-"], { stdin: "true\n".repeat(30) });
  await program.drain(4);
  assertEquals(ids(program, "done").length, 5);
});

Deno.test("pruning keeps up with the rate at which a worker ends jobs", async () => {
  await using temporary = await temporaryQueue({ fsync: false, keep_done: 200 });
  const { queue, dir } = temporary;
  const troubles: unknown[] = [];
  const pruner = new Pruner(queue.store, (error) => troubles.push(error));
  let made = 0;
  const end = (count: number) => {
    for (let job = 0; job < count; job++) {
      Deno.writeTextFileSync(`${dir}/done/j${made++}.json`, "{}");
      pruner.count();
    }
  };
  const jobs = () => namesIn(dir, "done").length;
  try {
    end(300);
    pruner.look();
    await eventually("the first look prunes", () => jobs() === 200);
    // No time passes that would let it look again.
    for (let round = 0; round < 3; round++) {
      end(1000);
      await eventually("a thousand more are pruned", () => jobs() === 200);
    }
    end(50);
    await pruner.close(false);
    assertEquals(jobs(), 200);
  } finally {
    await pruner.close(true);
  }
  assertEquals(troubles, []);
});

Deno.test("by default a worker removes none of a few jobs, however old", async () => {
  await using program = await aged();
  const past = Date.now() / 1000 - 3650 * DAY;
  for (const id of ["d0", "d1"]) Deno.utimeSync(`${program.dir}/done/${id}.json`, past, past);
  await program.drain();
  assertEquals(ids(program, "done").length + ids(program, "dead").length, 7);
});

Deno.test("with a number and an age in a setting a job stays for either", async () => {
  await using program = await aged();
  await program.answer("config", "set", "--keep-done", "1,3d", "--keep-dead", "2,1h");
  await program.drain();
  assertEquals([ids(program, "done"), ids(program, "dead")], [["d2", "d3", "d4"], ["x0", "x1"]]);
});

Deno.test("a worker looks at no job while there are no more than are to be kept", async () => {
  await using temporary = await temporaryQueue({ keep_done: "100,1h", keep_dead: null });
  const { queue, dir } = temporary;
  const [old, young] = [ulid(Date.now() - 2 * DAY * 1000), ulid()];
  const past = Date.now() / 1000 - DAY;
  const put = (id: string) => Deno.writeTextFileSync(`${dir}/done/${id}.json`, "{}");
  for (let job = 0; job < 99; job++) put(job === 0 ? young : `j${job}`);
  put(old);
  Deno.utimeSync(`${dir}/done/${old}.json`, past, past);
  const looked: string[] = [];
  const files = {
    ...nativeFiles,
    stat: (path: string) => (looked.push(path), nativeFiles.stat(path)),
  };
  const sweep = async () => {
    looked.length = 0;
    const pruner = new Pruner({ ...queue.store, files }, (error) => {
      throw error;
    });
    pruner.look();
    await pruner.close(false);
    return looked.filter((path) => path.includes("/done/"));
  };
  assertEquals(await sweep(), []);
  put("one-more");
  const seen = await sweep();
  assertEquals([seen.length, seen.some((path) => path.includes(young))], [100, false]);
  assertEquals([namesIn(dir, "done").length, namesIn(dir, "done").includes(`${old}.json`)], [
    100,
    false,
  ]);
});

Deno.test("a worker keeps history and logs of exited workers for keep_history", async () => {
  await using program = await aged();
  await program.answer("config", "set", "--keep-done", "1,1d");
  Deno.mkdirSync(`${program.dir}/history`);
  const day = (ago: number) => new Date(Date.now() - ago * DAY * 1000).toISOString().slice(0, 10);
  const file = (ago: number) => `${day(ago)}.w-1-ab.jsonl`;
  for (const ago of [40, 20]) Deno.writeTextFileSync(`${program.dir}/history/${file(ago)}`, "");
  for (const [name, ago] of [["w-1-ab.log", 40], ["w-1-ab.log.prev", 41], ["w-2-ab.log", 20]]) {
    const path = `${program.dir}/workers/${name}`;
    Deno.writeTextFileSync(path, "");
    const past = Date.now() / 1000 - Number(ago) * DAY;
    Deno.utimeSync(path, past, past);
  }
  await program.drain();
  assertEquals(program.names("history"), [file(20), "totals.json"]);
  assertEquals(program.names("workers"), ["w-2-ab.log"]);
});

Deno.test("of more history than a gigabyte the oldest days go, and never today's", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/history`);
  const day = (ago: number) => new Date(Date.now() - ago * DAY * 1000).toISOString().slice(0, 10);
  const file = (ago: number) => `${day(ago)}.w-1-ab.jsonl`;
  for (const ago of [0, 4, 5, 6]) Deno.writeTextFileSync(`${dir}/history/${file(ago)}`, "");
  // A hole takes no room.
  for (const ago of [0, 4]) Deno.truncateSync(`${dir}/history/${file(ago)}`, 700 * 1024 ** 2);
  const sizes = new Map(namesIn(dir, "history").map((name) => [name, 0]));
  await boundRecords({
    ...queue.store,
    files: {
      ...nativeFiles,
      // Read as empty, so that the test needs no second to read a gigabyte of nothing.
      stat(path: string) {
        const stat = nativeFiles.stat(path);
        if (stat && sizes.has(path.split("/").at(-1)!) && stat.size > 0) Deno.truncateSync(path, 0);
        return stat;
      },
    },
  });
  assertEquals(namesIn(dir, "history"), [file(0), "totals.json"]);
});

Deno.test("of a thousand logs of exited workers the newest stay", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (let worker = 1; worker <= 1002; worker++) {
    Deno.writeTextFileSync(`${dir}/workers/w-${worker}-ab.log`, "");
    const time = Date.now() / 1000 - 2000 + worker;
    Deno.utimeSync(`${dir}/workers/w-${worker}-ab.log`, time, time);
  }
  await boundRecords(queue.store);
  const left = namesIn(dir, "workers");
  assertEquals([left.length, left.includes("w-2-ab.log"), left.includes("w-3-ab.log")], [
    1000,
    false,
    true,
  ]);
});

Deno.test("thousands of done jobs are pruned without holding anything else up", async () => {
  await using temporary = await temporaryQueue();
  for (let job = 0; job < 4000; job++) {
    Deno.writeTextFileSync(`${temporary.dir}/done/j${job}.json`, "{}");
    Deno.writeTextFileSync(`${temporary.dir}/done/j${job}.log`, "");
  }
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const { removed } = await pruneJobs(temporary.queue.store, { keep: 10 });
  clearInterval(timer);
  assertEquals(removed.done, 3990);
  assertEquals(namesIn(temporary.dir, "done").length, 20);
  assert(turns > 10, `others had ${turns} turns`);
});
