import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { QueueError } from "../../src/text/errors.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { locateQueue } from "../../src/store/locate_queue.ts";
import { refuseOldDeno } from "../../src/store/old_deno.ts";
import { openStore } from "../../src/store/open_store.ts";
import { refuseUnsafe } from "../../src/store/trust.ts";
import { Queue } from "../../src/queue.ts";
import { everyPair } from "../simulation/interleave.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { isThere, namesIn, temporaryDirectory, temporaryQueue } from "../temporary_queue.ts";
import { testWith } from "../left_out.ts";

const PARTS = ["dead", "done", "failed", "pending", "processing", "tmp", "workers"];

/**
 * Runs code in a process of its own, with a working directory, environment and umask of its own.
 */
async function inProcess(
  code: string,
  options: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Promise<string> {
  const source = new URL("../../src/", import.meta.url);
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `--config=${decodeURI(new URL("../../deno.json", import.meta.url).pathname)}`,
      `import { Queue } from "${source}queue.ts";
       import { locateQueue } from "${source}store/locate_queue.ts";
       ${code}`,
    ],
    ...options,
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

/** Why a queue that is open must not be worked; `undefined` if it may. */
function distrust(store: Queue["store"]): string | undefined {
  try {
    refuseUnsafe(store);
  } catch (error) {
    if (error instanceof QueueError) return error.message;
    throw error;
  }
}

Deno.test("locateQueue() makes the path that is given absolute", () => {
  assertEquals(locateQueue("/a/./b/../c/").dir, "/a/c");
  assertEquals(locateQueue("q").dir, `${Deno.cwd()}/q`);
  assertEquals(locateQueue("../q").dir, `${Deno.cwd().replace(/\/[^/]*$/, "")}/q`);
});

Deno.test("a link that stands for the queue is followed, and the directory itself is looked at", async () => {
  await using home = await temporaryDirectory();
  Deno.mkdirSync(`${home.path}/disk/queue`, { recursive: true, mode: 0o700 });
  Deno.symlinkSync("disk/queue", `${home.path}/.queuectl`);
  const real = Deno.realPathSync(`${home.path}/disk/queue`);
  assertEquals(locateQueue(`${home.path}/.queuectl`).dir, real);
  const queue = await Queue.open(`${home.path}/.queuectl`);
  await queue.enqueue({ command: "true" });
  assertEquals([namesIn(real, "pending").length, distrust(queue.store)], [1, undefined]);
  Deno.chmodSync(real, 0o777);
  assertStringIncludes(distrust(queue.store) ?? "", "group or others can write in");
  const nearest = "console.log(locateQueue().dir)";
  const env = { QUEUECTL_DIR: "", HOME: "/nowhere" };
  assertEquals(await inProcess(nearest, { cwd: `${home.path}/disk`, env }), real);
});

Deno.test("a link that leads nowhere is refused as a queue, in a sentence", async () => {
  await using home = await temporaryDirectory();
  Deno.symlinkSync("gone", `${home.path}/queue`);
  assertThrows(() => locateQueue(`${home.path}/queue`), QueueError, "is a link that leads nowhere");
});

Deno.test("locateQueue() prefers QUEUECTL_DIR, then the nearest .queuectl, then the one at home", async () => {
  await using temporary = await temporaryDirectory();
  const { path } = temporary;
  Deno.mkdirSync(`${path}/project/.queuectl`, { recursive: true });
  Deno.mkdirSync(`${path}/project/src/deep`, { recursive: true });
  Deno.mkdirSync(`${path}/elsewhere`);
  Deno.writeTextFileSync(`${path}/elsewhere/.queuectl`, "a file is no queue");
  const found = await inProcess(
    `const [path] = [${JSON.stringify(path)}];
     const found = {};
     Deno.env.set("HOME", path + "/home");
     Deno.env.delete("QUEUECTL_DIR");
     Deno.chdir(path + "/project/src/deep");
     found.nearest = locateQueue().dir;
     Deno.chdir(path + "/project");
     found.here = locateQueue().dir;
     Deno.chdir(path + "/elsewhere");
     found.home = locateQueue().dir;
     Deno.env.set("QUEUECTL_DIR", "");
     found.empty = locateQueue().dir;
     Deno.chdir(path + "/project");
     Deno.env.set("QUEUECTL_DIR", "../q");
     found.variable = locateQueue().dir;
     found.given = locateQueue("x").dir;
     console.log(JSON.stringify(found));`,
  );
  assertEquals(JSON.parse(found), {
    nearest: `${path}/project/.queuectl`,
    here: `${path}/project/.queuectl`,
    home: `${path}/home/.queuectl`,
    empty: `${path}/home/.queuectl`,
    variable: `${path}/q`,
    given: `${path}/project/x`,
  });
});

Deno.test("openStore() makes a queue of a directory that is missing, parents and all", async () => {
  await using temporary = await temporaryDirectory();
  const dir = `${temporary.path}/a/b/queue`;
  await openStore(dir);
  assertEquals(namesIn(dir, ""), ["VERSION", ...PARTS]);
  assertEquals(Deno.readTextFileSync(`${dir}/VERSION`), "1\n");
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("openStore() makes a queue of an empty directory, and finishes one that was begun", async () => {
  await using temporary = await temporaryDirectory();
  const dir = temporary.path;
  Deno.mkdirSync(`${dir}/pending`);
  Deno.writeTextFileSync(`${dir}/.hidden`, "");
  await openStore(dir);
  assertEquals(namesIn(dir, ""), ["VERSION", ...PARTS]);
});

Deno.test("openStore() refuses a directory that holds other things, and leaves it alone", async () => {
  await using temporary = await temporaryDirectory();
  const dir = temporary.path;
  Deno.writeTextFileSync(`${dir}/notes.txt`, "mine");
  await assertRejects(
    () => openStore(dir),
    QueueError,
    `${dir} is not a queue and not empty (it holds "notes.txt"); choose another directory`,
  );
  assertEquals(namesIn(dir, ""), ["notes.txt"]);
  await assertRejects(() => openStore(`${dir}/notes.txt`), QueueError, "is not a directory");
});

Deno.test("openStore() refuses a queue of another format", async () => {
  await using temporary = await temporaryQueue();
  Deno.writeTextFileSync(`${temporary.dir}/VERSION`, "2\n");
  await assertRejects(
    () => openStore(temporary.dir),
    QueueError,
    "is a queue of format 2, which a newer queuectl made; this one",
  );
});

Deno.test("openStore() takes a VERSION with white space around its number", async () => {
  await using temporary = await temporaryQueue();
  for (const content of [" 1", "1 ", "1\r\n", "\n1\n\n"]) {
    Deno.writeTextFileSync(`${temporary.dir}/VERSION`, content);
    await openStore(temporary.dir, { create: false });
  }
});

Deno.test("openStore() makes a VERSION that is missing only for who may make a queue", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const version = `${dir}/VERSION`;
  Deno.removeSync(version);
  await assertRejects(
    () => openStore(dir, { create: false }),
    QueueError,
    `missing, with: queuectl --dir '${dir}' doctor`,
  );
  assertEquals(isThere(version), false);
  await openStore(queue.dir);
  assertEquals(Deno.readTextFileSync(version), "1\n");
});

Deno.test("openStore() lets many make one queue at once", async () => {
  await using temporary = await temporaryDirectory();
  const dir = `${temporary.path}/queue`;
  const opened = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const queue = await Queue.open(dir);
      return (await queue.enqueue({ command: "true" })).id;
    }),
  );
  const queue = await Queue.open(dir);
  assertEquals(queue.list().map((job) => job.id).sort(), opened.sort());
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("a queue is for its user alone, whatever the umask: 0700 and 0600", async () => {
  await using temporary = await temporaryDirectory();
  const dir = `${temporary.path}/parent/queue`;
  await inProcess(`
    Deno.umask(0);
    const queue = await Queue.open(${JSON.stringify(dir)});
    await queue.configure({ max_retries: 1 });
    await queue.setPaused(true);
    await queue.enqueue({ command: "true", id: "one" });
    await queue.enqueueMany([{ command: "true" }, { command: "true" }]);
  `);
  const modes: Record<string, string> = {};
  const walk = (path: string) => {
    const { mode, isDirectory } = Deno.lstatSync(path);
    modes[path.slice(temporary.path.length)] = (mode! & 0o777).toString(8);
    if (isDirectory) { for (const { name } of Deno.readDirSync(path)) walk(`${path}/${name}`); }
  };
  walk(dir);
  assertEquals(Object.keys(modes).length > 12, true);
  for (const [path, mode] of Object.entries(modes)) {
    const isDirectory = Deno.lstatSync(temporary.path + path).isDirectory;
    assertEquals(mode, isDirectory ? "700" : "600", path);
  }
});

Deno.test("distrust() has nothing against a queue of one's own", async () => {
  await using temporary = await temporaryQueue();
  assertEquals(distrust(temporary.queue.store), undefined);
});

Deno.test("distrust() names the part that others can write in, and how to close it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const part of ["", "/pending", "/tmp", "/workers"]) {
    for (const mode of [0o770, 0o702, 0o1777]) {
      if (part === "" && mode === 0o1777) continue;
      Deno.chmodSync(dir + part, mode);
      const fault = distrust(queue.store) ?? "";
      assertStringIncludes(fault, `can write in ${dir}${part}, `);
      assertStringIncludes(fault, `chmod go-w '${dir}${part}'`);
    }
    Deno.chmodSync(dir + part, 0o755);
    assertEquals(distrust(queue.store), undefined);
  }
});

