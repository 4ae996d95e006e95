import { assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../left_out.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

const COMPILE = decodeURIComponent(new URL("../../tools/compile.ts", import.meta.url).pathname);

async function compileWith(base: string) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", COMPILE],
    env: { DENORT_BIN: base },
    stdin: "null",
  }).output();
  return { code, failed: new TextDecoder().decode(stderr) };
}

Deno.test("a base that is missing, a folder or no program is refused in one sentence", async () => {
  await using directory = await temporaryDirectory();
  const text = `${directory.path}/text`;
  Deno.writeTextFileSync(text, "not a program\n");
  for (
    const [base, reason] of [
      [`${directory.path}/none`, /which cannot be read: No such file or directory;/],
      [directory.path, /which cannot be read: Is a directory;/],
      [text, /which is no program;/],
      ["/bin/true", /which is no denort;/],
      [Deno.execPath(), /which is deno itself;/],
    ] as const
  ) {
    const { code, failed } = await compileWith(base);
    assertEquals(code, 1);
    assertMatch(failed, reason);
    assertMatch(
      failed,
      /^compile: DENORT_BIN is .*; set DENORT_BIN to the denort of Deno [^\n]*\n$/,
    );
  }
});

const MAIN = Deno.env.get("TESTED_PROGRAM");

testWith(
  MAIN === undefined ? "no bundle is tested" : undefined,
  "a bundle, and so a binary, holds all that begins a thread, the dashboard and the docs",
  () => {
    const namesIn = (folder: string | URL) =>
      [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const bundle = MAIN!.replace(/[^/]*$/, "");
    const files = namesIn(bundle);
    const wanted = ["main.js", "thread.js", "doctor_thread.js", "watch_thread.js"];
    assertEquals(wanted.filter((name) => !files.includes(name)), []);
    // Its server, with the pages and what they load.
    assertEquals(files.filter((name) => /^(server|store)-\w+\.js$/.test(name)).length, 2);
    const pages = namesIn(new URL("../../docs", import.meta.url));
    assertEquals(namesIn(`${bundle}docs`), pages.filter((name) => name.endsWith(".md")));
  },
);
