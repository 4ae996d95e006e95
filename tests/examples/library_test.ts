import { assertEquals, assertStringIncludes } from "@std/assert";
import { ExampleSite, HOSTILE } from "./example_site.ts";

Deno.test("the library example prints what each of its jobs left as its result", async () => {
  await using site = new ExampleSite();
  Deno.writeTextFileSync(`${site.home}/two`, "a\nb\n");
  Deno.writeTextFileSync(`${site.home}/${HOSTILE}`, "a\n");
  const script = 'exec deno run -A "$EXAMPLES/library.ts" "$QUEUECTL_DIR" two "$FILE"';
  const said = await site.run(script, { FILE: HOSTILE });
  assertEquals(said, `two: 2\n${HOSTILE}: 1\n`);
  assertEquals(site.program.names("done").filter((name) => name.endsWith(".json")).length, 2);
});

Deno.test("the library example exits 1 and names the job whose file is missing", async () => {
  await using site = new ExampleSite();
  const script = 'exec deno run -A "$EXAMPLES/library.ts" "$QUEUECTL_DIR" missing';
  const { code, stdout } = await site.fail(script);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "missing: dead: queuectl logs ");
});
