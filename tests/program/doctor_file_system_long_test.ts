import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileAges } from "../../src/store/temporary_files.ts";
import { probeFileSystem } from "../../src/doctor/probe_file_system.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { isStray } from "../../src/recovery/strays.ts";
import { testWith, whyNo } from "../left_out.ts";
import { eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { CACHING, fuseMount, whyNoFuse } from "./fuse_mount.ts";
import { Program, Running } from "./program.ts";
import { onHost, twoMounts, whyNoSshfs } from "./sshfs_mount.ts";

const noHosts = await whyNo("unshare", "--uts", "true");
const [noFuse, noSshfs] = [await whyNoFuse(), await whyNoSshfs()];

/** What `doctor --file-system` says on two machines, each with its own path to one queue. */
async function onBoth(...dirs: [string, string]): Promise<string[]> {
  const running = dirs.map((dir, index) => {
    const [command, ...args] = onHost(`n${index + 1}`, "--dir", dir, "doctor", "--file-system");
    const child = new Deno.Command(command!, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    return new Running(child);
  });
  const results = await Promise.all(running.map(({ ended }) => ended));
  return results.map(({ code, stdout }) => `${code}\n${stdout}`);
}

Deno.test("doctor --file-system finds a local disk fit, and waits for no other machine", async () => {
  await using program = new Program();
  const lines = (await program.answer("doctor", "--file-system")).split("\n");
  const plain = lines.map((line) => line.replace(/mount: .*$/, "mount").replace(/, [\d.]+ ms/, ""));
  assertEquals(plain, [
    plain[0]!,
    "ok     rename that replaces nothing: works",
    "ok     hard links: work",
    "ok     locks between processes: exclude each other on this machine",
    "ok     flush (fsync): works for a file and its folder",
    "ok     times of files: of a millisecond or less",
  ]);
  assertEquals(program.names("tmp"), []);
  const results = await program.json("doctor", "--file-system");
  assertEquals(results.slice(1).map(({ ok }: { ok: unknown }) => ok), Array(5).fill(true));
  assertEquals(Object.keys(results[1]), ["check", "ok", "found"]);
});

testWith(
  noFuse ?? noHosts,
  "doctor --file-system on two machines at once proves that locks reach",
  async () => {
    await using mount = await fuseMount(CACHING);
    const dir = `${mount.path}/queue`;
    await Queue.open(dir);
    const [first, second] = await onBoth(dir, dir);
    assertMatch(
      first!,
      /^0\n[^]*ok {5}locks between machines: reach n2, whose lock is respected here\n$/,
    );
    assertMatch(second!, /^0\n[^]*ok {5}locks between machines: reach n1, whose lock/);
    assertEquals(namesIn(`${mount.below}/queue`, "tmp"), []);
  },
);

testWith(
  noSshfs,
  "doctor --file-system on two machines finds locks that do not reach",
  async () => {
    await using mounts = await twoMounts();
    const [here, there] = mounts.paths.map((path) => `${path}/queue`) as [string, string];
    await Queue.open(here);
    for (const said of await onBoth(here, there)) {
      assertMatch(said, /^1\nfound {2}mount: fuse\.sshfs, .* is sshfs: its locks do not reach/);
      assertMatch(
        said,
        /found {2}locks between machines: do not reach here from n[12]: its lock could/,
      );
    }
  },
);

Deno.test("a rename that replaces, and locks that fail, are found", async () => {
  await using temporary = await temporaryQueue();
  const refuse = () => {
    throw new Error("Operation not supported (os error 95)");
  };
  const files = {
    ...nativeFiles,
    isLocal: () => true,
    renameNew: nativeFiles.rename,
    link: refuse,
    tryLock: refuse,
  };
  const store = { ...temporary.queue.store, files };
  const results = await Array.fromAsync(probeFileSystem(store));
  const said = results.slice(1).map(({ ok, found }) => `${ok} ${found}`);
  assertEquals(said[0], "false it replaced a file");
  assertMatch(said[1]!, /^null there are none \(operation not supported\): a job can be lost/);
  assertEquals(said[2], "false operation not supported");
  assert(results[3]!.remedy);
  assertEquals(namesIn(temporary.dir, "tmp"), []);
});

testWith(
  noFuse,
  "what doctor --file-system leaves when it is killed is swept as a stray",
  async () => {
    await using mount = await fuseMount(CACHING);
    const queue = await Queue.open(`${mount.path}/queue`);
    await using program = new Program();
    const running = program.spawn(["--dir", queue.dir, "doctor", "--file-system"]);
    await running.says(/waiting up to 20 s/);
    await running.end();
    const [name, ...more] = namesIn(`${mount.below}/queue`, "tmp");
    assert(name?.startsWith("probe-"));
    assertEquals(more, []);
    const old = Date.now() / 1000 - 60;
    Deno.utimeSync(`${mount.below}/queue/tmp/${name}`, old, old);
    const { store } = await Queue.open(`${mount.below}/queue`);
    await eventually("its lock is free", () => isStray(store, name!, "file", fileAges(store)));
  },
);

Deno.test("doctor --file-system has nothing to repair", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  const { code, stdout, stderr } = await program.run(["doctor", "--file-system", "--repair"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(
    stderr,
    /^queuectl: --repair repairs the queue, which --file-system does not look at/,
  );
});
