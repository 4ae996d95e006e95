import { assertEquals, assertMatch } from "@std/assert";
import { Program } from "./program.ts";

const CRONTAB = `MAILTO=me
GREETING=hello
30 2 * * *  cat; echo "$GREETING"%one%two
@hourly     /opt/sync.sh
`;

Deno.test("schedule import adds a schedule for each line of a crontab, which runs as cron runs it", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["schedule", "import", "-"], {
    stdin: CRONTAB,
  });
  assertEquals([code, stdout], [0, "cat\nsync\n"]);
  assertMatch(stderr, /^queuectl: stdin, line 1: MAILTO is not supported; .*\n$/);
  await program.answer("schedule", "run", "cat");
  await program.drain();
  const [{ id }] = await program.json("list");
  assertEquals(await program.answer("logs", id), "one\ntwo\nhello");
});

Deno.test("schedule import imports nothing if a line cannot be taken or a name is taken", async () => {
  await using program = new Program();
  const path = `${program.home}/crontab`;
  Deno.writeTextFileSync(path, `${CRONTAB}61 * * * * late\n@often never\n@reboot never\n`);
  const bad = await program.run(["schedule", "import", path]);
  assertEquals([bad.code, bad.stdout], [2, ""]);
  assertMatch(bad.stderr, /line 6: @often is not supported\n/);
  assertMatch(bad.stderr, /line 5: .*minute must be 0 to 59, not "61"/);
  assertMatch(bad.stderr, /line 7: @reboot is skipped; /);
  assertMatch(bad.stderr, /2 lines cannot be taken; nothing was imported \(.*--skip-bad\)/);
  assertEquals(program.names("").includes("schedules"), false);
  const rest = await program.run(["schedule", "import", "--skip-bad", "--dry-run", "--json", path]);
  assertEquals([rest.code, JSON.parse(rest.stdout).length], [0, 2]);
  assertMatch(rest.stderr, /line 6: @often is not supported\n/);
  const none = await program.run(["schedule", "import", "-"], { stdin: "" });
  assertEquals([none.code, none.stdout], [0, ""]);
  assertMatch(none.stderr, /^queuectl: stdin has no line that makes a schedule; .*\n$/);

  await program.answer("schedule", "add", "sync", "@daily", "true");
  Deno.writeTextFileSync(path, CRONTAB);
  const taken = await program.run(["schedule", "import", path]);
  assertEquals(taken.code, 1);
  assertMatch(taken.stderr, /schedules exist already: sync; replace them with --replace/);
  assertEquals((await program.json("schedule", "list")).length, 1);
  assertEquals(await program.answer("schedule", "import", "--replace", path), "cat\nsync");
  assertEquals((await program.json("schedule", "show", "sync")).when, "@hourly");
});

Deno.test("schedule import --dry-run shows the schedules and makes no queue", async () => {
  await using program = new Program({ withQueue: false });
  const path = `${program.home}/crontab`;
  Deno.writeTextFileSync(path, "CRON_TZ=UTC\n@daily date +\\%F\n");
  const { code, stdout } = await program.run(["schedule", "import", "--dry-run", path]);
  assertEquals([code, stdout], [
    0,
    "NAME\tWHEN\tZONE\tCOMMAND\ndate\t@daily\tUTC\tdate +%F\n",
  ]);
  assertEquals([...Deno.readDirSync(program.home)].map(({ name }) => name), ["crontab"]);
});
