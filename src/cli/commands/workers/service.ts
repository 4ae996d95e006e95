/**
 * `queuectl service install`, `print`, `status`, `logs` and `uninstall`: a worker that the machine
 * keeps running.
 *
 * @module
 */

import { userEnvironment } from "../../../process/launcher.ts";
import { notifiesItself } from "../../../process/service_notifier.ts";
import { cronLine } from "../../../service/cron_line.ts";
import { launchdPlist } from "../../../service/launchd_plist.ts";
import { refuseControls, type Service, serviceName } from "../../../service/service.ts";
import { systemdUnit } from "../../../service/systemd_unit.ts";
import type { Queue } from "../../../queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { quotedPath, visibleText } from "../../../text/shown_text.ts";
import { openOrMakeQueue, openQueue } from "../../args/open_queue.ts";
import { ownTags } from "../../args/worker_tags.ts";
import type { Invocation } from "../../table/command.ts";
import type { GivenOptions } from "../../table/option.ts";
import { note, print, printAnswer, printJson, printText, writeOut } from "../../terminal/output.ts";
import { ownCommandFolders, ownProgram } from "./own_program.ts";
import { cron } from "./service_cron.ts";
import { launchd, launchdLog } from "./service_launchd.ts";
import { ended, type ServiceManager } from "./service_manager.ts";
import { hasSystemd, systemd } from "./service_systemd.ts";
import { finishWithinOf } from "./worker_start.ts";

type Manager = ServiceManager["manager"];

/** How long jobs may go on when a service is stopped, unless it says otherwise, in seconds. */
export const FINISH_WITHIN = 60;

/** The soft limit of open files of jobs, as systemd has it: a worker raises its own. */
export const JOB_OPEN_FILES = "1024";

/** Installs the service and starts it; prints its name. */
export async function serviceInstall(call: Invocation): Promise<void> {
  const scope = scopeOf(call.options) ?? "user";
  const isRoot = Deno.uid() === 0;
  if (scope === "system" && !isRoot) {
    throw new QueueError("--system needs root; call it with sudo, or install your own with --user");
  }
  const queue = await (scope === "system" ? openAnyones(call) : openOrMakeQueue(call));
  const using = managerOf(call.options) ?? await managerHere();
  const { manager, service, text } = await plan(call, queue.dir, using, scope);
  for (const other of await installed(call, queue.dir)) {
    if (other.file === manager.file) continue;
    throw new QueueError(
      `${service.name} is installed already (${other.file}); first: queuectl service uninstall ` +
        (other.manager === "cron" ? "--with cron" : `--${other.scope}`),
    );
  }
  noteShortLife(service);
  await manager.install(text);
  const { name } = service;
  const answer = { name, manager: using, scope, file: manager.file };
  printAnswer(call.json, answer, name);
  const advice = await manager.advice();
  if (advice !== undefined) note(advice);
}

/** Prints what {@linkcode serviceInstall} would write. */
export async function servicePrint(call: Invocation): Promise<void> {
  const { dir } = locateQueue(call.dir);
  const using = managerOf(call.options) ?? await managerHere().catch(() => "systemd" as const);
  const { manager, service, text } = await plan(call, dir, using, scopeOf(call.options) ?? "user");
  if (call.json) printJson({ name: service.name, file: manager.file, text });
  else writeOut(new TextEncoder().encode(text));
  noteShortLife(service);
}

/** Prints how the service is; exits with 1 if it does not run. */
export async function serviceStatus(call: Invocation): Promise<number> {
  const { name, manager } = await theInstalled(call);
  const status = await manager.status();
  const { running, state, pid, restarts, at_boot } = status;
  const { manager: using, scope, file } = manager;
  if (call.json) printJson({ name, manager: using, scope, file, ...status });
  else {
    printText([
      `${name}: ${visibleText(state)}`,
      `written in  ${visibleText(file)}`,
      ...(pid === undefined ? [] : [`process     ${pid}`]),
      ...(restarts === undefined ? [] : [`restarts    ${restarts}`]),
      `at boot     ${at_boot ? "it starts" : "it does not start"}`,
    ].join("\n"));
    const advice = await manager.advice();
    if (advice !== undefined) note(advice);
  }
  return running ? 0 : 1;
}

