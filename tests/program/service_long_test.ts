import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isThere } from "../temporary_queue.ts";
import { type CallOptions, DENO_DIR, PROGRAM, Program } from "./program.ts";

/** A program whose service managers are stand-ins that note how they are called. */
function withStandIns(program: Program): {
  options: CallOptions;
  calls(): string[];
  fail(word: string): void;
} {
  const { home } = program;
  Deno.mkdirSync(`${home}/bin`);
  const standIns: Record<string, string> = {
    systemctl: `case "$*" in *" show "*) printf 'ActiveState=active\\nSubState=running\\n' &&
      printf 'MainPID=7\\nNRestarts=2\\nUnitFileState=enabled\\n';; esac`,
    loginctl: "echo Linger=no",
    launchctl: `case $1 in bootstrap) touch loaded;; bootout) rm loaded;;
      print) [ -e loaded ] && printf '\\tstate = running\\n\\tpid = 8\\n';; esac`,
    crontab: `case $1 in -l) [ -e tab ] && cat tab;; -) cat >tab;; esac`,
  };
  for (const [name, script] of Object.entries(standIns)) {
    const noting = `cd '${home}'; echo "${name} $*" >>calls; ` +
      `if [ -e fail ] && grep -qxF -- "$*" fail; then echo "no such luck" >&2; exit 1; fi`;
    Deno.writeTextFileSync(`${home}/bin/${name}`, `#!/bin/sh\n${noting}\n${script}\n`, {
      mode: 0o755,
    });
  }
  const env = {
    HOME: home,
    DENO_DIR,
    PATH: `${home}/bin:${PROGRAM[0]!.replace(/\/[^/]*$/, "")}:/usr/bin:/bin`,
    XDG_RUNTIME_DIR: home,
  };
  const calls = () => {
    const text = isThere(`${home}/calls`) ? Deno.readTextFileSync(`${home}/calls`) : "";
    if (text !== "") Deno.removeSync(`${home}/calls`);
    return text.split("\n").slice(0, -1);
  };
  return {
    options: { env },
    calls,
    fail: (words) => Deno.writeTextFileSync(`${home}/fail`, words),
  };
}

Deno.test("service install, status and uninstall by systemd: the unit of this queue, enabled, started, removed", async () => {
  await using program = new Program();
  const { options, calls, fail } = withStandIns(program);
  const call = (...args: string[]) => program.run(["service", ...args], options);

  const missing = await call("status");
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertMatch(missing.stderr, /^queuectl: no service of the queue \S+ is installed \(.*\)\n$/);

  calls();
  const install = await call("install", "--with", "systemd", "--count", "2", "--tag", "gpu");
  assertEquals(install.code, 0, install.stderr);
  assertStringIncludes(install.stderr, "loginctl enable-linger");
  const name = install.stdout.trim();
  const file = `${program.home}/.config/systemd/user/${name}.service`;
  const unit = Deno.readTextFileSync(file);
  assertStringIncludes(unit, "worker start --count 2 --finish-within 60s --tag gpu\n");
  assertStringIncludes(unit, `Environment=QUEUECTL_DIR=${program.dir}\n`);
  assertEquals(
    (await call("print", "--with", "systemd", "--count", "2", "--tag", "gpu")).stdout,
    unit,
  );
  assertEquals(calls().filter((line) => !/^(crontab|loginctl)/.test(line)), [
    "systemctl --user show --property=Version",
    "systemctl --user daemon-reload",
    `systemctl --user enable ${name}`,
    `systemctl --user restart ${name}`,
  ]);

  // The same once more: what runs is left alone.
  await call("install", "--with", "systemd", "--count", "2", "--tag", "gpu");
  assert(calls().includes(`systemctl --user start ${name}`));

  const status = await program.run(["service", "status", "--json"], options);
  assertEquals(JSON.parse(status.stdout), {
    ...{ name, manager: "systemd", scope: "user", file },
    ...{ running: true, state: "active (running)", pid: 7, restarts: 2, at_boot: false },
  });

  fail(`--user restart ${name}`);
  const failing = await call("install", "--with", "systemd", "--count", "3");
  assertEquals(failing.code, 1);
  assertMatch(
    failing.stderr,
    /is installed, but does not start; see: queuectl service logs --user\n$/,
  );

  calls();
  assertEquals((await call("uninstall")).stdout, `${name}\n`);
  assertEquals(isThere(file), false);
  assert(calls().includes(`systemctl --user disable --now ${name}`));
});

