/** `queuectl help`: the pages of the docs. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith, whyNo } from "../left_out.ts";
import { Program } from "./program.ts";

const DOCS = new URL("../../docs/", import.meta.url);

Deno.test("queuectl help topics lists every page of docs/, and shows each in 80 columns", async () => {
  await using program = new Program({ withQueue: false });
  const pages = [...Deno.readDirSync(DOCS)].filter(({ name }) => name.endsWith(".md"));
  const list = (await program.answer("help", "topics")).split("\n");
  assertEquals(list.length, pages.length);
  assertStringIncludes(list.join("\n"), "queuectl help topics dashboard  The dashboard");
  for (const line of list) {
    const [call, title] = line.split(/ {2,}/) as [string, string];
    const page = (await program.answer(...call.split(" ").slice(1))).split("\n");
    assertEquals(page[0], title.toUpperCase());
    for (const text of page) {
      const isCopied = text.startsWith("    ") || !text.trim().includes(" ");
      assert(isCopied || text.length <= 80, `${call}: ${text}`);
      assert(isCopied || !/\]\(|\*\*\w/.test(text), `${call}: ${text}`);
    }
  }
  assertEquals([...Deno.readDirSync(program.home)], []);
});

Deno.test("a word behind help is a command, then a topic, then an alias", async () => {
  await using program = new Program();
  assertMatch(await program.answer("help", "metrics"), /^queuectl metrics: /);
  assertMatch(await program.answer("help", "topics", "metrics"), /^METRICS\n/);
  assertMatch(await program.answer("help", "jobs"), /^JOBS\n/);
  for (const other of ["pueue", "at"]) {
    assertMatch(await program.answer("help", other), /^COMING FROM PUEUE, /);
  }
  for (const word of ["coming_from", "docs/coming_from.md", "COMING-FROM"]) {
    assertMatch(await program.answer("help", word), /^COMING FROM PUEUE, /);
  }
  assertMatch(await program.answer("help", "README"), /^QUEUECTL\n/);
  assertMatch(await program.answer("help", "security.md"), /^SECURITY/);
  assertMatch(await program.answer("help", "changelog"), /^CHANGELOG\n/);
  assertMatch(await program.answer("help", "tail"), /^queuectl logs: /);
  assertMatch(await program.answer("help", "config", "set"), /^queuectl config set: /);
  assertMatch(await program.answer("help"), /^queuectl: a durable job queue/);
});

Deno.test("help of an unknown topic names the nearest, and exits with 2", async () => {
  await using program = new Program();
  for (
    const [words, said] of [
      [["hoks"], 'unknown topic "hoks" (did you mean hooks?)'],
      [["topics", "metric"], 'unknown topic "metric" (did you mean metrics?)'],
      [["xyzzy"], 'unknown topic "xyzzy" (see: queuectl help topics)'],
      [["../README"], 'unknown topic "../README" (see: queuectl help topics)'],
      [["jobs", "x"], 'unexpected argument "x" (see: queuectl help --help)'],
    ] as const
  ) {
    const { code, stdout, stderr } = await program.run(["help", ...words]);
    assertEquals([code, stdout, stderr], [2, "", `queuectl: ${said}\n`]);
  }
});

Deno.test("help --json gives the topics, or a page as it is written", async () => {
  await using program = new Program();
  const list = await program.json("help", "topics");
  assertEquals(list[0], { topic: "api", title: "The HTTP API" });
  const markdown = Deno.readTextFileSync(new URL("coming_from.md", DOCS));
  assertEquals(await program.json("help", "coming-from"), { topic: "coming-from", markdown });
});

testWith(
  await whyNo("script", "--version"),
  "on a terminal a page is shown by $PAGER, and as it is if that cannot be started",
  async () => {
    await using program = new Program();
    for (
      const [pager, shown] of [
        ["sed 's/^/paged: /'", /paged: .*HOOKS/],
        ["/missing/pager", /not found[^]*HOOKS/],
        ["", /HOOKS/],
        ["true", /^(?![^]*HOOKS)/],
      ] as const
    ) {
      const call = await program.shell('script -qec "$* help hooks" /dev/null', {
        env: { PAGER: pager, TERM: "xterm" },
      });
      assertEquals(call.code, 0, call.stdout + call.stderr);
      assertMatch(call.stdout, shown);
    }
  },
);