Deno.test("a directory that is no queue, or that users share, is never to be closed: another is named", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const closing = /ch(mod|own)|as that user/;
  Deno.chmodSync(dir, 0o1777);
  // Whoever can write there can make a VERSION too.
  assertStringIncludes(distrust(queue.store) ?? "", `name one below it: --dir '${dir}/queue'`);
  assert(!closing.test(distrust(queue.store)!));
  Deno.chmodSync(dir, 0o700);
  Deno.removeSync(`${dir}/VERSION`);
  // As /tmp of the root directory is.
  Deno.chmodSync(`${dir}/tmp`, 0o1777);
  assertStringIncludes(distrust(queue.store) ?? "", `${dir} is not a queue (it holds "tmp"); name`);
  assert(!closing.test(distrust(queue.store)!));
  Deno.chmodSync(`${dir}/tmp`, 0o700);
  // As /var has.
  Deno.removeSync(`${dir}/lock`);
  Deno.symlinkSync("/run/lock", `${dir}/lock`);
  assertStringIncludes(distrust(queue.store) ?? "", `is not a queue (it holds "lock"); name`);
  Deno.removeSync(`${dir}/lock`);
  Deno.chmodSync(dir, 0o775);
  assertStringIncludes(distrust(queue.store) ?? "", `${dir} is not a queue, and group or others`);
  assert(!closing.test(distrust(queue.store)!));
  if (Deno.uid() === 0) {
    Deno.chmodSync(dir, 0o755);
    Deno.chownSync(dir, 65534, null);
    assertStringIncludes(distrust(queue.store) ?? "", "not a queue, and it belongs to another");
    assert(!closing.test(distrust(queue.store)!));
    Deno.chownSync(dir, 0, null);
  }
});

