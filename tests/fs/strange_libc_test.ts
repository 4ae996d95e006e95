import { assertEquals } from "@std/assert";
import { isKnownArch } from "../../src/fs/linux_abi.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

/** What was done, and what came of it. */
export type Deed = readonly [what: string, outcome: unknown];

const EXPECTED: readonly Deed[] = [
  ["create", null],
  ["an event", "a.json"],
  ["create again", "AlreadyExists"],
  ["create some", null],
  ["stat", {
    kind: "file",
    size: 8,
    mtime: 0,
    mode: 0o600,
    uid: Deno.uid(),
    gid: Deno.gid(),
    links: 1,
    identity: "",
  }],
  ["stat nothing", null],
  ["identity", true],
  ["time", true],
  ["exists", [true, false]],
  ["read", "content\n"],
  ["read later", 8],
  ["rename", null],
  ["rename onto another", "AlreadyExists"],
  ["rename to a new name", null],
  ["list", [["a.json", "file"], ["d.json", "file"]]],
  ["count", 2],
  ["flush", null],
  ["remove", [true, false]],
  ["run", { code: 3, signal: null }],
];

/** Has a thread with a strange C library do all of it. */
async function deedsWith(strangeness: string): Promise<Deed[]> {
  await using directory = await temporaryDirectory();
  const url = new URL("./strange_libc.ts", import.meta.url);
  const thread = new Worker(url, { type: "module", name: strangeness });
  const { port1, port2 } = new MessageChannel();
  try {
    return await new Promise((resolve, reject) => {
      port1.onmessage = ({ data }) => resolve(data);
      thread.onerror = (event) => reject(new Error(event.message));
      thread.postMessage(directory.path, [port2]);
    });
  } finally {
    thread.terminate();
    port1.close();
  }
}

for (
  const strangeness of [
    "another machine",
    "no C library",
    "a C library that has nothing but errno",
    "musl, which lacks some functions",
    "a statx whose fields are elsewhere",
    "a statx that writes nothing",
    "a fstatfs that writes nothing",
    "a getdents64 whose fields are elsewhere",
  ]
) {
  Deno.test(`files, events and commands work with ${strangeness}`, async () => {
    assertEquals(await deedsWith(strangeness), EXPECTED);
  });
}

Deno.test("a posix_spawn that gives no process is an error, and no group of number 0 is signalled", async () => {
  const deeds = await deedsWith("a posix_spawn that gives no process");
  assertEquals(deeds.at(-1), ["run", "SpawnError"]);
});

Deno.test("the numbers of x86-64 and aarch64 are known, and those of no other machine", () => {
  assertEquals(["x86_64", "aarch64", "riscv64"].filter(isKnownArch), ["x86_64", "aarch64"]);
});
