import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "./program.ts";

/** The environment in the file of a job. */
function environmentOf(program: Program, id: string): Record<string, string> {
  const [name] = program.names("pending").filter((each) => each.includes(id));
  return JSON.parse(Deno.readTextFileSync(`${program.dir}/pending/${name}`)).env;
}

Deno.test("--capture-env gives a job all of the caller's environment; --env-file and --env win, in this order", async () => {
  await using program = new Program();
  Deno.writeTextFileSync(`${program.home}/vars`, "B=file\nC=file\n");
  const words = ["--capture-env", "-e", "C=given", "--env-file", "vars", "--id", "a", "env"];
  const env = { A: "caller's", B: "caller's", C: "caller's" };
  assertEquals((await program.run(["enqueue", ...words], { env })).code, 0);
  await program.drain();
  const printed = (await program.answer("logs", "a")).split("\n");
  for (const line of ["A=caller's", "B=file", "C=given", `HOME=${Deno.env.get("HOME")}`]) {
    assertEquals(printed.includes(line), true, line);
  }
});

Deno.test("capture_env has enqueue, --file, run and schedule add capture the environment", async () => {
  await using program = new Program();
  await program.answer("config", "set", "capture_env", "true");
  const env = { MARK: "caller's" };
  await program.run(["enqueue", "--hold", "--id", "plain", "true"], { env });
  await program.run(["enqueue", "--hold", "--file", "-"], {
    env,
    stdin: '{"id": "line", "env": {"MARK": "own"}, "command": "true"}\n',
  });
  await program.run(["schedule", "add", "nightly", "@daily", "true"], { env });
  assertEquals(environmentOf(program, "plain").MARK, "caller's");
  assertEquals(environmentOf(program, "line").MARK, "own");
  const [schedule] = program.names("schedules");
  const { job } = JSON.parse(Deno.readTextFileSync(`${program.dir}/schedules/${schedule}`));
  assertEquals(job.env.MARK, "caller's");
  const { stdout } = await program.run(["run", 'echo "$MARK"'], { env });
  assertEquals(stdout, "caller's\n");
});

Deno.test("a captured environment has nothing of the job that captures it", async () => {
  await using program = new Program();
  await program.shell('"$@" run "$* enqueue --hold --capture-env --id inner true"');
  const names = Object.keys(environmentOf(program, "inner"));
  assertEquals(names.filter((name) => /^(QUEUECTL_(?!DIR|NOFILE)|PWD$|_$)/.test(name)), []);
});

Deno.test("enqueue refuses an --env-file that it cannot take, and adds nothing", async () => {
  await using program = new Program();
  Deno.writeTextFileSync(`${program.home}/vars`, "A=1\nno such thing\n");
  const { code, stderr } = await program.run(["enqueue", "--env-file", "vars", "true"], {});
  assertEquals(code, 2);
  assertMatch(stderr, /^queuectl: --env-file vars, line 2: must be NAME=VALUE, .*\n$/);
  assertEquals(program.names("pending"), []);
});

Deno.test("no answer but show --secrets has the value of a variable that is secret by its name, or a password in a URL", async () => {
  await using program = new Program();
  const words = ["-e", "API_TOKEN=hidden1", "-e", "db_password=hidden2", "-e", "PLAIN=seen"];
  words.push("-e", "DB=postgres://me:hidden3@host/db");
  const answers = [
    await program.answer("enqueue", "--json", ...words, "--id", "a", "true"),
    await program.answer("show", "a"),
    await program.answer("--json", "show", "a"),
    await program.answer("--json", "list"),
    await program.answer("--json", "hold", "a"),
    await program.answer("--json", "schedule", "add", "daily", "@daily", ...words, "true"),
    await program.answer("--json", "schedule", "list"),
    await program.answer("--json", "schedule", "show", "daily"),
  ];
  for (const answer of answers) {
    assertEquals(answer.includes("hidden"), false, answer);
    assertMatch(answer, /seen/);
  }
  assertMatch(answers[1]!, /env +API_TOKEN=…\n/);
  assertEquals((await program.json("show", "a")).env.API_TOKEN, "…");
  assertMatch(await program.answer("show", "--secrets", "a"), /API_TOKEN=hidden1/);
  assertEquals((await program.json("show", "--secrets", "a")).env.db_password, "hidden2");
  assertMatch(await program.answer("show", "a"), /DB=postgres:\/\/me:…@host\/db/);
});

Deno.test("secret_names chooses which variables are secret, or none", async () => {
  await using program = new Program();
  await program.answer("enqueue", "-e", "API_TOKEN=1", "-e", "MINE=2", "--id", "a", "true");
  await program.answer("config", "set", "secret_names", "mi*, other");
  assertEquals((await program.json("show", "a")).env, { API_TOKEN: "1", MINE: "…" });
  await program.answer("config", "set", "secret_names", "none");
  assertEquals((await program.json("show", "a")).env, { API_TOKEN: "1", MINE: "2" });
});