/** Shows what the worker of the service has said. */
export async function serviceLogs(call: Invocation): Promise<number> {
  const lines = call.options.whole("tail", 0, Number.MAX_SAFE_INTEGER) ?? 100;
  const { manager } = await theInstalled(call);
  return await manager.logs(lines, call.options.has("follow"));
}

/** Stops the service, and removes it. */
export async function serviceUninstall(call: Invocation): Promise<void> {
  const { name, manager } = await theInstalled(call);
  await manager.uninstall();
  if (call.json) printJson({ name, file: manager.file });
  else print(name);
  if (manager.manager === "cron") {
    note("a worker that runs goes on; to stop it: queuectl worker stop");
  }
}

/** Opens the queue of a service whose worker runs as the queue's owner; makes none for another. */
async function openAnyones(call: Invocation): Promise<Queue> {
  return await isOwn(locateQueue(call.dir).dir)
    ? await openOrMakeQueue(call)
    : await openQueue({ ...call, ofAnyUser: true });
}

/** Whether a queue is this user's, or would be: where there is none. */
async function isOwn(dir: string): Promise<boolean> {
  return await Deno.stat(dir).then(({ uid }) => uid === Deno.uid(), () => true);
}

function scopeOf(options: GivenOptions): "user" | "system" | undefined {
  if (options.has("user") && options.has("system")) {
    throw new UsageError("--user and --system say opposite things; remove one of them");
  }
  return options.has("user") ? "user" : options.has("system") ? "system" : undefined;
}

function managerOf(options: GivenOptions): Manager | undefined {
  const word = options.text("with");
  if (word === undefined || word === "systemd" || word === "launchd" || word === "cron") {
    return word;
  }
  throw new UsageError(`--with must be systemd, launchd or cron, not "${word}"`);
}

/** @throws {QueueError} If no service manager is here. */
async function managerHere(): Promise<Manager> {
  if (Deno.build.os === "darwin") return "launchd";
  if (hasSystemd()) return "systemd";
  if (await ended("crontab", ["-l"]).catch(() => undefined)) return "cron";
  throw new QueueError(
    "neither systemd nor cron runs here; start a worker by what starts your programs: queuectl " +
      "worker start",
  );
}

/** The service of a queue, what manages it, and what is written for it. */
async function plan(call: Invocation, dir: string, using: Manager, scope: "user" | "system") {
  if (using === "cron" && scope === "system") {
    throw new UsageError("cron starts the worker of a user only; leave out --system");
  }
  const { options } = call;
  const finishWithin = finishWithinOf(options) ?? FINISH_WITHIN;
  const count = options.whole("count", 1, 1024);
  const tags = ownTags(options);
  const words = [
    ...(count === undefined ? [] : ["--count", String(count)]),
    ...["--finish-within", `${finishWithin}s`],
    ...(tags.length > 0 ? ["--tag", tags.join(",")] : []),
  ];
  const name = await serviceName(dir);
  const program = ownProgram(await lastingDeno());
  const service: Service = {
    name,
    dir,
    words: [...program, "worker", "start", ...words, ...(using === "cron" ? ["--detach"] : [])],
    environment: await jobEnvironment(scope === "system" && !await isOwn(dir)),
    finishWithin,
    ...(scope === "system" && { user: await ownerOf(dir) }),
  };
  for (const text of [...service.words, ...Object.values(service.environment)]) {
    refuseControls(text, `"${visibleText(text)}"`);
  }
  const manager = using === "cron"
    ? cron(name, () => openQueue(call), words)
    : { systemd, launchd }[using](name, scope);
  const text = using === "systemd"
    ? systemdUnit(service, { byProgram: !notifiesItself() })
    : using === "launchd"
    ? launchdPlist(service, launchdLog(name, scope))
    : `${cronLine(service)}\n`;
  return { service, manager, text };
}

