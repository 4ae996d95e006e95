import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { systemFault } from "../../src/cli/text/system_fault.ts";
import { EXT } from "../../src/fs/file_systems.ts";
import { syncFileSystem } from "../../src/fs/libc_files.ts";
import { streamDirectory } from "../../src/fs/stream_directory.ts";
import { portableFiles, waitingFiles } from "../../src/fs/portable_files.ts";
import { STATFS } from "../../src/fs/linux_abi.ts";
import { type Libc, libc, nameFromBytes, pathBytes, sharedPathBytes } from "../../src/fs/libc.ts";
import { eventually, namesIn, temporaryDirectory } from "../temporary_queue.ts";
import { testWith } from "../left_out.ts";

const text = (content: string) => new TextEncoder().encode(content);

for (const [how, files] of Object.entries({ nativeFiles, portableFiles, waitingFiles })) {
  Deno.test(`${how}: list() tells files, folders and all else apart, and follows no link`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    Deno.writeTextFileSync(`${path}/file`, "");
    Deno.mkdirSync(`${path}/folder`);
    Deno.symlinkSync("folder", `${path}/link`);
    await new Deno.Command("mkfifo", { args: [`${path}/fifo`] }).output();
    const kinds = Object.fromEntries([...files.list(path)].map(({ name, kind }) => [name, kind]));
    assertEquals(kinds, { file: "file", folder: "directory", link: "other", fifo: "other" });
    for (const [name, kind] of Object.entries(kinds)) {
      assertEquals(files.stat(`${path}/${name}`)?.kind, kind);
    }
    assertThrows(() => [...files.list(`${path}/missing`)], Deno.errors.NotFound);
    assertThrows(() => [...files.list(`${path}/file`)], Deno.errors.NotADirectory);
  });

  Deno.test(`${how}: list() yields each of many names once, long and odd ones too`, async () => {
    await using temporary = await temporaryDirectory();
    const names = Array.from({ length: 500 }, (_, n) => `${n}-${"ü".repeat(n % 100)}`);
    for (const name of names) Deno.writeTextFileSync(`${temporary.path}/${name}`, "");
    assertEquals([...files.list(temporary.path)].map(({ name }) => name).sort(), names.sort());
  });

  Deno.test(`${how}: stat() tells what a job's reader needs`, async () => {
    await using temporary = await temporaryDirectory();
    const path = `${temporary.path}/file`;
    assertEquals(files.stat(path), undefined);
    files.create(path, text("12345"));
    const stat = files.stat(path)!;
    assertEquals([stat.size, stat.mode, stat.uid], [5, 0o600, Deno.uid()]);
    assert(Math.abs(stat.mtime - Date.now()) < 60_000);
    Deno.linkSync(path, `${path}2`);
    assertEquals(files.stat(`${path}2`)?.identity, stat.identity);
  });

  Deno.test(`${how}: create() never replaces, read() and append() take regular files only`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    files.create(`${path}/a`, text("1"));
    assertThrows(() => files.create(`${path}/a`, text("2")), Deno.errors.AlreadyExists);
    files.append(`${path}/a`, text("2"));
    assertEquals(files.read(`${path}/a`), text("12"));
    Deno.symlinkSync("a", `${path}/link`);
    await new Deno.Command("mkfifo", { args: [`${path}/fifo`] }).output();
    for (const name of ["link", "fifo", ""]) {
      assertThrows(() => files.read(`${path}/${name}`), Error, "is not a regular file");
      assertThrows(() => files.append(`${path}/${name}`, text("3")), Error, "not a regular file");
    }
    assertThrows(() => files.read(`${path}/missing`), Deno.errors.NotFound);
  });

  Deno.test(`${how}: readUnblocked() gives what read() gives, at once or later, and refuses the same`, async () => {
    await using directory = await temporaryDirectory();
    const path = `${directory.path}/file`;
    const later: number[] = [];
    // Only who makes many calls has them made by the C library.
    for (let calls = 0; calls < 60; calls++) files.exists(path);
    for (const size of [0, 1, 300, 16_383, 16_384, 100_000]) {
      Deno.writeFileSync(path, new Uint8Array(size).map((_, index) => index * 7));
      const content = files.readUnblocked(path);
      if (content instanceof Promise) later.push(size);
      assertEquals(await content, files.read(path));
    }
    // What would take long to copy is left to another thread where there is a choice.
    assertEquals(later, files === nativeFiles ? [16_384, 100_000] : []);
    Deno.removeSync(path);
    assertThrows(() => files.readUnblocked(path), Deno.errors.NotFound);
    Deno.symlinkSync("/etc/passwd", path);
    assertThrows(() => files.readUnblocked(path));
    assertThrows(() => files.readUnblocked(directory.path));
  });

  Deno.test(`${how}: rename() replaces, renameNew() does not`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    for (const name of ["a", "b", "c"]) files.create(`${path}/${name}`, text(name));
    files.rename(`${path}/a`, `${path}/b`);
    assertEquals(files.read(`${path}/b`), text("a"));
    assertThrows(() => files.renameNew(`${path}/b`, `${path}/c`), Deno.errors.AlreadyExists);
    files.renameNew(`${path}/b`, `${path}/d`);
    assertEquals(namesIn(path, ""), ["c", "d"]);
    for (const rename of [files.rename, files.renameNew]) {
      assertThrows(() => rename(`${path}/missing`, `${path}/e`), Deno.errors.NotFound);
      assertThrows(() => rename(`${path}/c`, `${path}/missing/e`), Deno.errors.NotFound);
    }
  });

  Deno.test(`${how}: removeEach() says of each whether it was there, or what is in the way`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    files.create(`${path}/a`, text(""));
    Deno.mkdirSync(`${path}/folder/inner`, { recursive: true });
    const [a, b, c] = await files.removeEach([`${path}/a`, `${path}/b`, `${path}/folder`]);
    assertEquals([a, b, c instanceof Error], [true, false, true]);
  });

  Deno.test(`${how}: a lock excludes, files and folders alike, until it is released`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    files.create(`${path}/a`, text(""));
    for (const locked of [`${path}/a`, path]) {
      const lock = files.tryLock(locked)!;
      assertEquals(lock.identity, files.stat(locked)?.identity);
      assertEquals(files.tryLock(locked), undefined);
      const next = files.lock(locked);
      lock.release();
      (await next).release();
      // A process that another test starts has a copy of what is open here, until it calls exec.
      (await eventually("it is free", () => files.tryLock(locked))).release();
    }
    assertThrows(() => files.tryLock(`${path}/missing`), Deno.errors.NotFound);
    await assertRejects(() => files.lock(`${path}/missing`), Deno.errors.NotFound);
  });

  Deno.test(`${how}: sync() and syncTree() take files and folders, and refuse what is missing`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    Deno.mkdirSync(`${path}/folder/inner`, { recursive: true });
    for (let n = 0; n < 100; n++) files.create(`${path}/folder/${n}`, text("x"));
    await files.sync([path, `${path}/folder/1`, `${path}/folder/2`]);
    await files.syncTree(`${path}/folder`);
    await files.syncTree(path);
    await assertRejects(() => files.sync([path, `${path}/missing`]), Deno.errors.NotFound);
  });

  Deno.test(`${how}: a link, fifo or socket in a file's place is refused by every call, and waited for by none`, async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    Deno.mkdirSync(`${path}/elsewhere/folder`, { recursive: true });
    Deno.writeTextFileSync(`${path}/elsewhere/file`, "theirs");
    Deno.mkdirSync(`${path}/queue`);
    Deno.symlinkSync("../elsewhere/file", `${path}/queue/link`);
    Deno.symlinkSync("../elsewhere/folder", `${path}/queue/folder`);
    Deno.symlinkSync("../elsewhere/none", `${path}/queue/none`);
    await new Deno.Command("mkfifo", { args: [`${path}/queue/fifo`] }).output();
    using _socket = Deno.listen({ transport: "unix", path: `${path}/queue/socket` });
    for (const name of ["link", "folder", "none", "fifo", "socket"]) {
      const place = `${path}/queue/${name}`;
      const calls: Record<string, () => unknown> = {
        list: () => [...files.list(place)],
        read: () => files.read(place),
        readUnblocked: () => files.readUnblocked(place),
        append: () => files.append(place, text("ours")),
        sync: () => files.sync([place]),
        syncTree: () => files.syncTree(place),
        tryLock: () => files.tryLock(place)?.release(),
        lock: () => files.lock(place),
      };
      for (const [call, make] of Object.entries(calls)) {
        const error = await Promise.try(make).then(() => "none", (error: Error) => error);
        const isRefused = error instanceof Deno.errors.NotADirectory || /is not a/.test(`${error}`);
        assert(isRefused, `${call} of ${name}: ${error}`);
      }
      assertThrows(() => files.create(place, text("ours")), Deno.errors.AlreadyExists);
    }
    assertEquals(Deno.readTextFileSync(`${path}/elsewhere/file`), "theirs");
    assertEquals(namesIn(path, "elsewhere"), ["file", "folder"]);
  });
}

