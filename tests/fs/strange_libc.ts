/**
 * A thread whose C library is strange: it does with files, events and commands what a queue does,
 * and posts what came of it. Its name is the strangeness.
 *
 * @module
 */

import type { Deed } from "./strange_libc_test.ts";

type Call = (...args: (Uint8Array & number & bigint)[]) => number | bigint;

const plainOpen = Deno.dlopen;

/** Has each function that is opened from now on replaced, or refused. */
function replaceFunctions(replace: (name: string, call: Call) => Call | undefined): void {
  Deno.dlopen = ((path: string, symbols: Deno.ForeignLibraryInterface) => {
    const library = plainOpen(path, symbols);
    const replaced = Object.entries(library.symbols).map(([name, call]) => {
      const other = replace(name, call as Call);
      if (other === undefined) throw new TypeError(`there is no ${name}`);
      return [name, other];
    });
    return { close: () => library.close(), symbols: Object.fromEntries(replaced) };
  }) as typeof Deno.dlopen;
}

/** What a call writes is changed before the caller sees it. */
function spoil(wanted: string, buffer: number, change: (bytes: Uint8Array) => void): void {
  replaceFunctions((name, call) =>
    name !== wanted ? call : (...args) => {
      const result = call(...args);
      change(args[buffer]!);
      return result;
    }
  );
}

const STRANGENESS: Record<string, () => void> = {
  "another machine": () =>
    void Object.defineProperty(Deno, "build", { value: { ...Deno.build, arch: "riscv64" } }),
  "no C library": () => replaceFunctions(() => undefined),
  "a C library that has nothing but errno": () =>
    replaceFunctions((name, call) => name === "__errno_location" ? call : undefined),
  "musl, which lacks some functions": () =>
    replaceFunctions((name, call) =>
      /^(statx|renameat2|preadv2|getdents64)$/.test(name) ? undefined : call
    ),
  "a statx whose fields are elsewhere": () => spoil("statx", 4, (bytes) => bytes.copyWithin(0, 8)),
  "a statx that writes nothing": () => spoil("statx", 4, (bytes) => bytes.fill(0)),
  "a fstatfs that writes nothing": () => spoil("fstatfs", 1, (bytes) => bytes.fill(0)),
  "a getdents64 whose fields are elsewhere": () =>
    spoil("getdents64", 1, (bytes) => bytes.copyWithin(0, 16)),
  "a posix_spawn that gives no process": () => spoil("posix_spawn", 0, (bytes) => bytes.fill(0)),
};

STRANGENESS[self.name]!();
// Only now: what they find of the system when they are loaded may be strange too.
const { nativeFiles: files } = await import("../../src/fs/native_files.ts");
const { newSpawner } = await import("../../src/process/choose_spawner.ts");
const { watchQueue } = await import("../../src/fs/watch.ts");

/** What a call gives, or the name of its error. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await call() ?? null;
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

/** Does one thing after another in a directory of its own. */
async function deeds(dir: string): Promise<Deed[]> {
  const file = (name: string) => `${dir}/files/${name}`;
  const bytes = new TextEncoder().encode("content\n");
  // From then on the C library is used.
  for (let call = 0; call < 60; call++) files.exists(dir);
  Deno.mkdirSync(`${dir}/files`);
  const heard = Promise.withResolvers<string>();
  const unwatch = watchQueue(dir, ["files"], ({ name }) => heard.resolve(name));
  const done: Deed[] = [];
  const did = async (what: string, call: () => unknown) => {
    done.push([what, await outcome(call)]);
  };
  await did("create", () => files.create(file("a.json"), bytes));
  await did("an event", () => heard.promise);
  unwatch();
  await did("create again", () => files.create(file("a.json"), bytes));
  await did("create some", () => files.createEach([{ path: file("b"), content: bytes }], [dir]));
  await did("stat", () => ({ ...files.stat(file("a.json")), identity: "", mtime: 0 }));
  await did("stat nothing", () => files.stat(file("none")));
  const { ino, dev, mtime } = Deno.lstatSync(file("a.json"));
  await did("identity", () => files.stat(file("a.json"))!.identity === `${dev}:${ino}`);
  await did("time", () => files.stat(file("a.json"))!.mtime === mtime!.getTime());
  await did("exists", () => [files.exists(file("a.json")), files.exists(file("none"))]);
  await did("read", () => new TextDecoder().decode(files.read(file("a.json"))));
  await did("read later", async () => (await files.readUnblocked(file("b"))).length);
  await did("rename", () => files.rename(file("b"), file("c.json")));
  await did("rename onto another", () => files.renameNew(file("a.json"), file("c.json")));
  await did("rename to a new name", () => files.renameNew(file("c.json"), file("d.json")));
  await did(
    "list",
    () => [...files.list(`${dir}/files`)].map(({ name, kind }) => [name, kind]).sort(),
  );
  await did("count", () => files.countNames?.(`${dir}/files`, ".json"));
  await did("flush", () => files.syncTree(`${dir}/files`));
  await did("remove", () => files.removeEach([file("d.json"), file("none")]));
  const spawner = newSpawner({ inline: true });
  await did("run", async () => {
    return await (await spawner.spawn({ command: "exit 3", env: {}, log: `${dir}/log` })).exited;
  });
  spawner.close();
  return done;
}

// What the test sends: the directory, and where the answer is to go.
addEventListener("message", async (event) => {
  if (event instanceof MessageEvent) event.ports[0]!.postMessage(await deeds(event.data));
});
