import { assertEquals, assertThrows } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { renameByLink } from "../../src/fs/rename_by_link.ts";

function inFolder(use: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "queuectl-link-" });
  try {
    use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("renameByLink() gives a file a new name, and replaces nothing", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    renameByLink(nativeFiles, a, b);
    assertEquals(names(folder), ["b"]);
    Deno.writeTextFileSync(a, "other");
    assertThrows(() => renameByLink(nativeFiles, a, b), Deno.errors.AlreadyExists);
    assertThrows(() => renameByLink(nativeFiles, b, b), Deno.errors.AlreadyExists);
    assertThrows(() => renameByLink(nativeFiles, `${folder}/c`, b), Deno.errors.NotFound);
    assertEquals([Deno.readTextFileSync(a), Deno.readTextFileSync(b)], ["other", "one"]);
  }));

Deno.test("renameByLink() ends a rename of which a crash has left both names", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    Deno.linkSync(a, b);
    renameByLink(nativeFiles, a, b);
    assertEquals(names(folder), ["b"]);
  }));

Deno.test("renameByLink() keeps the one name of a file that a client still shows under another", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    const files = {
      ...nativeFiles,
      link(_from: string, to: string) {
        throw new Deno.errors.AlreadyExists(to);
      },
      stat: () => nativeFiles.stat(a),
    };
    assertThrows(() => renameByLink(files, a, b), Deno.errors.AlreadyExists);
    assertEquals(names(folder), ["a"]);
  }));

Deno.test("renameByLink() leaves a file to whoever moved it between the link and the unlink", () =>
  inFolder((folder) => {
    const [a, b, others] = [`${folder}/a`, `${folder}/b`, `${folder}/others`];
    Deno.writeTextFileSync(a, "one");
    const link = (from: string, to: string) => {
      nativeFiles.link(from, to);
      Deno.renameSync(from, others);
    };
    assertThrows(() => renameByLink({ ...nativeFiles, link }, a, b), Deno.errors.NotFound);
    assertEquals(names(folder), ["others"]);
  }));

Deno.test("renameByLink() keeps the last name where the answer of an unlink was lost", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    const remove = (path: string) => {
      nativeFiles.remove(path);
      throw new Deno.errors.NotFound(path);
    };
    renameByLink({ ...nativeFiles, remove }, a, b);
    assertEquals(names(folder), ["b"]);
  }));

/** A client that remembers how many names a file has, but for what a link of its own answers. */
function remembering(links: number): Pick<typeof nativeFiles, "link" | "stat"> {
  return {
    link(from, to) {
      nativeFiles.link(from, to);
      links = nativeFiles.stat(to)!.links;
    },
    stat(path) {
      const found = nativeFiles.stat(path);
      return found && { ...found, links };
    },
  };
}

Deno.test("renameByLink() keeps the last name where two move one file alike, and remember its names", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    let isFirst = true;
    const remove = (path: string) => {
      if (isFirst) Deno.removeSync(path);
      isFirst = false;
      nativeFiles.remove(path);
    };
    renameByLink({ ...nativeFiles, ...remembering(1), remove }, a, b);
    assertEquals(names(folder), ["b"]);
  }));

Deno.test("renameByLink() keeps the one name of a file that is remembered to have two", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    const { link, stat } = remembering(2);
    const files = {
      ...nativeFiles,
      link(from: string, to: string) {
        if (to === b) throw new Deno.errors.AlreadyExists(to);
        link(from, to);
      },
      stat: (path: string) => stat(path === b ? a : path),
    };
    assertThrows(() => renameByLink(files, a, b), Deno.errors.AlreadyExists);
    assertEquals(names(folder), ["a"]);
  }));

/** A client that remembers `to` as a name of the file `from`, until it is to remove it. */
function believing(from: string, to: string): typeof nativeFiles {
  let believes = true;
  return {
    ...nativeFiles,
    stat: (path) => nativeFiles.stat(believes && path === to ? from : path),
    link(source, target) {
      if (believes && target === to) throw new Deno.errors.AlreadyExists(target);
      nativeFiles.link(source, target);
    },
    remove(path) {
      if (path === to) believes = false;
      nativeFiles.remove(path);
    },
  };
}

Deno.test("renameByLink() moves a file to a name that it had before, and that is still remembered", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    renameByLink(believing(a, b), a, b);
    assertEquals(names(folder), ["b"]);
    assertEquals(Deno.readTextFileSync(b), "one");
  }));

Deno.test("renameByLink() leaves a file where another has moved it that asked for the same name", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(b, "one");
    // The old name is what is remembered, and a link is made of what it leads to.
    const client = believing(b, a);
    const link = (source: string, target: string) => client.link(source === a ? b : source, target);
    assertThrows(() => renameByLink({ ...client, link }, a, b), Deno.errors.AlreadyExists);
    assertEquals(names(folder), ["b"]);
  }));

Deno.test("renameByLink() keeps a file that another moves while its remembered name is forgotten", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    Deno.writeTextFileSync(a, "one");
    const client = believing(a, b);
    const remove = (path: string) => {
      if (path === b) Deno.renameSync(a, b);
      client.remove(path);
    };
    renameByLink({ ...client, remove }, a, b);
    assertEquals(names(folder), ["b"]);
    assertEquals(Deno.readTextFileSync(b), "one");
  }));

Deno.test("renameByLink() looks, then renames, where there are no links", () =>
  inFolder((folder) => {
    const [a, b] = [`${folder}/a`, `${folder}/b`];
    const [denied, unknown] = [new Error("os error 1"), new Error("link (os error 38)")];
    for (const error of [Object.assign(denied, { code: "EPERM" }), unknown]) {
      const link = () => {
        throw error;
      };
      const files = { ...nativeFiles, link };
      Deno.writeTextFileSync(a, "one");
      renameByLink(files, a, b);
      Deno.writeTextFileSync(a, "other");
      assertThrows(() => renameByLink(files, a, b), Deno.errors.AlreadyExists);
      assertEquals(Deno.readTextFileSync(b), "one");
      Deno.removeSync(b);
    }
    Deno.mkdirSync(`${folder}/d`);
    renameByLink(nativeFiles, `${folder}/d`, `${folder}/e`);
    assertEquals(names(folder), ["a", "e"]);
  }));
