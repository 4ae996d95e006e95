import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "../program/program.ts";
import { eventually, namesIn } from "../temporary_queue.ts";
import { program, WorkerProcess } from "./program_process.ts";
import { scratchQueue } from "./scratch_folder.ts";

/** Names after a worker's own in workers/: requests, and nonsense that looks like one. */
const ENDS = [
  "stop.x",
  "cancel",
  "cancel.",
  "cancel.no-such-job",
  "cancel...",
  "signal",
  "signal.job",
  "signal.job.x.y.z",
  "signal.job.1.0.z",
  "signal.job.1.99999999999999999999.z",
  "signal.no-such-job.1.9.z",
  "scale",
  "scale.",
  "scale.nonsense",
  "scale.x.y",
  "slots.x",
  "slots",
  "leaving.x",
  "autostart",
];

Deno.test("what only looks like a request to a worker stops nothing, and goes when the worker has gone", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir, path } = scratch;
  await using worker = new WorkerProcess(dir);
  await eventually("the worker", () => queue.workers().length === 1);
  const name = queue.workers()[0]!.name;
  await queue.enqueue({ command: "sleep 0.5; echo ran", id: "job" });
  await eventually("the job to run", () => queue.get("job")?.state === "processing");
  for (const owner of [name, "gone-1-x"]) {
    for (const end of ENDS) {
      Deno.writeTextFileSync(`${dir}/workers/${owner}.${end}`, "\0nonsense\n");
    }
    for (const end of ["cancel.folder", "signal.folder.1.9.z", "scale.folder"]) {
      // Made elsewhere: the worker sweeps what it finds of one that is gone.
      Deno.mkdirSync(`${path}/folder/full`, { recursive: true });
      Deno.renameSync(`${path}/folder`, `${dir}/workers/${owner}.${end}`);
    }
    const fifos = ["signal.fifo.1.9.z", "scale.fifo"].map((end) =>
      `${dir}/workers/${owner}.${end}`
    );
    await new Deno.Command("mkfifo", { args: fifos }).output();
    Deno.symlinkSync("/dev/zero", `${dir}/workers/${owner}.scale.link`);
  }
  await eventually("the job to be done", () => queue.get("job")?.state === "done");
  await queue.enqueue({ command: "true", id: "next" });
  await eventually("the next to be done", () => queue.get("next")?.state === "done");
  assertEquals([await worker.stop(), worker.troubles], [0, []], worker.said);
  assertEquals(queue.workers(), []);
});

Deno.test("what was asked of a worker that is gone, and that it was leaving, is removed", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { dir } = scratch;
  for (const end of ["stop", "leaving", "cancel.a", "signal.a.1.9.z"]) {
    Deno.writeTextFileSync(`${dir}/workers/gone-1-x.${end}`, "");
  }
  await using worker = new WorkerProcess(dir, "--drain");
  assertEquals([await worker.ended(), worker.troubles], [0, []], worker.said);
  assertEquals(namesIn(dir, "workers"), []);
});

for (const what of ["a folder", "a full folder", "a fifo", "a link"] as const) {
  Deno.test(`${what} where a worker says how many slots it has keeps nobody from changing that, or is told of`, async () => {
    await using program = new Program();
    const name = await program.answer("worker", "start", "--detach");
    const path = `${program.dir}/workers/${name}.slots`;
    if (what === "a link") Deno.symlinkSync("/dev/zero", path);
    else if (what === "a fifo") await new Deno.Command("mkfifo", { args: [path] }).output();
    else Deno.mkdirSync(what === "a folder" ? path : `${path}/full`, { recursive: true });
    assertEquals((await program.json("worker", "list"))[0].slots, 1);
    const { code, stdout, stderr } = await program.run(["worker", "scale", "2"]);
    const isRefused = what.endsWith("folder");
    assertEquals([code, stdout], isRefused ? [1, ""] : [0, `${name}\n`], stderr);
    if (isRefused) {
      assertStringIncludes(stderr, `${name}.slots is a folder (see: queuectl doctor)`);
      assertEquals((await program.run(["doctor", "--repair"])).code, 0);
      await program.answer("worker", "scale", "2");
    }
    assertEquals((await program.json("worker", "list"))[0].slots, 2);
    await program.answer("worker", "stop");
    assertEquals(namesIn(program.dir, "workers"), [`${name}.log`]);
  });
}

Deno.test("a folder, fifo or link where a job's times are to be keeps no job from running, nor from removal", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir, path } = scratch;
  Deno.mkdirSync(`${dir}/input/folder.times/full`, { recursive: true, mode: 0o700 });
  Deno.chmodSync(`${dir}/input`, 0o700);
  Deno.writeTextFileSync(`${path}/outside`, "untouched");
  Deno.symlinkSync(`${path}/outside`, `${dir}/input/link.times`);
  await new Deno.Command("mkfifo", { args: [`${dir}/input/fifo.times`] }).output();
  Deno.writeTextFileSync(`${dir}/input/nonsense.times`, "\0\n1 2\n-1 -1 -1\n9 9 9 9\n");
  const ids = ["folder", "fifo", "link", "nonsense"];
  for (const id of ids) {
    const input = new Blob(["printed\n"]).stream();
    await queue.enqueue({ command: "cat", id, timestamps: true }, { stdin: input });
  }
  await using worker = new WorkerProcess(dir, "--drain");
  assertEquals([await worker.ended(), worker.troubles], [0, []], worker.said);
  for (const id of ids) {
    const { code, out } = await program("--dir", dir, "logs", "--timestamps", id);
    assertEquals([code, out.endsWith("printed")], [0, true], id);
    await queue.remove(id);
  }
  assertEquals(namesIn(dir, "input"), ["folder.times"]);
  assertEquals(Deno.readTextFileSync(`${path}/outside`), "untouched");
});

for (const what of ["a folder", "a fifo", "a link"] as const) {
  Deno.test(`${what} in the place of the lock on starting workers costs no job, and the doctor moves it aside`, async () => {
    await using program = new Program();
    await program.answer("enqueue", "--id", "a", "true");
    const path = `${program.dir}/workers/.autostart`;
    if (what === "a folder") Deno.mkdirSync(path);
    else if (what === "a link") Deno.symlinkSync("/dev/null", path);
    else await new Deno.Command("mkfifo", { args: [path] }).output();
    const added = await program.run(["enqueue", "--start", "--id", "b", "true"]);
    assertEquals([added.code, added.stdout], [1, "b\n"]);
    assertStringIncludes(added.stderr, "workers/.autostart is not a regular file");
    assertEquals((await program.json("show", "b")).state, "pending");
    const told = await program.run(["doctor"]);
    assertStringIncludes(told.stdout, '"workers/.autostart" is not a regular file');
    assertEquals((await program.run(["doctor", "--repair"])).code, 0);
    await program.drain();
    assertEquals((await program.json("show", "b")).state, "done");
  });
}
