/**
 * What this process was given by whoever started it, without what `npx`, `deno task` and the runtime itself have
 * changed on the way: jobs get the user's environment, and the user's limit of open files.
 *
 * @module
 */

import { libc, pathBytes } from "../fs/libc.ts";

type Environment = Record<string, string>;

/** Tells a process the soft limit of open files that there was before the runtime raised it; jobs do not get it. */
export const LIMIT_VARIABLE = "QUEUECTL_NOFILE";

/** The usual soft limit of open files, where nothing tells the one that there was. */
const USUAL_LIMIT = 1024;

/** A process, as /proc shows it. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
}

/**
 * The environment that the user gave. A variable that this program has set itself keeps its value.
 *
 * Where /proc tells, it is the one that `npx` or `deno task` was started with, so a variable that both they and the
 * user set is as the user had it. Elsewhere what they are known to set is left out.
 */
export function userEnvironment(): Environment {
  const now = Deno.env.toObject();
  delete now[LIMIT_VARIABLE];
  const from = outermostLauncher();
  const [before, first] = from
    ? [environmentOf(from.pid), environmentOf("self")]
    : [undefined, undefined];
  return before && first ? undone(now, first, before) : withoutLauncher(now);
}

/** What of `now` was not `first` so is kept; all else is as it was `before`. */
export function undone(now: Environment, first: Environment, before: Environment): Environment {
  const kept: Environment = {};
  for (const [name, value] of Object.entries(now)) if (first[name] !== value) kept[name] = value;
  for (const [name, value] of Object.entries(before)) {
    if (name !== LIMIT_VARIABLE && now[name] === first[name]) kept[name] = value;
  }
  return kept;
}

/** An environment without what `npx` and `deno task` are known to set. */
export function withoutLauncher(environment: Environment): Environment {
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
 * The soft limit of open files that jobs are to have: the one that there was before the runtime raised its own.
 *
 * It is what $QUEUECTL_NOFILE says (`bin/queuectl` sets it), else that of the process that started the program;
 * else, if that one's hard limit is another, so that somebody set the limits in between, 1024 as usual.
 *
 * @returns `undefined` if jobs may as well have the limit that this process has.
 */
export function userOpenFiles(): number | undefined {
  const own = openFilesOf("self");
  if (own === undefined) return undefined;
  const told = Deno.env.get(LIMIT_VARIABLE) ?? "";
  const limit = /^\d{1,9}$/.test(told) ? Number(told) : limitBefore(own);
  return limit < own.soft ? limit : undefined;
}

function limitBefore(own: Limits): number {
  const first = outermostLauncher()?.parent ?? Deno.ppid;
  const before = openFilesOf(first);
  return before?.hard === own.hard ? before.soft : USUAL_LIMIT;
}

let launcher: Process | undefined | null = null;

/** The first of those that only pass on what they are given: `npx`, a shell of its, `deno task`. */
function outermostLauncher(): Process | undefined {
  // Asked once: it may end before this process does, and another get its number.
  if (launcher === null) launcher = findLauncher();
  return launcher;
}

function findLauncher(): Process | undefined {
  let outermost: Process | undefined;
  let at = processOf(Deno.ppid);
  if (at && isTask(at.words)) {
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

/** npm gives itself a title; before that it is a script of Node. */
function isNpx([program = "", script = ""]: readonly string[]): boolean {
  return /^(npm exec|npx)( |$)/.test(program) || /(^|\/)npx(-cli\.js)?$/.test(script);
}

function processOf(pid: number): Process | undefined {
  const stat = pid > 0 ? textOf(pid, "stat") : undefined;
  const words = stat && textOf(pid, "cmdline")?.split("\0");
  if (!words) return undefined;
  // The name, in parentheses, may have anything in it.
  const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid, parent: Number(parent), words };
}

/** What a process was started with: what it has changed itself is not seen. */
function environmentOf(pid: number | "self"): Environment | undefined {
  const text = textOf(pid, "environ");
  if (!text) return undefined;
  const environment: Environment = {};
  for (const entry of text.split("\0")) {
    const at = entry.indexOf("=");
    // Of one that is not UTF-8 the runtime knows nothing either.
    if (at > 0 && !entry.includes("\ufffd")) environment[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return environment;
}

interface Limits {
  readonly soft: number;
  readonly hard: number;
}

function openFilesOf(pid: number | "self"): Limits | undefined {
  const found = /^Max open files +(\d+) +(\d+) /m.exec(textOf(pid, "limits") ?? "");
  return found ? { soft: Number(found[1]), hard: Number(found[2]) } : undefined;
}

/** The runtime itself may not read in /proc short of all permissions. */
function textOf(pid: number | "self", name: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const path = `/proc/${pid}/${name}`;
  try {
    const c = libc();
    if (!c) return Deno.readTextFileSync(path);
    const fd = c.open(pathBytes(path), 0, 0);
    if (fd < 0) return undefined;
    try {
      return readAll((piece) => Number(c.read(fd, piece, BigInt(piece.length))));
    } finally {
      c.close(fd);
    }
  } catch {
    return undefined;
  }
}

function readAll(read: (piece: Uint8Array<ArrayBuffer>) => number): string {
  const decoder = new TextDecoder();
  const piece = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const length = read(piece);
    if (length <= 0) return text + decoder.decode();
    text += decoder.decode(piece.subarray(0, length), { stream: true });
  }
}
