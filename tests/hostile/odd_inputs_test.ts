import { assertEquals, assertMatch } from "@std/assert";
import { drop, eventually, namesIn } from "../temporary_queue.ts";
import { WorkerProcess } from "./program_process.ts";
import { scratchQueue } from "./scratch_folder.ts";

Deno.test("what lies in an input's place and is none keeps up no worker, and no job reads it", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir, path } = scratch;
  Deno.mkdirSync(`${dir}/input`, { mode: 0o700 });
  Deno.writeTextFileSync(`${path}/secret`, "secret");
  Deno.symlinkSync(`${path}/secret`, `${dir}/input/link.in`);
  Deno.symlinkSync(`${path}/nowhere`, `${dir}/input/broken.in`);
  Deno.mkdirSync(`${dir}/input/directory.in`);
  await new Deno.Command("mkfifo", { args: [`${dir}/input/fifo.in`] }).output();
  const odd = ["link", "broken", "directory", "fifo"];
  for (const id of odd) drop(dir, `pending/${id}.json`, '{"command":"cat","stdin":true}');
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals(worker.code, 0, worker.said);
  for (const id of odd) {
    const job = queue.get(id);
    assertEquals([job?.state, job?.history], ["dead", []], id);
    assertMatch(job!.reason!, /^its input, input\/\w+\.in, is not a regular file$/);
    assertEquals(Deno.readTextFileSync(queue.logPath(id)!), "");
  }
  Deno.writeTextFileSync(`${dir}/input/directory.in/file`, "");
  for (const id of odd) await queue.remove(id);
  assertEquals(namesIn(dir, "input"), ["directory.in"]);
  assertEquals(Deno.readTextFileSync(`${path}/secret`), "secret");
});

Deno.test("a job with an odd name, or one that is no job, is buried with what lies in its input's place", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  Deno.mkdirSync(`${dir}/input`, { mode: 0o700 });
  const names = ["ünï cödé", "$(touch x)", "-dash", "a".repeat(70)];
  for (const name of names) {
    Deno.writeTextFileSync(`${dir}/input/${name}.in`, name);
    drop(dir, `pending/${name}.json`, '{"command":"cat","stdin":true}');
  }
  Deno.writeTextFileSync(`${dir}/input/torn.in`, "torn");
  drop(dir, "pending/torn.json", '{"command":"cat","stdin":tr');
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals(worker.code, 0, worker.said);
  const dead = queue.list({ states: ["dead"] });
  assertEquals(dead.length, names.length + 1);
  for (const { id } of dead) {
    const input = Deno.readTextFileSync(`${dir}/input/${id}.in`);
    assertEquals(id === "torn" ? input === "torn" : names.includes(input), true, id);
  }
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("an input that others can write is not believed: its job lies in dead/ with the reason", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  await queue.enqueue({ command: "sh", id: "a" }, { stdin: new Blob(["echo ran"]).stream() });
  Deno.chmodSync(`${dir}/input/a.in`, 0o666);
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  const job = queue.get("a");
  assertEquals([job?.state, job?.history], ["dead", []]);
  assertMatch(job!.reason!, /^its input, .* is not to be believed: .* \(mode 666\)$/);
});
