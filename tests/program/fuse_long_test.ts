import { assert, assertEquals, assertMatch } from "@std/assert";
import { enqueue } from "../../src/moves/enqueue.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { openStore } from "../../src/store/open_store.ts";
import { Finder } from "../../src/worker/fetching/finder.ts";
import { ParkedJobs } from "../../src/worker/fetching/parked_jobs.ts";
import { actInTurn } from "../crash/two_machines.ts";
import { OUTCOMES } from "../crash/crash_case.ts";
import { CACHING, fuseMount, whyNoFuse } from "./fuse_mount.ts";
import { drain } from "../worker/observed_worker.ts";
import { WorkerProcess } from "../worker/worker_process.ts";
import { Queue } from "../../src/queue.ts";
import { PROGRAM } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

const [noFuse, noStrace] = [await whyNoFuse(), await whyNo("strace", "-qq", "true")];

async function traced(
  trace: string,
  calls: string,
  words: readonly string[],
  said: RegExp,
): Promise<string[]> {
  const { code, stderr } = await new Deno.Command("strace", {
    args: ["-f", "-qq", "-y", "-e", `trace=${calls}`, "-o", trace, ...PROGRAM, ...words],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0);
  assertMatch(new TextDecoder().decode(stderr), said);
  return Deno.readTextFileSync(trace).trimEnd().split("\n");
}

testWith(
  noFuse ?? noStrace,
  "on a FUSE file system each of 64 jobs added at once is flushed, and each folder concerned",
  async () => {
    await using mount = await fuseMount();
    const [queue, lines] = [`${mount.path}/queue`, `${mount.path}/lines`];
    Deno.writeTextFileSync(lines, Array.from({ length: 64 }, (_, n) => `echo ${n}\n`).join(""));
    const calls = await traced(
      `${mount.path}/trace`,
      "fsync,syncfs,rename",
      ["enqueue", "--dir", queue, "--file", lines],
      /^queuectl: made a new queue, .*\/queue\n$/,
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
  },
);

testWith(
  noFuse,
  "what another machine adds is seen at the next poll, though attributes are cached here",
  async () => {
    await using mount = await fuseMount(["attr_timeout=1000", "entry_timeout=1000"]);
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
      // Else what comes now may fall into the tick of the last change, which the clock here passes.
      const past = (Date.now() - 10_000) / 1000;
      Deno.utimeSync(`${mount.below}/queue/pending`, past, past);
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
  },
);

testWith(
  noFuse,
  "run prints all that its job prints where another machine's worker writes the log",
  async () => {
    await using mount = await fuseMount(CACHING);
    const queue = await Queue.open(`${mount.below}/queue`);
    await using worker = await WorkerProcess.start(queue.store.dir);
    await worker.next("live");
    const until = (gate: string) => `until [ -e ${mount.below}/${gate} ]; do sleep .05; done`;
    const command = `echo begin; ${until("seen")}; echo hello; ${until("heard")}; echo end`;
    const child = new Deno.Command(PROGRAM[0]!, {
      args: [...PROGRAM.slice(1), "run", "--dir", `${mount.path}/queue`, command],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(30_000),
    }).spawn();
    let seen = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      seen += text;
      // It has the log's size of now, and asks for that of then while the job still runs.
      if (seen === "begin\n") Deno.writeTextFileSync(`${mount.below}/seen`, "");
      if (seen === "begin\nhello\n") Deno.writeTextFileSync(`${mount.below}/heard`, "");
    }
    assertEquals([seen, (await child.status).code], ["begin\nhello\nend\n", 0]);
    assertEquals(await new Response(child.stderr).text(), "");
    const [job] = queue.list({ states: ["done"] });
    assertEquals(job!.history[0]!.log_end, seen.length);
  },
);

testWith(noFuse, "logs says so where a recorded size is not reached", async () => {
  await using mount = await fuseMount(CACHING);
  const queue = await Queue.open(`${mount.path}/queue`);
  await queue.enqueue({ id: "a", command: "echo hello" });
  await drain(queue);
  Deno.truncateSync(`${queue.store.dir}/done/a.log`, 3);
  const { stdout, stderr } = await new Deno.Command(PROGRAM[0]!, {
    args: [...PROGRAM.slice(1), "logs", "--dir", queue.store.dir, "a"],
  }).output();
  const texts = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(texts, [
    "hel",
    "queuectl: only 3 of the 6 bytes of the log of job a can be read on this machine yet " +
    "(try again: queuectl logs a)\n",
  ]);
});

testWith(
  noFuse ?? noStrace,
  "a worker asks once for each directory of a FUSE file system for a rename without replacing",
  async () => {
    await using mount = await fuseMount();
    const queue = await Queue.open(`${mount.path}/queue`);
    for (let n = 0; n < 5; n++) await queue.enqueue({ command: "true" });
    const calls = await traced(
      `${mount.path}/trace`,
      "renameat2,link,linkat",
      ["worker", "start", "--drain", "--dir", queue.store.dir],
      /^worker .* started: 1 at once, on .*\n$/,
    );
    const refused = calls.filter((call) => call.includes("EINVAL"));
    const targets = refused.map((call) => /.*"(.*)\/[^/]*", /.exec(call)![1]!);
    assertEquals(new Set(targets).size, targets.length);
    assertEquals(queue.list({ states: ["done"] }).length, 5);
    const linked = calls.filter((call) => /link.*\/done\//.test(call) && !call.includes("= -1"));
    assertEquals(linked.length, 5, "each job; its log was made there");
  },
);

testWith(noStrace, "a file system without locks is refused with what to mount how", async () => {
  const dir = Deno.makeTempDirSync({ prefix: "queuectl-no-locks-" });
  await Queue.open(dir);
  for (const error of ["ENOLCK", "ENOSYS", "EOPNOTSUPP"]) {
    for (const words of [["enqueue", "true"], ["worker", "start", "--drain"]]) {
      const { code, stderr } = await new Deno.Command("strace", {
        args: [
          ...["-f", "-qq", "-o", "/dev/null", "-e", "trace=flock"],
          ...["-e", `inject=flock:error=${error}`, ...PROGRAM, ...words],
        ],
        env: { NO_COLOR: "1", QUEUECTL_DIR: dir },
      }).output();
      assertEquals(code, 1);
      assertMatch(
        new TextDecoder().decode(stderr),
        /^queuectl: .*cannot lock .*@new: its file system is mounted without locks; mount .*\n$/,
      );
    }
  }
  Deno.removeSync(dir, { recursive: true });
});

testWith(
  noFuse,
  "two mounts that keep names for 30 s act as one",
  async () => {
    const options = ["attr_timeout=30", "entry_timeout=30", "negative_timeout=30"];
    await using one = await fuseMount([...options, ...CACHING.slice(2)]);
    await using other = await fuseMount([...options, ...CACHING.slice(2)], one.below);
    for (let seed = 1; seed <= (OUTCOMES >= 16 ? 20 : 3); seed++) {
      const machines = [one, other].map(({ path }) => ({
        dir: `${path}/${seed}`,
        files: nativeFiles,
      }));
      const queue = await Queue.open(machines[0]!.dir);
      await queue.configure({ fsync: false });
      await actInTurn(machines, seed, 120);
    }
  },
);
