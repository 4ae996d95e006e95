import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cronRuns } from "../../src/cli/commands/workers/service_cron.ts";
import { testWith } from "../left_out.ts";
import { eventually, isThere, temporaryDirectory } from "../temporary_queue.ts";
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

Deno.test("another line of cron replaces the worker that runs; the same one, and a user's, leave it", async () => {
  await using program = new Program();
  const { options } = withStandIns(program);
  const install = (...args: string[]) =>
    program.run(["service", "install", "--with", "cron", ...args], options);
  const workers = async () => await program.json("worker", "list");
  const named = (await install("--count", "1")).stdout.trim();
  const [first] = await workers();
  assertEquals((await install("--count", "1")).stdout.trim(), named);
  assertEquals((await workers()).map(({ name }: { name: string }) => name), [first.name]);

  const again = await install("--count", "5");
  assertStringIncludes(again.stderr, `worker ${first.name} finishes its jobs and exits; `);
  await eventually("one worker of five slots is left", async () => {
    const all = await workers();
    return all.length === 1 && all[0].slots === 5;
  });

  // Of two it is not known which one cron started.
  await program.answer("worker", "start", "--detach");
  assertStringIncludes(
    (await install("--count", "2")).stderr,
    "call this again after: queuectl worker stop\n",
  );
  assertEquals((await workers()).length, 2);

  const own = `#@reboot QUEUECTL_DIR=/x worker start >/dev/null # ${named}`;
  const tab = `${program.home}/tab`;
  Deno.writeTextFileSync(tab, `${own}\n\n5 4 * * * mine # ${named}\n${Deno.readTextFileSync(tab)}`);
  await program.run(["service", "uninstall", "--with", "cron"], options);
  assertEquals(Deno.readTextFileSync(tab), `${own}\n\n5 4 * * * mine # ${named}\n`);
  await program.answer("worker", "stop");
});

Deno.test("a crontab that cannot be read is not replaced", async () => {
  await using program = new Program();
  const { options, fail } = withStandIns(program);
  Deno.writeTextFileSync(`${program.home}/tab`, "5 4 * * * mine\n");
  fail("-l");
  const { code, stderr } = await program.run(["service", "install", "--with", "cron"], options);
  assertEquals([code, stderr], [1, "queuectl: crontab -l failed: no such luck\n"]);
  assertEquals(Deno.readTextFileSync(`${program.home}/tab`), "5 4 * * * mine\n");
});

Deno.test("a cron daemon is seen by its name, or by its file where processes are hidden", async () => {
  await using machine = await temporaryDirectory();
  const place = (path: string, text: string) => {
    Deno.mkdirSync(`${machine.path}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${machine.path}/${path}`, text);
  };
  place("run/crond.pid", "");
  assertEquals(await cronRuns(machine.path), false);
  place("run/crond.pid", "7\n");
  assertEquals(await cronRuns(machine.path), true);
  // A file that a daemon left.
  place("proc/1/comm", "init\n");
  assertEquals(await cronRuns(machine.path), false);
  place("proc/8/comm", "crond\n");
  assertEquals(await cronRuns(machine.path), true);
});

testWith(
  Deno.uid() === 0 ? undefined : "only root can give files away",
  "a unit of another user's queue has no folder of who installs it in its PATH",
  async () => {
    await using program = new Program();
    const { options } = withStandIns(program);
    await program.answer("list");
    Deno.chownSync(program.dir, 12345, null);
    const { stdout } = await program.run(
      ["service", "print", "--with", "systemd", "--system"],
      options,
    );
    const [, path] = /^Environment=PATH=(.*)$/m.exec(stdout)!;
    assertStringIncludes(path!, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    assertEquals(path!.split(":").filter((each) => each.startsWith(program.home)), []);
    assertStringIncludes(stdout, "\nUser=12345\n");
  },
);

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
