import { assert, assertEquals, assertRejects } from "@std/assert";
import { backupQueue } from "../../src/backup/backup.ts";
import { restoreQueue } from "../../src/backup/restore.ts";
import { TAR_END, tarHeader, tarPadding } from "../../src/format/tar.ts";
import { Queue } from "../../src/queue.ts";
import { QueueError } from "../../src/text/errors.ts";
import { temporaryDirectory, temporaryQueue } from "../temporary_queue.ts";

const encoder = new TextEncoder();

/** An archive of files, as somebody could make it. */
function archive(files: readonly (readonly [name: string, content: string])[]): Uint8Array[] {
  const parts = files.flatMap(([name, content]) => {
    const bytes = encoder.encode(content);
    return [tarHeader(name, bytes.length, 0), bytes, tarPadding(bytes.length)];
  });
  return [...parts, TAR_END];
}

/** All names in a directory, hidden ones too. */
function allIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name }) => name).sort();
}

function restored(parts: readonly Uint8Array[], dir: string): Promise<unknown> {
  return restoreQueue(ReadableStream.from(parts), dir);
}

const VERSION = ["VERSION", "1\n"] as const;

/** The header of something of another type, such as `2`, a link to /tmp. */
function odd(name: string, type: string): Uint8Array {
  const block = tarHeader(name, 0, 0);
  block.set(encoder.encode(type), 156);
  block.set(encoder.encode("/tmp"), 157);
  block.fill(32, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(encoder.encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return block;
}

for (
  const [what, name] of [
    ["a way up", "../evil"],
    ["a way up in a part", "done/../../evil.json"],
    ["a way up as a batch", "pending/../evil.json"],
    ["a way up as a parent", "after/../evil"],
    ["an absolute path", "/tmp/evil"],
    ["a hidden name", "done/.evil.json"],
    ["a running job", "processing/20261122T043211.124Z-5-a@host-1-ab.json"],
    ["a live worker", "workers/host-1-ab.json"],
    ["a place of a limit", "limits/gpu.0"],
    ["a folder in a state", "done/more/a.json"],
    ["a file that no queue has", "evil"],
    ["a name with a NUL", `done/a\0${"x".repeat(100)}.json`],
    ["no name", ""],
  ] as const
) {
  Deno.test(`restore refuses an archive with ${what}, and leaves nothing anywhere`, async () => {
    await using folder = await temporaryDirectory();
    const dir = `${folder.path}/in/queue`;
    await assertRejects(
      () => restored(archive([["done/a.json", "{}"], [name, "x"], VERSION]), dir),
      QueueError,
      "nothing was restored: the file is no backup of a queue (it holds",
    );
    assertEquals(allIn(folder.path), []);
  });
}

Deno.test("restore refuses links, devices and the like, and folders that no queue has", async () => {
  await using folder = await temporaryDirectory();
  for (
    const [type, name] of [..."12346", "5"].map((
      type,
    ) => [type, type === "5" ? "x/" : "done/a.json"])
  ) {
    await assertRejects(
      () =>
        restored(
          [odd(name!, type!), ...archive([["done/a.json", "{}"], VERSION])],
          `${folder.path}/q`,
        ),
      QueueError,
      "no backup of a queue",
    );
    assertEquals(allIn(folder.path), []);
  }
});

Deno.test("restore refuses an archive that is cut off anywhere, that has a file twice, or of another format", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  await temporary.queue.enqueue({ id: "a", command: "true" });
  const whole = await new Response(backupQueue(temporary.queue)).bytes();
  const dir = `${folder.path}/queue`;
  for (let length = 0; length < whole.length - 1024; length += 512) {
    await assertRejects(() => restored([whole.subarray(0, length)], dir), QueueError, "is cut off");
    const ended = [whole.subarray(0, length), TAR_END];
    await assertRejects(() => restored(ended, dir), QueueError, "nothing was restored");
  }
  const twice = archive([["done/a.json", "{}"], ["done/a.json", "{}"], VERSION]);
  await assertRejects(() => restored(twice, dir), QueueError, 'it holds "done/a.json" twice');
  const versions = archive([VERSION, VERSION]);
  await assertRejects(() => restored(versions, dir), QueueError, 'it holds "VERSION" twice');
  const long = archive([[`done/${"x".repeat(300)}.json`, "{}"], VERSION]);
  await assertRejects(() => restored(long, dir), QueueError, "a name in it is too long");
  const newer = archive([["done/a.json", "{}"], ["VERSION", "2\n"]]);
  await assertRejects(() => restored(newer, dir), QueueError, "which a newer queuectl made");
  assertEquals(allIn(folder.path), []);
});

Deno.test("restore takes what tar makes of an unpacked backup, and an empty directory", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  await temporary.queue.enqueue({ id: "a", command: "true" });
  await temporary.queue.enqueue({ id: "b", command: "cat" }, { stdin: new Blob(["x"]).stream() });
  Deno.writeTextFileSync(`${temporary.dir}/workers/host-1-ab.log`, "x", { mode: 0o600 });
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeFile(at("b.tar"), backupQueue(temporary.queue));
  await Deno.mkdir(at("unpacked"));
  const tar = async (...args: string[]) => {
    assertEquals(
      (await new Deno.Command("tar", { args, cwd: at("unpacked") }).output()).success,
      true,
    );
  };
  await tar("-xf", "../b.tar");
  await tar("-cf", "../again.tar", ".");
  await Deno.mkdir(at("empty"), { mode: 0o755 });
  using file = await Deno.open(at("again.tar"));
  const summary = await restoreQueue(file.readable, at("empty"));
  assertEquals(summary, { dir: at("empty"), jobs: 2, held: 0 });
  assertEquals(Deno.statSync(at("empty")).mode! & 0o777, 0o700);
  assertEquals((await Queue.open(at("empty"))).list().map(({ id }) => id), ["a", "b"]);
});

