/**
 * The environment and the limit of open files that the user gave, without the changes by `npx`,
 * `deno task` and the runtime: jobs get these.
 *
 * @module
 */

import { readProc } from "../fs/proc.ts";

export { mayUseLibraries } from "../fs/libc.ts";

type Environment = Record<string, string>;

/**
 * The variable with the soft limit of open files before the runtime raised it; jobs do not get the
 * variable.
 */
export const LIMIT_VARIABLE = "QUEUECTL_NOFILE";

/** The usual soft limit of open files, where the original one is unknown. */
const USUAL_LIMIT = 1024;

/** A process, as /proc describes it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/**
 * The user's environment, with the variables that this program has set itself.
 *
 * Where /proc can be read, it is the environment that `npx` or `deno task` was started with.
 * Elsewhere it is this process's, without the variables that they are known to set.
 */
export function userEnvironment(): Environment {
  const now = Deno.env.toObject();
  delete now[LIMIT_VARIABLE];
  const from = outermostLauncher();
  const [before, first] = from
    ? [environmentOf(from.pid), environmentOf("self")]
    : [undefined, undefined];
  return before && first ? undoLauncher(now, first, before) : stripLauncher(now);
}

/** `before`, with each variable that differs between `first` and `now`: this program has set it. */
export function undoLauncher(
  now: Environment,
  first: Environment,
  before: Environment,
): Environment {
  const kept: Environment = {};
  for (const [name, value] of Object.entries(now)) if (first[name] !== value) kept[name] = value;
  for (const [name, value] of Object.entries(before)) {
    if (name !== LIMIT_VARIABLE && now[name] === first[name]) kept[name] = value;
  }
  return kept;
}

/** An environment without the variables that `npx` and `deno task` are known to set. */
export function stripLauncher(environment: Environment): Environment {
  const npx = environment.npm_command === "exec";
  const task = npx || environment.npm_config_user_agent?.startsWith("deno/");
  if (!task) return environment;
  const { INIT_CWD: _, NODE, "?": __, npm_config_user_agent: ___, ...kept } = environment;
  if (!npx) return NODE === undefined ? kept : { ...kept, NODE };
  for (const name of Object.keys(kept)) if (name.startsWith("npm_")) delete kept[name];
  const path = kept.PATH?.split(":") ?? [];
  const own = path.findLastIndex((entry) => /\/(node_modules\/\.bin|node-gyp-bin)$/.test(entry));
  if (own >= 0) kept.PATH = path.slice(own + 1).join(":");
  return kept;
}

/**
 * The soft limit of open files for jobs: the one before the runtime raised it.
 *
 * It is $QUEUECTL_NOFILE (set by `bin/queuectl`), else the limit of the process that started this
 * program; or 1024 if that process's hard limit differs, as the limits were changed in between.
 *
 * @returns `undefined` if this process's own limit will do.
 */
export function userOpenFiles(): number | undefined {
  const own = openFilesOf("self");
  if (own === undefined) return undefined;
  const given = Deno.env.get(LIMIT_VARIABLE) ?? "";
  const limit = /^\d{1,9}$/.test(given) ? Number(given) : limitBefore(own);
  return limit < own.soft ? limit : undefined;
}

function limitBefore(own: Limits): number {
  const first = outermostLauncher()?.parent ?? Deno.ppid;
  const before = openFilesOf(first);
  return before?.hard === own.hard ? before.soft : USUAL_LIMIT;
}

let launcher: Process | undefined | null = null;

/** The first of the chain of launchers: `npx`, its shell, `deno task`, the npm package's script. */
function outermostLauncher(): Process | undefined {
  // Asked once: it may end before this process, and another get its number.
  if (launcher === null) launcher = findLauncher();
  return launcher;
}

function findLauncher(): Process | undefined {
  let outermost: Process | undefined;
  let at = processOf(Deno.ppid);
  if (at && (isTask(at.words) || isScript(at.words))) {
    outermost = at;
    at = processOf(at.parent);
  }
  if (at && /(^|\/)(ba|da|z|k)?sh$/.test(at.words[0]!) && at.words[1] === "-c") {
    at = processOf(at.parent);
  }
  return at && isNpx(at.words) ? at : outermost;
}

function isTask([program = "", ...words]: readonly string[]): boolean {
  return /(^|\/)deno$/.test(program) && words.find((word) => !word.startsWith("-")) === "task";
}

/** The script by which the npm package starts Deno. */
function isScript([program = "", script = ""]: readonly string[]): boolean {
  return /(^|\/)node$/.test(program) && /(^|\/)queuectl(\.js)?$/.test(script);
}

/** npm changes its title after it has started as a script of Node. */
function isNpx([program = "", script = ""]: readonly string[]): boolean {
  return /^(npm exec|npx)( |$)/.test(program) || /(^|\/)npx(-cli\.js)?$/.test(script);
}

function processOf(pid: number): Process | undefined {
  const stat = pid > 0 ? readProc(pid, "stat") : undefined;
  const words = stat && readProc(pid, "cmdline")?.split("\0");
  if (!words) return undefined;
  // The name in parentheses may contain anything.
  const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), words };
}

/** The environment that a process was started with, without its own changes. */
export function environmentOf(pid: number | "self"): Environment | undefined {
  const text = readProc(pid, "environ");
  if (!text) return undefined;
  const environment: Environment = {};
  for (const entry of text.split("\0")) {
    const at = entry.indexOf("=");
    // The runtime does not see an entry that is not UTF-8 either.
    if (at > 0 && !entry.includes("\ufffd")) environment[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return environment;
}

interface Limits {
  readonly soft: number;
  readonly hard: number;
}

function openFilesOf(pid: number | "self"): Limits | undefined {
  const found = /^Max open files +(\d+) +(\d+) /m.exec(readProc(pid, "limits") ?? "");
  return found ? { soft: Number(found[1]), hard: Number(found[2]) } : undefined;
}

/**
 * Whether a shell could bring this program back after it stopped: the terminal was not opened for
 * it alone.
 */
export function isJobOfShell(): boolean {
  const stat = readProc("self", "stat");
  if (stat === undefined) return Deno.build.os !== "linux";
  // Behind the name in parentheses, which may contain anything.
  const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group !== session;
}
