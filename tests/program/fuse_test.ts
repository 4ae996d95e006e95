import { assert, assertEquals } from "@std/assert";
import { enqueue } from "../../src/moves/enqueue.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { openStore } from "../../src/store/open_store.ts";
import { Finder } from "../../src/worker/fetching/finder.ts";
import { ParkedJobs } from "../../src/worker/fetching/parked_jobs.ts";
import { fuseMount } from "./fuse_mount.ts";
import { PROGRAM } from "./program.ts";
import { whyNoStrace } from "./strace.ts";

async function traced(
  trace: string,
  calls: string,
  words: readonly string[],
  said: string,
): Promise<string[]> {
  const { code, stderr } = await new Deno.Command("strace", {
    args: ["-f", "-qq", "-y", "-e", `trace=${calls}`, "-o", trace, ...PROGRAM, ...words],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, said]);
  return Deno.readTextFileSync(trace).trimEnd().split("\n");
}

Deno.test("on a FUSE file system each of 64 jobs added at once is flushed, and each folder concerned", async (test) => {
  await using mount = await fuseMount();
  const reason = mount.reason ?? await whyNoStrace();
  if (mount.path === undefined || reason !== undefined) {
    // So that the report says that it was left out here, and why.
    await test.step({ name: `left out: ${reason}`, ignore: true, fn: () => {} });
    return;
  }
  const [queue, lines] = [`${mount.path}/queue`, `${mount.path}/lines`];
  Deno.writeTextFileSync(lines, Array.from({ length: 64 }, (_, n) => `echo ${n}\n`).join(""));
  const calls = await traced(
    `${mount.path}/trace`,
    "fsync,syncfs,rename",
    ["enqueue", "--dir", queue, "--file", lines],
    `queuectl: made a new queue, ${queue}\n`,
  );
  const [batch] = Deno.readDirSync(`${queue}/pending`);
  const jobs = [...Deno.readDirSync(`${queue}/pending/${batch!.name}`)].map(({ name }) => name);
  assertEquals(jobs.length, 64);
  const published = calls.findIndex((call) => call.includes(`"${queue}/pending/${batch!.name}"`));
  // The end of one that another thread's call came between has a line of its own.
  const flushed = (calls: readonly string[]) =>
    new Set(calls.map((call) => /fsync\(\d+<(.*)>(\) | <unf)/.exec(call)?.[1]));
  assert(!calls.some((call) => call.includes("= -1")));
  const before = flushed(calls.slice(0, published));
  const folder = /rename\("(.*)", "/.exec(calls[published]!)![1]!;
  assert(before.has(folder));
  for (const name of jobs) assert(before.has(`${folder}/${name}`), `${name} is flushed`);
  assert(flushed(calls.slice(published)).has(`${queue}/pending`));
  assert(!calls.some((call) => call.includes("syncfs")));
});

Deno.test("what another machine adds is seen at the next poll, though attributes are cached here", async (test) => {
  await using mount = await fuseMount(["attr_timeout=1000", "entry_timeout=1000"]);
  if (mount.path === undefined) {
    await test.step({ name: `left out: ${mount.reason}`, ignore: true, fn: () => {} });
    return;
  }
  let passed = 0;
  const store = await openStore(`${mount.path}/queue`, {
    files: nativeFiles,
    now: () => Date.now() + passed,
  });
  const finder = new Finder({
    store,
    parked: new ParkedJobs(store),
    found() {},
    trouble(error) {
      throw error;
    },
    steady: () => passed,
  });
  await finder.refill();
  const poll = async () => {
    passed += 2000;
    await finder.refillIfChanged();
    return finder.take()?.id;
  };
  for (const id of ["a", "b"]) {
    // From the second on nothing but a change has the folders read.
    for (let polls = 0; polls < 3; polls++) assertEquals(await poll(), undefined);
    const pending = (how?: "fresh") => store.files.stat(`${store.dir}/pending`, how)!.mtime;
    const before = pending();
    await enqueue(await openStore(`${mount.below}/queue`), { command: "true", id });
    assertEquals(pending(), before, "this machine's cache does not know of it");
    assertEquals(await poll(), id);
    for (const { name } of Deno.readDirSync(`${mount.below}/queue/pending`)) {
      Deno.removeSync(`${mount.below}/queue/pending/${name}`);
    }
  }
  finder.close();
});