for (
  const [how, files, call] of [
    ["portableFiles", portableFiles, "sync"],
    ["waitingFiles", waitingFiles, "syncSync"],
  ] as const
) {
  Deno.test(`${how}: sync() has the kernel flush each path`, async () => {
    await using temporary = await temporaryDirectory();
    const path = `${temporary.path}/a`;
    files.create(path, text("x"));
    const methods = Deno.FsFile.prototype as unknown as Record<typeof call, () => unknown>;
    const own = methods[call];
    let flushes = 0;
    try {
      methods[call] = function () {
        flushes++;
        return own.call(this);
      };
      await files.sync([path, temporary.path]);
    } finally {
      methods[call] = own;
    }
    assertEquals(flushes, 2);
  });
}

Deno.test("list() of a folder that is removed meanwhile just ends, and closes it", async () => {
  await using temporary = await temporaryDirectory();
  const folder = `${temporary.path}/folder`;
  Deno.mkdirSync(folder);
  for (let n = 0; n < 600; n++) Deno.writeTextFileSync(`${folder}/${"x".repeat(200)}${n}`, "");
  let seen = 0;
  for (const _ of nativeFiles.list(folder)) {
    if (seen++ === 0) Deno.removeSync(folder, { recursive: true });
  }
  assert(seen > 0 && seen < 600, `${seen}`);
  const open = namesIn("/proc/self", "fd").map((fd) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  assertEquals(open.filter((target) => target.startsWith(folder)), []);
});

Deno.test("nameFromBytes() gives each odd byte a place, and pathBytes() takes it back", () => {
  const names = [
    text("plain"),
    text("üß😀\ufffd\ufeff"),
    text("\ufeffbegins with a mark"),
    new Uint8Array([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f, 0x98, 0x80, 0x80]),
    new Uint8Array([0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf5, 0x80, 0xe2]),
  ];
  for (const bytes of names) {
    assertEquals(pathBytes(nameFromBytes(bytes)), new Uint8Array([...bytes, 0]));
  }
  assertEquals(nameFromBytes(new Uint8Array([0x61, 0xff])), "a\udcff");
});

const noLibc = libc() ? undefined : "there is no C library";

testWith(
  noLibc,
  "a file whose name is not UTF-8 is listed, and can be renamed to one that is",
  async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    nativeFiles.create(`${path}/plain`, text(""));
    assertEquals(libc()!.rename(pathBytes(`${path}/plain`), pathBytes(`${path}/\udcff`)), 0);
    assertEquals([...nativeFiles.list(path)], [{ name: "\udcff", kind: "file" }]);
    nativeFiles.rename(`${path}/\udcff`, `${path}/plain`);
    assertEquals(namesIn(path, ""), ["plain"]);
    assertThrows(() => nativeFiles.rename(`${path}/\udcff`, `${path}/b`), Deno.errors.NotFound);
  },
);

