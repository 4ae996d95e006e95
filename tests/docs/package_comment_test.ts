import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { temporaryDirectory } from "../temporary_queue.ts";

const ROOT = new URL("../../", import.meta.url);
const EXAMPLES = [
  ...Deno.readTextFileSync(new URL("mod.ts", ROOT)).matchAll(
    /^ \* ```ts\n(.*?)^ \* ```$/gms,
  ),
].map(([, text]) => text!.replaceAll(/^ \* ?/gm, ""));

/** Starts an example of the package comment with a queue of its own. */
function start(example: string, home: string): Deno.ChildProcess {
  const path = `${home}/example.ts`;
  const code = example.replace('"./mod.ts"', JSON.stringify(new URL("mod.ts", ROOT).href))
    .replace('"/tmp/example-queue"', JSON.stringify(`${home}/queue`));
  Deno.writeTextFileSync(path, code);
  const config = decodeURIComponent(new URL("deno.json", ROOT).pathname);
  const args = ["run", "-A", "--no-check", "--config", config, path];
  return new Deno.Command("deno", { args, stdin: "null", stdout: "piped", stderr: "piped" })
    .spawn();
}

/** What an example prints; it must succeed. */
async function output(example: string): Promise<string> {
  await using home = await temporaryDirectory();
  const { success, stdout, stderr } = await start(example, home.path).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the package comment's first job is done", async () => {
  assertEquals(await output(EXAMPLES[0]!), "done\n");
});

Deno.test("the package comment's jobs wait, are limited, planned and cancelled", async () => {
  const said = await output(EXAMPLES[1]!);
  for (const count of ["pending: 1", "delayed: 1", "dead: 1"]) assertStringIncludes(said, count);
});

Deno.test("the package comment's service stops at SIGTERM when its job is done", async () => {
  await using home = await temporaryDirectory();
  const child = start(EXAMPLES[2]!, home.path);
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (text.includes("done 0")) child.kill("SIGTERM");
  }
  const [{ code }, errors] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assertEquals([code, said], [0, "working\ndone 0\nstopped\n"], errors);
});

Deno.test("the package comment has no example that is not tested", () => {
  assertEquals(EXAMPLES.length, 3);
});
