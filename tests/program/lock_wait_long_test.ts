import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { LockWaitError } from "../../src/store/queue_lock.ts";
import { Queue } from "../../src/queue.ts";
import { lockQueue } from "../../src/store/queue_lock.ts";
import { temporaryQueue } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("who waits for another's lock says after a second whose it is, and goes on once it is free", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "old", "true");
  const lock = await lockQueue((await Queue.open(program.dir)).store);
  const calls = [
    ["enqueue", "--id", "a", "true"],
    ["config", "set", "worker_count", "2"],
    ["rm", "old"],
    ["schedule", "add", "s", "@daily", "true"],
  ].map((words) => program.spawn(words));
  calls.push(program.spawn(["enqueue", "--file", "-"], { stdin: '{"id":"b","command":"true"}' }));
  const said = new RegExp(
    `^queuectl: waiting for the lock ${program.dir}/lock: process ${Deno.pid} \\(.*deno.*\\) holds it$`,
    "m",
  );
  for (const call of calls) await call.says(said);
  lock.release();
  for (const call of calls) {
    const { code, stderr } = await call.ended;
    assertEquals([code, stderr.match(/waiting for the lock/g)?.length], [0, 1], stderr);
  }
});

Deno.test("a holder of the lock that is queuectl is named so, without the options of its runtime", async () => {
  await using program = new Program();
  await program.answer("config", "set", "worker_count", "2");
  const main = `${program.home}/main.js`;
  Deno.writeTextFileSync(
    main,
    `const file = Deno.openSync("${program.dir}/lock", { write: true });
     file.lockSync(true);
     console.log("locked");
     setTimeout(() => file.close(), 60_000);`,
  );
  const options = [
    "--no-config",
    "--quiet",
    "--no-prompt",
    "--v8-flags=--no-lazy",
    "--allow-write",
  ];
  await using holder = new Deno.Command(Deno.execPath(), {
    args: ["run", ...options, main, "enqueue", "--id", "a", "true"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  const { stderr } = await program.run([
    "--lock-wait",
    "0.1",
    "config",
    "set",
    "worker_count",
    "3",
  ]);
  holder.kill("SIGKILL");
  await reader.cancel();
  assertStringIncludes(
    stderr,
    `: process ${holder.pid} (queuectl enqueue --id a true) holds it; try again`,
  );
});

Deno.test("who has waited long enough for another's lock gives up with one sentence and exits with 1", async () => {
  await using program = new Program();
  await program.answer("config", "set", "worker_count", "2");
  const lock = await lockQueue((await Queue.open(program.dir)).store);
  const refused = await program.run(["--lock-wait", "0.2", "config", "set", "worker_count", "3"]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(
    refused.stderr,
    /^queuectl: waited 0\.2 s for the lock \S+: process \d+ \(.*\) holds it; try again later[^\n]*\n$/,
  );
  const plain = await program.run(["enqueue", "--lock-wait", "0.2", "true"]);
  assertEquals(plain.code, 0, plain.stderr);
  lock.release();
  assertEquals(await program.answer("config", "get", "worker_count"), "2");
  const odd = await program.run(["--lock-wait", "soon", "list"]);
  assertEquals(odd.code, 2);
  assertStringIncludes(odd.stderr, "--lock-wait must be");
});

Deno.test("a program that uses the library can say how long it waits for the lock, and who is told", async () => {
  await using temporary = await temporaryQueue();
  const lock = await lockQueue(temporary.queue.store);
  const told: string[] = [];
  const queue = await Queue.open(temporary.dir, {
    lockWait: { seconds: 1.2, waits: (sentence) => told.push(sentence) },
  });
  const error = await assertRejects(
    () => queue.enqueue({ id: "a", command: "true" }),
    LockWaitError,
    "waited 1.2 s",
  );
  assertEquals(error.path, `${temporary.dir}/lock`);
  assertEquals(told.length, 1);
  lock.release();
  await queue.enqueue({ id: "a", command: "true" });
});
