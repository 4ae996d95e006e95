import { assert, assertEquals } from "@std/assert";
import { isThere } from "../temporary_queue.ts";
import { ExampleSite, HOSTILE } from "./example_site.ts";
import { testWith, whyNo } from "../left_out.ts";

const noPython = await whyNo("python3", "--version");

async function dropsWhole(start: string): Promise<void> {
  await using site = new ExampleSite();
  const script = `exec ${start} "$QUEUECTL_DIR" printf '<%s>' "$ARGUMENT" ''`;
  const id = (await site.run(script, { ARGUMENT: HOSTILE })).trim();
  assertEquals(site.program.names("pending"), [`${id}.json`]);
  assertEquals(site.program.names("tmp"), []);
  const [job] = await site.work();
  assertEquals([job!.state, job!.max_retries, job!.cwd], ["done", 2, Deno.realPathSync(site.home)]);
  assertEquals(await site.run(`queuectl logs ${id}`), `<${HOSTILE}><>`);
  assert(!isThere(`${site.home}/hacked`));
}

Deno.test("the shell example drops a job whose arguments arrive as they were", async () => {
  await dropsWhole('"$EXAMPLES/drop_files.sh"');
});

Deno.test("the shell example fails where there is no queue", async () => {
  await using site = new ExampleSite();
  await site.fail('exec "$EXAMPLES/drop_files.sh" missing true');
});

testWith(
  noPython,
  "the Python example drops a job whose arguments arrive as they were",
  () => dropsWhole('python3 "$EXAMPLES/drop_files.py"'),
);

testWith(noPython, "the Python example says in a sentence that there is no queue", async () => {
  await using site = new ExampleSite();
  const { stderr } = await site.fail('exec python3 "$EXAMPLES/drop_files.py" missing true');
  const sentence = "cannot add a job to the queue missing: No such file or directory";
  assertEquals(stderr, `drop_files.py: ${sentence}\n`);
});
