import { assertEquals, assertStringIncludes } from "@std/assert";
import { callMain } from "../../program/in_process.ts";

const HOUR = 3_600_000;

const at = (time: number) => new Date(time).toISOString();

/** The exit status and the sentences of a call in a directory of its own. */
async function call(...args: string[]) {
  const dir = Deno.makeTempDirSync();
  try {
    return await callMain(["--dir", dir, ...args]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
}

for (
  const [args, said] of [
    [
      ["--tag", "ü", "true"],
      'must be 1 to 64 of A-Z, a-z, 0-9, ., - and _, beginning with a letter or digit, not "ü"',
    ],
    [["--on", "a,-b", "true"], "--on must be 1 to 64 of A-Z"],
    [
      ["--env", "A B=x", "true"],
      '--env must be NAME=VALUE or NAME: "A B" is no name of a variable',
    ],
    [["--env", "1A=x", "true"], '"1A" is no name of a variable'],
    [["--env", "ü", "true"], '"ü" is no name of a variable'],
    [["--retry-on", "75,0", "true"], "--retry-on 75,0: exit status 0 is success"],
    [["--give-up-on", "0-3", "true"], "--give-up-on 0-3: exit status 0 is success"],
    [
      ["--at", at(Date.now() - 25 * HOUR), "true"],
      "has passed, over a day ago (to run it at once: --at now)",
    ],
    [["-"], '"-" is no command (for a job of each line of stdin: queuectl enqueue --file -)'],
    [[], "for a job of each line of stdin: --file -)"],
  ] as const
) {
  Deno.test(`enqueue ${args.join(" ").replace(/\d{4}-\S+/, "two days ago")} is refused with what to type`, async () => {
    const { code, stdout, stderr } = await call("enqueue", ...args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, said);
  });
}

Deno.test("a job whose --at passed within a day is added, and is said to be due at once", async () => {
  const late = await call("enqueue", "--at", at(Date.now() - HOUR), "true");
  assertEquals(late.code, 0);
  assertStringIncludes(late.stderr, "has passed; the job is due at once");
  for (const time of [at(Date.now() - 30_000), "now"]) {
    const { code, stderr } = await call("enqueue", "--at", time, "true");
    assertEquals([code, stderr.includes("has passed")], [0, false]);
  }
});

Deno.test("--env takes names with dots and dashes, which programs can read", async () => {
  const { code } = await call("enqueue", "--env", "_a.b-C=x", "true");
  assertEquals(code, 0);
});

Deno.test("config set KEY=VALUE is answered with the words to type", async () => {
  const known = await call("config", "set", "on_done=mail me");
  assertEquals(known.code, 2);
  assertStringIncludes(
    known.stderr,
    "the value of on_done is a word of its own: queuectl config set on_done 'mail me'",
  );
  const unknown = await call("config", "set", "a=4");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.stderr, 'unknown setting "a"');
});
