import { assert, assertEquals } from "@std/assert";
import { isThere } from "../temporary_queue.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md"]) {
  Deno.test(`each source that ${page} names is there`, () => {
    const text = Deno.readTextFileSync(ROOT + page);
    const named = [...text.matchAll(/`((?:src|tests|tools|trials)\/[a-z_/.]+)`/g)].map(([, path]) =>
      path!
    );
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
