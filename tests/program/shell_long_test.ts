/** Which shell a command is given to. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

/** What bash knows and POSIX does not; its output shows whether it was understood. */
const BASHISMS = '[[ a == a ]] && echo {1..3} &> out && cat out; echo "${BASH_VERSION:+bash}"';

Deno.test("--shell gives a job another shell, which it keeps; without it the file says none", async () => {
  await using program = new Program();
  assertEquals(
    (await program.run(["run", "--shell", "/bin/bash", BASHISMS])).stdout,
    "1 2 3\nbash\n",
  );
  await program.answer(
    "enqueue",
    "--id",
    "with",
    "--shell",
    "/bin/bash",
    "--max-retries",
    "0",
    "[[ a ]]",
  );
  await program.answer("enqueue", "--id", "without", "true");
  assertMatch(await program.answer("show", "with"), /^shell +\/bin\/bash$/m);
  assertEquals((await program.json("show", "without")).shell, undefined);
  await program.drain();
  await program.answer("retry", "with");
  await program.drain();
  const { state, shell, history } = await program.json("show", "with");
  assertEquals([state, shell, history.length], ["done", "/bin/bash", 2]);
});

Deno.test("config shell is for what is added from then on, and for hooks", async () => {
  await using program = new Program();
  const tell = 'echo "${BASH_VERSION:+bash}"';
  const add = (id: string) => program.answer("enqueue", "--id", id, tell);
  await program.answer("schedule", "add", "daily", "@yearly", tell);
  await add("before");
  await program.answer("config", "set", "--shell", "/bin/bash", "--on-done", `${tell} hook`);
  await add("after");
  await program.answer("enqueue", "--id", "own", "--shell", "/bin/sh", tell);
  Deno.writeTextFileSync(`${program.dir}/tmp/hand`, JSON.stringify({ command: tell }));
  Deno.renameSync(`${program.dir}/tmp/hand`, `${program.dir}/pending/hand.json`);
  const scheduled = await program.answer("schedule", "run", "daily");
  await program.drain();
  await program.answer("config", "reset", "shell");
  await program.answer("retry", "after");
  await program.drain();
  const printed = async (id: string) => await program.answer("logs", id);
  assertEquals(await printed("before"), "");
  assertEquals(await printed("after"), "bash\nbash");
  assertEquals(await printed("own"), "");
  assertEquals(await printed("hand"), "bash");
  assertEquals(await printed(scheduled), "bash");
  const hooks = Deno.readTextFileSync(`${program.dir}/hooks.log`);
  const byHooks = hooks.split("\n").filter((line) => line.endsWith(" hook"));
  assertEquals(byHooks.sort(), [" hook", ...Array(5).fill("bash hook")]);
});

Deno.test("a shell that is no absolute path, or not there, is refused", async () => {
  await using program = new Program();
  for (const shell of ["bash", "/nowhere/bash", "/etc/passwd", ""]) {
    for (
      const words of [
        ["enqueue", "--shell", shell, "true"],
        ["schedule", "add", "--shell", shell, "s", "@daily", "true"],
        ["config", "set", "shell", shell],
      ]
    ) {
      const { code, stderr } = await program.run(words);
      assertEquals([code, stderr.split("\n").length], [2, 2], stderr);
      assertMatch(
        stderr,
        /shell must (be (a shell on this machine|the absolute path)|not be empty)/,
      );
    }
  }
  const { code, stderr } = await program.run(["enqueue", '{"command":"true","shell":"bash"}']);
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    "a job's shell must be the absolute path of a shell, such as /bin/bash",
  );
});

Deno.test("a job whose shell is not on the machine that runs it fails with the reason", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    '{"id":"x","command":"true","shell":"/nowhere/sh","max_retries":0}',
  );
  await program.drain();
  assertEquals((await program.json("show", "x")).state, "dead");
  assertStringIncludes(
    await program.answer("logs", "x"),
    "cannot run the shell /nowhere/sh: no such file",
  );
});

Deno.test("the help of enqueue and run says which shell commands are for", async () => {
  await using program = new Program();
  for (const name of ["enqueue", "run"]) {
    assertStringIncludes(await program.answer(name, "--help"), "Shell text is for /bin/sh");
  }
});