Deno.test("restore refuses a directory in use, and removes what one that died has left", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const whole = await new Response(backupQueue(temporary.queue)).bytes();
  await assertRejects(() => restored([whole], temporary.dir), QueueError, "is not empty (it holds");
  const left = `${folder.path}/.queue.restoring-01M80ZWB6S3G6W7Z0Y6B9Q5V3K`;
  Deno.mkdirSync(`${left}/done`, { recursive: true });
  Deno.writeTextFileSync(`${left}/.restoring`, "");
  let others: string[] = [];
  const slow = async function* () {
    yield await Promise.resolve(whole.subarray(0, 512));
    // While the first has its own folder, a second one leaves that alone.
    await restored([whole], `${folder.path}/queue`);
    others = allIn(folder.path);
    yield whole.subarray(512);
  };
  await assertRejects(
    () => restoreQueue(slow(), `${folder.path}/queue`),
    QueueError,
    "cannot restore",
  );
  assertEquals(others.length, 2);
  assert(others.includes("queue"));
  assertEquals(allIn(folder.path), ["queue"]);
});

Deno.test("restore refuses a backup in which a bit is another, and zeros without end", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  await temporary.queue.enqueue({ id: "a", command: "true" });
  const whole = await new Response(backupQueue(temporary.queue)).bytes();
  const dir = `${folder.path}/queue`;
  const sum = new TextDecoder("latin1").decode(whole).indexOf("comment=sha256:");
  const end = Math.floor(sum / 512) * 512 - 512;
  assert(end > 0);
  for (let at = 0; at < end; at += 13) {
    const damaged = whole.slice();
    damaged[at]! ^= 4;
    await assertRejects(
      () => restored([damaged], dir),
      QueueError,
      "nothing was restored",
      `${at}`,
    );
  }
  const zeros = async function* () {
    for (;;) yield await Promise.resolve(new Uint8Array(512));
  };
  await assertRejects(() => restoreQueue(zeros(), dir), QueueError, "no archive of a queue");
  assertEquals(allIn(folder.path), []);
});