testWith(
  Deno.uid() === 0 ? undefined : "only root can give files away",
  "distrust() refuses a queue of another user",
  async () => {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    Deno.chownSync(`${dir}/pending`, 65534, null);
    assertStringIncludes(distrust(queue.store) ?? "", "belongs to another user (uid 65534)");
    Deno.chownSync(`${dir}/pending`, 0, null);
    Deno.chownSync(dir, 65534, null);
    assertStringIncludes(
      distrust(queue.store) ?? "",
      `use the queue as that user, or as root with --other-user`,
    );
    Deno.chownSync(dir, 0, null);
    assertEquals(distrust(queue.store), undefined);
  },
);

Deno.test("distrust() refuses a queue of which a part is a link or missing", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.renameSync(`${dir}/pending`, `${dir}/elsewhere`);
  assertStringIncludes(distrust(queue.store) ?? "", `${dir}/pending is missing`);
  Deno.symlinkSync("elsewhere", `${dir}/pending`);
  assertStringIncludes(distrust(queue.store) ?? "", `${dir}/pending is not a directory`);
  assert(isThere(`${dir}/pending`));
});

Deno.test("of two that make a queue and use it at once both open it, and one says that it made it, at any pair of calls", async () => {
  const maker = async (files: FilePort) => {
    let made = 0;
    const { dir } = await openStore("/q", { files, created: () => made++ });
    files.create(`${dir}/lock`, new Uint8Array());
    return made;
  };
  const other = async (files: FilePort) => {
    let made = 0;
    await openStore("/q", { files, created: () => made++ });
    return made;
  };
  for await (const { ends, i, j, disk } of everyPair(new SimulatedDisk(), { other, maker })) {
    const saidBy = Object.values(ends).map((end) => end.status === "returned" && end.value);
    assertEquals(saidBy.sort(), [0, 1], `i=${i} j=${j}\n${disk.trace()}`);
  }
});

Deno.test("a Deno that frees what the C library still writes to is refused", () => {
  for (const version of ["1.46.3", "2.7.5", "2.6.10", "2.7.0-rc.1"]) {
    assertThrows(() => refuseOldDeno(version), QueueError, `Deno ${version} is too old`);
  }
  for (const version of ["2.7.6", "2.7.10", "2.8.0", "3.0.0", "2.9.6+1234567"]) {
    refuseOldDeno(version);
  }
});