Deno.test("sharedPathBytes() gives what pathBytes() gives, for two paths at once, short, long and odd", () => {
  const paths = ["/a", "/größe/日本", "/" + "x".repeat(1300), "/" + "x".repeat(4000), "/\udcff"];
  const upToNul = (bytes: Uint8Array) => [...bytes.subarray(0, bytes.indexOf(0) + 1)];
  for (const one of paths) {
    for (const other of paths) {
      const [first, second] = [sharedPathBytes(one), sharedPathBytes(other)];
      assertEquals(upToNul(first), [...pathBytes(one)]);
      assertEquals(upToNul(second), [...pathBytes(other)]);
    }
  }
});

testWith(noLibc, "a directory that the disk fails to read is named in a sentence", async () => {
  await using temporary = await temporaryDirectory();
  const failing: Libc = Object.create(libc()!, { getdents64: { value: () => -1n } });
  const error = assertThrows(() => [...streamDirectory(failing, temporary.path)]);
  assertEquals(systemFault(error), `${temporary.path}: the disk failed to read it`);
});

testWith(
  noLibc,
  "a syncfs that fails is told, and no flush of each file is believed after it",
  async () => {
    await using temporary = await temporaryDirectory();
    const { path } = temporary;
    const of = (type: number, result: number): Libc =>
      Object.create(libc()!, {
        fstatfs: {
          value: (_: number, statfs: Uint8Array) => {
            const fields = new DataView(statfs.buffer);
            fields.setUint32(STATFS.f_type, type, true);
            fields.setUint32(STATFS.f_bsize, 4096, true);
            return 0;
          },
        },
        uname: {
          value: (utsname: Uint8Array) => {
            utsname.set(text("6.1.0\0"), 2 * 65);
            return 0;
          },
        },
        syncfs: { value: () => Promise.resolve(result) },
      });
    assertEquals(await syncFileSystem(of(EXT, 0), path), true);
    assertEquals(await syncFileSystem(of(0x65735546, 0), path), undefined);
    const error = await assertRejects(() => syncFileSystem(of(EXT, -1), path));
    assertEquals(systemFault(error), `${path}: the disk failed to keep it`);
  },
);

Deno.test("isLocal() tells a disk of this machine, and takes what is unknown for a shared one", () => {
  assertEquals(nativeFiles.isLocal("/dev/shm"), true);
  assertEquals(nativeFiles.isLocal("/proc"), false);
  assertEquals(nativeFiles.isLocal("/missing"), false);
  assertEquals(portableFiles.isLocal("/dev/shm"), false);
});

Deno.test("countNames() counts the names of an ending, hidden ones and others left out", async () => {
  await using directory = await temporaryDirectory();
  const { path } = directory;
  for (const name of ["a.json", ".json", ".b.json", "c.log", "json", "d.jsonx", "é.json"]) {
    Deno.writeTextFileSync(`${path}/${name}`, "");
  }
  for (let file = 0; file < 5000; file++) Deno.linkSync(`${path}/c.log`, `${path}/${file}.json`);
  assertEquals(nativeFiles.countNames!(path, ".json"), 5002);
  const listed = [...nativeFiles.list(path, ".log")].map(({ name }) => name);
  assertEquals(listed, ["c.log"]);
  assertThrows(() => nativeFiles.countNames!(`${path}/missing`, ".json"), Deno.errors.NotFound);
});
