import { assert, assertEquals } from "@std/assert";
import { isThere } from "../temporary_queue.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

const FROM_ROOT = /`((?:src|tests|tools|trials)\/[a-z_/.]+)`/g;

for (
  const { page, base, name } of [
    { page: "ARCHITECTURE.md", base: "", name: FROM_ROOT },
    { page: "CONTRIBUTING.md", base: "", name: FROM_ROOT },
    { page: "docs/protocol.md", base: "src/", name: /`([a-z_]+\/[a-z_/]+\.ts)`/g },
  ]
) {
  Deno.test(`each source that ${page} names is there`, () => {
    const text = Deno.readTextFileSync(ROOT + page);
    const named = [...text.matchAll(name)].map(([, path]) => base + path!);
    assert(named.length > 0);
    assertEquals(named.filter((path) => !isThere(ROOT + path)), []);
  });
}

Deno.test("the one test that CONTRIBUTING.md runs by a part of its name is there", () => {
  const [, file, part] = /`deno test \S+ \S+ (\S+) --filter "(.+?)"`/.exec(
    Deno.readTextFileSync(ROOT + "CONTRIBUTING.md"),
  )!;
  const names = Deno.readTextFileSync(ROOT + file).matchAll(/Deno\.test\("(.*?)"/g);
  assertEquals([...names].filter(([, name]) => name!.includes(part!)).length, 1);
});
