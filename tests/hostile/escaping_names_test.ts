import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { Queue } from "../../src/queue.ts";
import { drop, namesIn } from "../temporary_queue.ts";
import { scratchFolder } from "./scratch_folder.ts";
import { program } from "./program_process.ts";

/** IDs that are no IDs, most of which would be a path to somewhere else. */
const IDS = [
  "",
  ".",
  "..",
  "../x",
  "../../x",
  "../done/x",
  "/etc/passwd",
  "/",
  "a/b",
  "a/../b",
  ".hidden",
  "-x",
  "_x",
  "a\0b",
  "a\nb",
  "a\r",
  "a b",
  "a.json",
  "ä",
  "\ud800",
  "a@b",
  "a".repeat(65),
];

/** A folder with a queue in it, and beside the queue files that nobody may touch. */
async function queueWithNeighbours(): Promise<{ queue: Queue; path: string } & AsyncDisposable> {
  const scratch = await scratchFolder();
  const { path } = scratch;
  for (const name of ["x.json", "x.log", "x", "x.stop"]) {
    Deno.writeTextFileSync(`${path}/${name}`, '{"command":"true"}');
  }
  const queue = await Queue.open(`${path}/queue`);
  await queue.configure({ fsync: false });
  return { queue, path, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() };
}

/** All names below a folder, and the size of each. */
function everything(path: string): string[] {
  return [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) =>
    entry.isDirectory
      ? [`${path}/${entry.name}/`, ...everything(`${path}/${entry.name}`)]
      : [`${path}/${entry.name} ${Deno.lstatSync(`${path}/${entry.name}`).size}`]
  );
}

Deno.test("enqueue() and enqueueMany() refuse an ID that is none, and write nothing", async () => {
  await using place = await queueWithNeighbours();
  const { queue, path } = place;
  const before = everything(path);
  for (const id of IDS) {
    const shown = JSON.stringify(id);
    const error = await assertRejects(
      () => queue.enqueue({ command: "true", id }),
      UsageError,
      "id must be",
      shown,
    );
    assert(!error.message.includes("\n"), shown);
    await assertRejects(
      () => queue.enqueueMany([{ command: "true" }, { command: "true", id }]),
      UsageError,
      "id must be",
      shown,
    );
  }
  assertEquals(everything(path), before);
});

Deno.test("no lookup by an ID that is none leaves the queue", async () => {
  await using place = await queueWithNeighbours();
  const { queue, path } = place;
  await queue.enqueue({ command: "true", id: "xyz" });
  const before = everything(path);
  const escapes = [
    "../x",
    "../../x",
    "../../queue/pending/x",
    `${path}/x`,
    "/etc/passwd",
    ".",
    "..",
    "",
  ];
  for (const id of escapes) {
    assertEquals(queue.get(id), undefined, id);
    assertEquals(queue.logPath(id), undefined, id);
    assertThrows(() => queue.find(id), QueueError, "no job", id);
    await assertRejects(() => queue.requeue(id), QueueError, "no job", id);
    await assertRejects(() => queue.remove(id), QueueError, "no job", id);
  }
  assertEquals(everything(path), before);
});

Deno.test("a request to a worker whose name is none is refused", async () => {
  await using place = await queueWithNeighbours();
  const { queue, path } = place;
  const before = everything(path);
  for (const name of ["../x", "../../x", `${path}/x`, "", ".", "a/b", "A", "a\0b"]) {
    assertThrows(() => queue.stopWorker(name), QueueError, "worker", JSON.stringify(name));
  }
  assertEquals(everything(path), before);
});

Deno.test("an ID inside a dropped file never becomes part of a path", async () => {
  await using place = await queueWithNeighbours();
  const { queue, path } = place;
  const before = everything(path).filter((line) => !line.startsWith(`${path}/queue`));
  drop(queue.dir, "pending/honest.json", '{"id":"../../x","command":"echo ran"}');
  const { code, err } = await program("--dir", queue.dir, "worker", "start", "--drain");
  assertEquals(code, 0, err);
  assertEquals(namesIn(queue.dir, "done"), ["honest.json", "honest.log"]);
  assertEquals(everything(path).filter((line) => !line.startsWith(`${path}/queue`)), before);
});

Deno.test("the program refuses what would leave the directory, and says why", async () => {
  await using place = await queueWithNeighbours();
  const { queue, path } = place;
  const before = everything(path);
  const refusals: [args: string[], code: number, sentence: string][] = [
    [["--dir", queue.dir, "enqueue", "--id", "../x", "true"], 2, "id must be"],
    [["--dir", queue.dir, "enqueue", "--id", "", "true"], 2, "id"],
    [["--dir", queue.dir, "enqueue", '{"command":"true","id":"/etc/x"}'], 2, "id must be"],
    [["--dir", queue.dir, "show", "../x"], 1, "no job"],
    [["--dir", queue.dir, "logs", "../../x"], 1, "no job"],
    [["--dir", queue.dir, "rm", "../x"], 1, "no job"],
    [["--dir", queue.dir, "worker", "stop", "../x"], 1, "worker"],
    [["--dir", "", "enqueue", "true"], 2, "empty"],
    [["--dir", `${path}/x.json`, "enqueue", "true"], 1, `${path}/x.json`],
    [["--dir", path, "enqueue", "true"], 1, "not a queue"],
  ];
  for (const [args, code, sentence] of refusals) {
    const said = await program(...args);
    assertEquals(said.code, code, `${args}: ${said.err}`);
    assertStringIncludes(said.err, sentence, `${args}`);
    assert(!said.err.includes("\n"), `more than a line: ${said.err}`);
    assertEquals(said.out, "");
  }
  assertEquals(everything(path), before);
});
