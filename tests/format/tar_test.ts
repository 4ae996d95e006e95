import { assertEquals, assertRejects } from "@std/assert";
import { readTar, TAR_END, TarError, tarHeader, tarPadding } from "../../src/format/tar.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

/** An archive of files, in chunks of one size. */
async function* archive(files: Record<string, string>, chunk = 700): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const [name, text] of Object.entries(files)) {
    const content = new TextEncoder().encode(text);
    parts.push(tarHeader(name, content.length, 1_800_000_000_000), content);
    parts.push(tarPadding(content.length));
  }
  const whole = await new Response(new Blob([...parts, TAR_END] as BlobPart[])).bytes();
  for (let at = 0; at < whole.length; at += chunk) yield whole.subarray(at, at + chunk);
}

async function unpacked(chunks: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, content } of readTar(chunks)) {
    files[name] = (await Array.fromAsync(content, (bytes) => new TextDecoder().decode(bytes))).join(
      "",
    );
  }
  return files;
}

const FILES = {
  "done/a.json": "{}",
  "done/empty.log": "",
  [`pending/${"n".repeat(240)}.json`]: "long",
  [`pending/${"ü".repeat(99)}.json`]: "more than a letter a byte",
  "unique/a%2Fb": "x".repeat(5000),
};

Deno.test("what is written as tar is read again, in whatever chunks it comes", async () => {
  for (const chunk of [1, 511, 512, 513, 100_000]) {
    assertEquals(await unpacked(archive(FILES, chunk)), FILES);
  }
});

Deno.test("tar itself lists and unpacks what is written, and what it packs is read", async () => {
  await using folder = await temporaryDirectory();
  const path = `${folder.path}/a.tar`;
  await Deno.writeFile(path, ReadableStream.from(archive(FILES)));
  const tar = async (...args: string[]) => {
    const { stdout, success } = await new Deno.Command("tar", { args, cwd: folder.path }).output();
    assertEquals(success, true);
    return new TextDecoder().decode(stdout);
  };
  const listed = await tar("--quoting-style=literal", "-tf", path);
  assertEquals(listed.split("\n").slice(0, -1), Object.keys(FILES));
  await tar("-xf", path);
  for (const [name, text] of Object.entries(FILES)) {
    assertEquals(await Deno.readTextFile(`${folder.path}/${name}`), text);
    assertEquals((await Deno.stat(`${folder.path}/${name}`)).mode! & 0o777, 0o600);
  }
  await tar("--format=posix", "-cf", "b.tar", ...Object.keys(FILES));
  using file = await Deno.open(`${folder.path}/b.tar`);
  assertEquals(await unpacked(file.readable), FILES);
});

Deno.test("an archive that is cut off anywhere is refused, and so is what is none", async () => {
  const whole = await new Response(ReadableStream.from(archive({ a: "x".repeat(600) }))).bytes();
  for (let length = 0; length < whole.length - 512; length += 100) {
    const cut = async function* () {
      yield await Promise.resolve(whole.subarray(0, length));
    };
    await assertRejects(() => unpacked(cut()), TarError, "it is cut off");
  }
  for (
    const bytes of [new Uint8Array(1024).fill(65), crypto.getRandomValues(new Uint8Array(2048))]
  ) {
    await assertRejects(() => unpacked(ReadableStream.from([bytes])), TarError);
  }
});

Deno.test("the size of a file beyond eight gigabytes is kept", async () => {
  const header = tarHeader("a.log", 9 * 1024 ** 3, 0);
  const entry = await readTar(ReadableStream.from([header])).next();
  assertEquals(entry.value?.size, 9 * 1024 ** 3);
});
