import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { pathBytes } from "../../src/fs/libc.ts";
import { drop, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";

const WORKER = "host-1-ab";
const JOB = '{"command":"true"}';

function claimIn({ queue }: TemporaryQueue, path: string, state?: WaitingEntry["state"]) {
  return claim(queue.store, waitingEntry(path, state), WORKER);
}

const MALFORMED: Record<string, [content: string | Uint8Array, reason: string]> = {
  "that is not JSON": ["make -j4", "it is not JSON in UTF-8"],
  "that is empty": ["", "it is not JSON in UTF-8"],
  "that is not UTF-8": [new Uint8Array([0x22, 0xff, 0x22]), "it is not JSON in UTF-8"],
  "without a command": ['{"id":"x"}', "command is missing"],
  "with a wrong type": ['{"command":"a","env":{"A":1}}', 'env "A" must be a string'],
  "over 1 MiB": [`{"command":"a","filling":"${"x".repeat(2 ** 20)}"}`, "larger than 1048576 bytes"],
};

for (const [what, [content, reason]] of Object.entries(MALFORMED)) {
  Deno.test(`a file ${what} lands in dead/ as it was, the reason in its log`, async () => {
    await using temporary = await temporaryQueue();
    const { dir } = temporary;
    drop(dir, "pending/x.json", content);
    const result = await claimIn(temporary, "x.json");
    assertEquals([result.kind, "id" in result && result.id], ["malformed", "x"]);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    assertEquals(Deno.readFileSync(`${dir}/dead/x.json`), bytes);
    const log = Deno.readTextFileSync(`${dir}/dead/x.log`);
    assertStringIncludes(log, "queuectl: not a job: ");
    assertStringIncludes(log, reason);
    assertEquals([...namesIn(dir, "pending"), ...namesIn(dir, "processing")], []);
  });
}

Deno.test("a link, a fifo and a folder named like a job land in dead/, unopened", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  Deno.writeTextFileSync(`${dir}/secret.json`, JOB);
  Deno.symlinkSync("../secret.json", `${dir}/pending/link.json`);
  await new Deno.Command("mkfifo", { args: [`${dir}/pending/fifo.json`] }).output();
  Deno.mkdirSync(`${dir}/pending/folder.json`);
  for (const id of ["link", "fifo", "folder"]) {
    const result = await claimIn(temporary, `${id}.json`);
    assertEquals(result, { kind: "malformed", id, reason: "it is not a regular file" });
    assertStringIncludes(Deno.readTextFileSync(`${dir}/dead/${id}.log`), "not a regular file");
  }
  assertEquals(Deno.readLinkSync(`${dir}/dead/link.json`), "../secret.json");
  assertEquals(Deno.lstatSync(`${dir}/dead/fifo.json`).isFifo, true);
  assertEquals(Deno.lstatSync(`${dir}/dead/folder.json`).isDirectory, true);
});

Deno.test("a file whose name is no ID lands in dead/ under one that is", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  for (const stem of ["a b", "-rf", "ü", "x".repeat(65), "20200101T000000.000Z-5-a.b", "a@b"]) {
    drop(dir, `pending/${stem}.json`, JOB);
    const result = await claimIn(temporary, `${stem}.json`);
    assertEquals(result.kind, "malformed", stem);
    const id = (result as { id: string }).id;
    assertEquals(Deno.readTextFileSync(`${dir}/dead/${id}.json`), JOB);
    assertStringIncludes(
      Deno.readTextFileSync(`${dir}/dead/${id}.log`),
      `its name, ${JSON.stringify(`${stem}.json`)}, is not the ID of a job`,
    );
  }
});

Deno.test("a file whose name is not UTF-8 lands in dead/ too", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  Deno.writeTextFileSync(`${dir}/tmp/plain`, JOB);
  const odd = `${dir}/pending/a\udcff\udcfeb.json`;
  // Only the C library takes such a name: `nativeFiles` asks it when the source has one.
  const { symbols } = Deno.dlopen("libc.so.6", {
    rename: { parameters: ["buffer", "buffer"], result: "i32" },
  });
  assertEquals(symbols.rename(pathBytes(`${dir}/tmp/plain`), pathBytes(odd)), 0);
  const [found] = [...nativeFiles.list(`${dir}/pending`)];
  assertEquals(found?.name, "a\udcff\udcfeb.json");
  assertEquals((await claimIn(temporary, found!.name)).kind, "malformed");
  const [file, log] = namesIn(dir, "dead");
  assertMatch(file!, /^a-b-[0-9A-Z]{26}\.json$/);
  assertEquals(log, file!.replace(".json", ".log"));
  assertEquals([...nativeFiles.list(`${dir}/pending`)], []);
});

Deno.test("what is no job keeps both itself and the job in dead/ whose ID it has", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  drop(dir, "dead/x.json", JOB);
  drop(dir, "dead/x.log", "output\n");
  drop(dir, "pending/20200101T000000.000Z-5-x.json", "not a job");
  const result = await claimIn(temporary, "20200101T000000.000Z-5-x.json");
  const id = (result as { id: string }).id;
  assertMatch(id, /^x-/);
  assertEquals(Deno.readTextFileSync(`${dir}/dead/${id}.json`), "not a job");
  assertStringIncludes(Deno.readTextFileSync(`${dir}/dead/${id}.log`), "not a job");
  assertEquals(Deno.readTextFileSync(`${dir}/dead/x.json`), JOB);
  assertEquals(Deno.readTextFileSync(`${dir}/dead/x.log`), "output\n");
});

Deno.test("a waiting retry that someone made no job of keeps what it printed", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const name = "20200101T000000.000Z-5-x.json";
  drop(dir, `failed/${name}`, "{");
  drop(dir, "failed/x.log", "output\n");
  assertEquals((await claimIn(temporary, name, "failed")).kind, "malformed");
  const log = Deno.readTextFileSync(`${dir}/dead/x.log`);
  assertEquals(log, "output\nqueuectl: not a job: it is not JSON in UTF-8\n");
  assertEquals(namesIn(dir, "failed"), []);
});

Deno.test("a file that its mode or its owner closes to the worker lands in dead/ as it is; one that could not be read for once stays", async () => {
  for (const closed of ["mode", "owner", "nothing"]) {
    await using temporary = await temporaryQueue();
    const { dir, queue } = temporary;
    drop(dir, "pending/x.json", JOB);
    if (closed === "mode") Deno.chmodSync(`${dir}/pending/x.json`, 0o200);
    // As root, whom no mode keeps from reading, the tests have the disk say so.
    const files = {
      ...nativeFiles,
      stat(path: string) {
        const stat = nativeFiles.stat(path);
        if (stat && closed === "owner" && path !== dir) stat.uid++;
        return stat;
      },
      readUnblocked(): never {
        throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
      },
    };
    const claiming = claim({ ...queue.store, files }, waitingEntry("x.json"), WORKER);
    if (closed === "nothing") {
      await assertRejects(() => claiming, Deno.errors.PermissionDenied);
      assertEquals(namesIn(dir, "pending"), ["x.json"]);
      continue;
    }
    const reason = (await claiming as { reason: string }).reason;
    assertMatch(reason, closed === "mode" ? /its mode, 200, forbids/ : /belongs to another user/);
    assertEquals(namesIn(dir, "dead"), ["x.json", "x.log"]);
    assertEquals(Deno.statSync(`${dir}/dead/x.json`).size, JOB.length);
  }
});