Deno.test("service install by launchd and by cron, and their end", async () => {
  await using program = new Program();
  const { options } = withStandIns(program);
  const call = (...args: string[]) => program.run(["service", ...args], options);

  const agent = await call("install", "--with", "launchd");
  assertEquals(agent.code, 0, agent.stderr);
  const plist = `${program.home}/Library/LaunchAgents/${agent.stdout.trim()}.plist`;
  assertStringIncludes(Deno.readTextFileSync(plist), "<plist");
  assertMatch((await call("status", "--with", "launchd")).stdout, /: running\n/);
  assertEquals((await call("uninstall", "--with", "launchd")).code, 0);
  assertEquals([isThere(plist), isThere(`${program.home}/loaded`)], [false, false]);

  Deno.writeTextFileSync(`${program.home}/tab`, "5 4 * * * mine\n");
  const line = await call("install", "--with", "cron");
  assertEquals(line.code, 0, line.stderr);
  const tab = Deno.readTextFileSync(`${program.home}/tab`).split("\n");
  assertEquals([tab.length, tab[0]], [3, "5 4 * * * mine"]);
  assertMatch(tab[1]!, /^@reboot .* # queuectl-\S+$/);
  assertEquals(`${tab[1]}\n`, (await call("print", "--with", "cron")).stdout);
  assertMatch((await call("status")).stdout, /: worker \S+\n/);
  const twice = await call("install", "--with", "systemd");
  assertEquals(twice.code, 1);
  assertStringIncludes(twice.stderr, "first: queuectl service uninstall --with cron");
  assertEquals((await call("uninstall")).code, 0);
  assertEquals(Deno.readTextFileSync(`${program.home}/tab`), "5 4 * * * mine\n");
});

Deno.test("the command in a unit starts the program, and no queue where there is none", async () => {
  await using program = new Program();
  const { options } = withStandIns(program);
  const { stdout } = await program.run(["service", "print", "--with", "cron"], options);
  const script = stdout.replace("@reboot ", "").replace(" --detach", " --drain");
  const start = () => program.shell(script, { env: { PATH: "/usr/bin:/bin" } });
  await program.answer("enqueue", "--id", "a", "command -v queuectl");
  assertEquals((await start()).code, 0);
  assertMatch(await program.answer("logs", "a"), /^\/.*\/queuectl$/);

  Deno.renameSync(program.dir, `${program.home}/elsewhere`);
  const { code, stderr } = await start();
  assertEquals([code, stderr], [
    1,
    `queuectl: there is no queue at ${program.dir}; is its disk mounted?\n`,
  ]);
  assertEquals(isThere(program.dir), false);
});

Deno.test("service refuses what makes no sense, with one sentence", async () => {
  await using program = new Program();
  const { options } = withStandIns(program);
  for (
    const words of [
      ["install", "--user", "--system"],
      ["install", "--with", "runit"],
      ["install", "--with", "cron", "--system"],
      ["install", "--count", "0"],
      ["install", "--finish-within", "soon"],
      ["install", "now"],
      ["--dir", `${program.home}/a\x1bb`, "print"],
    ]
  ) {
    const { code, stdout, stderr } = await program.run(["service", ...words], options);
    assertEquals([code, stdout], [2, ""], words.join(" "));
    assertMatch(stderr, /^queuectl: [^\n]+\n$/);
  }
});
