/**
 * The life of a service in real systemd: installed by a user and for the machine, started at boot,
 * reloaded, stopped while jobs run, killed, hung, without its queue, and uninstalled, and a line of
 * cron; from paths
 * that only exact quoting survives.
 *
 *     deno task service-trial
 *
 * Exits with 0 if all is so, or if no container can be booted here, which it says; else with 1.
 *
 * @module
 */

import { answer, BootedMachine, until } from "./booted_machine.ts";

const ROOT = new URL("../", import.meta.url);

/** Part of every path: everything that some quoting has a meaning for. */
const ODD = `a b "c" 'd' %h %% $HOME \${x} \\n ✓`;

const CRON = `/srv/cron ${ODD}\nand\tmore`;
const QUEUE = `/home/ana/${ODD}/queue`, SHARED = `/srv/${ODD}`;
const PROGRAM = `/opt/${ODD}`;

const made = await BootedMachine.make();
if (typeof made === "string") {
  console.log(`skipped: ${made}`);
  Deno.exit(0);
}
await using machine = made;
const { root } = machine;

/** What has been seen. */
function seen(what: string): void {
  console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

function check(what: string, holds: boolean, but: unknown): void {
  if (!holds) throw new Error(`not so: ${what}, but: ${JSON.stringify(but)}`);
  seen(what);
}

/** Calls queuectl in the machine as a user. */
async function call(user: string, dir: string, ...words: string[]) {
  const program = [`${PROGRAM}/deno`, "run", "-A", "--quiet", `${PROGRAM}/main.js`];
  return await machine.runAs(user, ...program, "--dir", dir, ...words);
}

async function told(user: string, dir: string, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(user, dir, ...words);
  if (code !== 0) throw new Error(`queuectl ${words.join(" ")} exited with ${code}: ${stderr}`);
  return stdout.trim();
}

async function json(user: string, dir: string, ...words: string[]) {
  return JSON.parse(await told(user, dir, "--json", ...words));
}

const state = async (id: string, dir = QUEUE) => (await json("ana", dir, "show", id)).state;

const status = async () =>
  JSON.parse((await call("ana", QUEUE, "--json", "service", "status")).stdout);

/** Waits until the service of ana's queue runs in another process than before. */
const restarted = (before: number) =>
  until("another worker runs", async () => {
    const now = await status();
    return now.running && now.pid !== before && now;
  });

async function systemctl(...words: string[]): Promise<string> {
  const env = "XDG_RUNTIME_DIR=/run/user/1234";
  const { code, stdout, stderr } = await machine.runAs(
    "ana",
    "env",
    env,
    "systemctl",
    "--user",
    ...words,
  );
  if (code !== 0) throw new Error(`systemctl ${words.join(" ")}: ${stderr}`);
  return stdout.trim();
}

async function prepare(): Promise<void> {
  await answer("chroot", root, "useradd", "--create-home", "--uid", "1234", "ana");
  const bundle = new URL("tools/bundle/", ROOT).pathname;
  await answer(
    ...[
      Deno.execPath(),
      "run",
      "-A",
      "--config",
      `${bundle}deno.json`,
      `${bundle}main.ts`,
    ] as const,
    root + PROGRAM,
  );
  Deno.copyFileSync(Deno.execPath(), `${root}${PROGRAM}/deno`);
  Deno.chmodSync(`${root}${PROGRAM}/deno`, 0o755);
  for (const path of [QUEUE, SHARED, CRON]) {
    Deno.mkdirSync(root + path, { recursive: true, mode: 0o755 });
  }
  await answer("chroot", root, "chown", "-R", "ana:", "/home/ana", SHARED, CRON);
  await answer("chroot", root, "chmod", "700", QUEUE, SHARED, CRON);
  seen("queuectl lies in the machine");
}

async function installs(): Promise<string> {
  await told("ana", QUEUE, "config", "set", "worker_count", "1");
  const alone = await call("ana", QUEUE, "service", "install");
  check(
    "a user without a systemd is told so in a sentence",
    alone.code === 1 && /^queuectl: your own systemd does not answer [^\n]+\n$/.test(alone.stderr),
    alone,
  );
  await machine.run("loginctl", "enable-linger", "ana");
  await until(
    "ana has a systemd",
    async () =>
      (await machine.run("systemctl", "is-active", "user@1234")).stdout.trim() === "active",
  );
  const install = await call("ana", QUEUE, "service", "install", "--finish-within", "2s");
  check(
    "it is installed, and nothing is left to say",
    install.code === 0 && install.stderr === "",
    install,
  );
  const name = install.stdout.trim();
  const now = await status();
  check("it runs, and starts at boot", now.running && now.at_boot && now.restarts === 0, now);
  return name;
}

async function runsJobs(): Promise<void> {
  const job =
    'env | grep -E "^(NOTIFY_SOCKET|WATCHDOG)"; ulimit -Sn; queuectl enqueue --id inner true';
  await told("ana", QUEUE, "enqueue", "--id", "outer", job);
  await until(
    "a job adds a job",
    async () => (await call("ana", QUEUE, "show", "inner")).code === 0,
  );
  await until("it is done", async () => await state("inner") === "done");
  const log = await told("ana", QUEUE, "logs", "outer");
  check("a job finds queuectl, and nothing of systemd's", log === "1024\ninner", log);
}

async function reloads(name: string): Promise<void> {
  await told("ana", QUEUE, "enqueue", "--id", "long", "sleep 1000");
  await until("it runs", async () => await state("long") === "processing");
  await told("ana", QUEUE, "config", "set", "worker_count", "3");
  await systemctl("reload", name);
  await until(
    "it has three slots",
    async () => (await json("ana", QUEUE, "worker", "list"))[0]?.slots === 3,
  );
  check(
    "reload brings a new worker_count, and stops no job",
    await state("long") === "processing",
    "",
  );
}

async function stops(name: string): Promise<void> {
  await told("ana", QUEUE, "enqueue", "--id", "short", "sleep 1");
  await until("both run", async () => await state("short") === "processing");
  await systemctl("stop", name);
  const [short, long] = [
    await json("ana", QUEUE, "show", "short"),
    await json("ana", QUEUE, "show", "long"),
  ];
  check("stop lets the short job finish", short.state === "done", short);
  check(
    "and puts the long one back, free of charge",
    long.state === "pending" && long.attempts === 0,
    long,
  );
  const left = await machine.run("pgrep", "-u", "ana", "-f", "sleep 1000|main.js");
  check("nothing of it is left", left.stdout === "", left);
  await systemctl("start", name);
}

async function isKilled(): Promise<void> {
  await until("the long job runs again", async () => await state("long") === "processing");
  const { pid } = await status();
  await machine.run("kill", "-9", String(pid));
  const { restarts } = await restarted(pid);
  check("a worker that is killed is started again", restarts === 1, restarts);
  await until("its job is taken over", async () => {
    const { attempts, state } = await json("ana", QUEUE, "show", "long");
    return attempts === 1 && state === "processing";
  });
}

async function hangs(name: string): Promise<void> {
  const folder = `/home/ana/.config/systemd/user/${name}.service.d`;
  await machine.runAs(
    "ana",
    "sh",
    "-c",
    'mkdir -p "$0" && printf "[Service]\\nWatchdogSec=3\\n" >"$0/w.conf"',
    folder,
  );
  await systemctl("daemon-reload");
  await systemctl("restart", name);
  const { pid } = await status();
  // Longer than the watchdog waits.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const same = await status();
  check("a worker that only waits feeds its watchdog", same.pid === pid && same.running, same);
  await machine.run("kill", "-STOP", String(pid));
  await restarted(pid);
  const stdout = await told("ana", QUEUE, "service", "logs");
  check(
    "one that hangs is killed by it, and started again",
    /watchdog/i.test(stdout),
    stdout.slice(-2000),
  );
  await machine.run("rm", "-r", folder);
  await systemctl("daemon-reload");
}

async function losesItsQueue(name: string): Promise<void> {
  await systemctl("stop", name);
  await machine.runAs("ana", "mv", QUEUE, `${QUEUE}-away`);
  const { pid } = await status();
  await machine.runAs(
    "ana",
    "env",
    "XDG_RUNTIME_DIR=/run/user/1234",
    "systemctl",
    "--user",
    "restart",
    name,
  );
  const made = await machine.runAs("ana", "test", "-e", QUEUE);
  check("without its queue it makes none", made.code !== 0, made);
  await machine.runAs("ana", "mv", `${QUEUE}-away`, QUEUE);
  await restarted(pid ?? 0);
  seen("it starts once its queue is back");
}

async function ofTheMachine(): Promise<string> {
  await told("ana", SHARED, "config", "set", "worker_count", "2");
  const install = await machine.run(
    ...["env", "-i", "HOME=/root", "PATH=/usr/bin:/bin", `${PROGRAM}/deno`, "run", "-A", "--quiet"],
    ...[`${PROGRAM}/main.js`, "--other-user", "--dir", SHARED, "service", "install", "--system"],
  );
  check("root installs a service of the machine", install.code === 0, install);
  await told("ana", SHARED, "enqueue", "--id", "who", "id -un; pwd");
  await until("its job is done", async () => await state("who", SHARED) === "done");
  const log = await told("ana", SHARED, "logs", "who");
  check("it runs as the owner of the queue", log.split("\n")[0] === "ana", log);
  return install.stdout.trim();
}

/** The last settings that docs/service.md proposes. */
async function isHardened(name: string): Promise<void> {
  const page = Deno.readTextFileSync(new URL("docs/service.md", ROOT));
  const [, settings] = page.split("```ini\n").at(-1)!.match(/^([^]*?)```/)!;
  const folder = `/etc/systemd/system/${name}.service.d`;
  await machine.run("mkdir", "-p", folder);
  Deno.writeTextFileSync(`${root}${folder}/hard.conf`, settings!.replace("/srv/jobs", "/srv"));
  await machine.run("systemctl", "daemon-reload");
  const restart = await machine.run("systemctl", "restart", name);
  const job = "grep NoNewPrivs /proc/self/status; touch /usr/x 2>&1; true";
  await told("ana", SHARED, "enqueue", "--id", "hard", job);
  await until("its job is done", async () => await state("hard", SHARED) === "done");
  const log = await told("ana", SHARED, "logs", "hard");
  check("it also works with all that docs/service.md proposes", /NoNewPrivs:\s*1/.test(log), [
    restart,
    log,
  ]);
}

/** Whether there is a cron to install a line in. */
async function cronStarts(): Promise<boolean> {
  if ((await machine.run("systemctl", "enable", "cron")).code !== 0) {
    seen("the line of cron is left out: there is no cron");
    return false;
  }
  const install = await call("ana", CRON, "service", "install", "--with", "cron");
  check("a line of cron is installed", install.code === 0, install);
  const workers = await json("ana", CRON, "worker", "list");
  check("a worker is started for it", workers.length === 1, workers);
  return true;
}

async function bootsAgain(name: string, hasCron: boolean): Promise<void> {
  await machine.shutDown();
  seen("the machine is shut down");
  await machine.boot();
  await until("both run after a boot", async () => {
    const { stdout } = await machine.run("systemctl", "is-active", name);
    return stdout.trim() === "active" && (await status()).running;
  });
  seen("both services run after a boot, with nobody logged in");
  if (hasCron) {
    await until("cron has started a worker", async () => {
      const workers = await json("ana", CRON, "worker", "list");
      return workers.length === 1;
    });
    seen("cron too has started its worker");
    await told("ana", CRON, "service", "uninstall");
    await told("ana", CRON, "worker", "stop");
    const tab = await machine.runAs("ana", "crontab", "-l");
    check("its line is removed", !tab.stdout.includes("queuectl"), tab);
  }
  await told("ana", QUEUE, "enqueue", "--id", "after-boot", "true");
  await until("its job is done", async () => await state("after-boot") === "done");
}

async function areUninstalled(name: string, ofMachine: string): Promise<void> {
  await told("ana", QUEUE, "worker", "stop", "--now");
  await until("it is inactive", async () => !(await status()).running);
  seen("queuectl worker stop lasts");
  await systemctl("start", name);
  await told("ana", QUEUE, "service", "uninstall");
  const unit = await machine.runAs("ana", "test", "-e", `.config/systemd/user/${name}.service`);
  const gone = await call("ana", QUEUE, "service", "status");
  check("it is uninstalled", unit.code !== 0 && gone.code === 1, [unit, gone]);
  const program = ["env", "-i", "HOME=/root", "PATH=/usr/bin:/bin", `${PROGRAM}/deno`, "run", "-A"];
  const words = [`${PROGRAM}/main.js`, "--dir", SHARED, "service", "uninstall"];
  const end = await machine.run(...program, "--quiet", ...words);
  check("that of the machine too", end.code === 0 && end.stdout.trim() === ofMachine, end);
  const left = await machine.run("pgrep", "-f", "main.js");
  check("no worker is left", left.stdout === "", left);
}

await prepare();
await machine.boot();
seen("systemd is process 1");
const name = await installs();
await runsJobs();
await reloads(name);
await stops(name);
await isKilled();
await hangs(name);
await losesItsQueue(name);
const ofMachine = await ofTheMachine();
await isHardened(ofMachine);
await bootsAgain(ofMachine, await cronStarts());
await areUninstalled(name, ofMachine);
console.log("a service lives as docs/service.md says");
