import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withDefaults } from "../../src/format/settings.ts";
import { Program } from "./program.ts";

const DEFAULTS = withDefaults({});

Deno.test("config show prints every setting with its default", async () => {
  await using program = new Program();
  assertEquals(await program.json("config", "show"), DEFAULTS);
  assertMatch(
    await program.answer("config", "show"),
    /^KEY\tVALUE\nmax_retries\t3\n.*\ntimeout\tnone\n/s,
  );
});

Deno.test("config set changes a setting for the jobs to come", async () => {
  await using program = new Program();
  await program.answer("config", "set", "max_retries", "7");
  assertEquals((await program.json("enqueue", "true")).max_retries, 7);
});

Deno.test("config set takes a dash for an underscore, and options", async () => {
  await using program = new Program();
  await program.answer("config", "set", "max-retries", "5");
  assertEquals(await program.answer("config", "get", "max-retries"), "5");
  await program.answer("config", "set", "--max-retries", "6", "--backoff-base", "3");
  assertEquals(await program.json("config", "show"), {
    ...DEFAULTS,
    max_retries: 6,
    backoff_base: 3,
    backoff_factor: 3,
  });
});

Deno.test("config get --json prints the value as JSON", async () => {
  await using program = new Program();
  assertEquals(await program.json("config", "get", "timeout"), null);
  assertEquals(await program.json("config", "get", "fsync"), true);
});

Deno.test("config reset gives one setting the default back, or all", async () => {
  await using program = new Program();
  await program.answer("config", "set", "--max-retries", "6", "--jitter", "0.5", "--timeout", "9");
  await program.answer("config", "reset", "max_retries");
  assertEquals(await program.json("config", "show"), { ...DEFAULTS, jitter: 0.5, timeout: 9 });
  await program.answer("config", "reset", "--yes");
  assertEquals(await program.json("config", "show"), DEFAULTS);
});

for (
  const [what, args, said] of [
    ["a value that is out of bounds", ["max_retries", "-1"], "a whole number from 0 to 1000000"],
    ["a value of another kind", ["fsync", "maybe"], "fsync must be true or false"],
    ["a key that is none", ["attempts", "1"], "there are: max_retries, backoff_base"],
    ["a key without a value", ["max_retries"], "config set max_retries needs a value"],
    ["nothing", [], "config set needs a key and a value"],
    ["more than one pair", ["jitter", "0", "fsync", "true"], 'unexpected argument "fsync"'],
    ["an option that is none", ["--max-retry", "1"], "did you mean --max-retries?"],
    ["a key that is misspelled", ["max_retrys", "1"], 'max_retrys" (did you mean max_retries?)'],
    ["a key in capitals", ["MAX_RETRIES", "1"], 'MAX_RETRIES" (did you mean max_retries?)'],
    ["a resource with a space", ["resources.a b", "1"], '"a b" cannot name a resource: a name has'],
  ] as [string, string[], string][]
) {
  Deno.test(`config set refuses ${what}`, async () => {
    await using program = new Program();
    const { code, stderr } = await program.run(["config", "set", ...args]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, said);
    assertEquals(await program.json("config", "show"), DEFAULTS);
  });
}

Deno.test("config set changes nothing if one of several values is wrong", async () => {
  await using program = new Program();
  assertEquals((await program.run(["config", "set", "--jitter", "0.5", "--fsync", "x"])).code, 2);
  assertEquals(await program.json("config", "show"), DEFAULTS);
});

Deno.test("config reset of all settings needs --yes where no terminal can ask, and names those it resets", async () => {
  await using program = new Program();
  await program.answer("config", "set", "--timeout", "9", "--max-retries", "6");
  assertEquals(await program.run(["config", "reset"]), {
    code: 2,
    stdout: "",
    stderr: "queuectl: resetting all settings needs --yes where no terminal can ask\n",
  });
  assertEquals(await program.json("config", "show"), { ...DEFAULTS, timeout: 9, max_retries: 6 });
  const reset = () => program.run(["config", "reset", "--yes"]);
  assertEquals((await reset()).stderr, "reset 2 settings (max_retries, timeout)\n");
  assertEquals((await reset()).stderr, "all settings have their defaults already\n");
});

Deno.test("config get and config reset refuse a key that is none", async () => {
  await using program = new Program();
  assertEquals((await program.run(["config", "get", "x"])).code, 2);
  assertEquals((await program.run(["config", "get"])).code, 2);
  assertEquals((await program.run(["config", "reset", "x"])).code, 2);
});

Deno.test("config set refuses what is not UTF-8", async () => {
  await using program = new Program();
  const { code, stderr } = await program.shell(`"$@" config set on_dead $'\\xff'`);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "on_dead is not UTF-8");
});

Deno.test("with a broken config.json doctor names it, workers can be stopped, and config reset mends it", async () => {
  await using program = new Program();
  const worker = await program.answer("worker", "start", "--detach");
  Deno.writeTextFileSync(`${program.dir}/config.json`, "{");
  const found = await program.run(["doctor"]);
  assertEquals(found.code, 1);
  assertStringIncludes(found.stdout, "config.json is not JSON");
  assertEquals(await program.answer("worker", "stop"), worker);
  assertEquals((await program.run(["config", "reset", "timeout"])).code, 1);
  await program.answer("config", "reset", "--yes");
  assertEquals(await program.json("config", "show"), DEFAULTS);
  await program.answer("doctor");
});
