import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const PAGE = Deno.readTextFileSync(new URL("docs/guarantees.md", ROOT));

/** The tests that the page names: `FILE`, or `FILE`: "TITLE". */
function namedTests(): { file: string; title?: string }[] {
  const named = PAGE.replaceAll("\\|", "|").matchAll(/`(tests\/[^`]+)`(?:: "([^"]+)")?/g);
  return [...named].map(([, file, title]) => ({ file: file!, title }));
}

Deno.test("each test that docs/guarantees.md names is there, under that name", () => {
  const missing = namedTests().filter(({ file, title }) => {
    const source = Deno.readTextFileSync(new URL(file, ROOT));
    return !file.endsWith("_test.ts") || (title !== undefined && !source.includes(title));
  });
  assertEquals(missing, []);
  assert(namedTests().length > 20);
});

Deno.test("each task that docs/guarantees.md names is one of the project's", () => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const named = [...PAGE.matchAll(/`deno task ([a-z-]+)/g)].map(([, name]) => name!);
  assertEquals(named.filter((name) => !(name in tasks)), []);
  assert(named.length > 3);
});

Deno.test("each failure that docs/guarantees.md lists names what shows it", () => {
  const rows = PAGE.split("\n").filter((line) => line.startsWith("| "));
  const table = rows.slice(2, rows.findIndex((line) => line.startsWith("| command")));
  assert(table.length > 10);
  assertEquals(table.filter((row) => !/`(tests\/|deno task )/.test(row.split(" | ")[2]!)), []);
});