/** The user that a queue belongs to: its name, or its number if it has none. */
async function ownerOf(dir: string): Promise<string> {
  const owner = await Deno.stat(dir).then(({ uid }) => uid, () => Deno.uid());
  const { success, stdout } = await ended("id", ["-un", String(owner)]);
  return success ? stdout.trim() : String(owner);
}

/** The variables that jobs get from who installs the service, beside those of its manager. */
const KEPT_BY_ALL = ["TZ", "LANG", "LC_ALL"];

/** Those that name folders of the one who installs it. */
const KEPT = ["DENO_DIR", "XDG_CACHE_HOME"];

/** What another user's jobs get: the folders of the one who installs may be closed to them. */
const ANYONES_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** @param ofAnother Whether the jobs are another user's than who installs the service. */
async function jobEnvironment(ofAnother: boolean): Promise<Record<string, string>> {
  const environment = userEnvironment();
  const path = (ofAnother ? ANYONES_PATH : environment.PATH ?? "/usr/local/bin:/usr/bin:/bin")
    .split(":");
  // Its script needs the runtime that the service itself starts.
  if (ofAnother && await firstIn(path, "deno") === undefined && !Deno.build.standalone) {
    path.push((await lastingDeno()).replace(/\/[^/]*$/, ""));
  }
  if (await firstIn(path, "queuectl") === undefined) {
    const own = await firstIn(ownCommandFolders(), "queuectl");
    if (own !== undefined) path.unshift(own.replace(/\/queuectl$/, ""));
    else note("jobs will not find queuectl: $PATH has none; link it there, and install again");
  }
  const names = ofAnother ? KEPT_BY_ALL : [...KEPT_BY_ALL, ...KEPT];
  const kept = names.flatMap((name) => environment[name] ? [[name, environment[name]]] : []);
  return { PATH: path.join(":"), ...Object.fromEntries(kept), QUEUECTL_NOFILE: JOB_OPEN_FILES };
}

/** The path of the first program of a name in some folders. */
async function firstIn(folders: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const stat = await Deno.stat(`${folder}/${name}`).catch(() => undefined);
    if (folder.startsWith("/") && stat?.isFile && (stat.mode ?? 0) & 0o111) {
      return `${folder}/${name}`;
    }
  }
}

/** The runtime by the name that stays when it is upgraded, if $PATH has it. */
async function lastingDeno(): Promise<string> {
  const own = Deno.execPath();
  const found = await firstIn((userEnvironment().PATH ?? "").split(":"), "deno");
  const real = found && await Deno.realPath(found).catch(() => undefined);
  return found && real === own ? found : own;
}

/** Notes that a program is where npm may remove it. */
function noteShortLife({ words }: Service): void {
  const word = words.find((word) => word.includes("/_npx/"));
  if (word === undefined) return;
  note(
    `the service starts ${quotedPath(word)}, which npm may remove; install it for good instead: ` +
      "npm install -g",
  );
}

/** The services of a queue that are installed, as the options choose, the user's own first. */
async function installed(call: Invocation, dir: string): Promise<ServiceManager[]> {
  const name = await serviceName(dir);
  const isMac = (managerOf(call.options) ?? Deno.build.os).match(/launchd|darwin/) !== null;
  const own = isMac ? launchd : systemd;
  const all = [own(name, "user"), own(name, "system"), cron(name, () => openQueue(call), [])];
  const are = await Promise.all(all.map((each) => each.isInstalled().catch(() => false)));
  return all.filter((_, at) => are[at]);
}

/** @throws {QueueError} If none is installed. */
async function theInstalled(call: Invocation): Promise<{ name: string; manager: ServiceManager }> {
  const { dir } = locateQueue(call.dir);
  const scope = scopeOf(call.options);
  const using = managerOf(call.options);
  const [manager] = (await installed(call, dir)).filter((each) =>
    (scope === undefined || each.scope === scope) && (using === undefined || each.manager === using)
  );
  if (manager) return { name: await serviceName(dir), manager };
  throw new QueueError(
    `no service of the queue ${dir} is installed (to install one: queuectl service install)`,
  );
}
