/**
 * Doubts the tests, those of crashes most: plants bugs in a copy of the sources, one at a time, and
 * shows that each is caught.
 *
 *     deno task planted-bugs [NAME…]
 *
 * Of each bug it says `caught by CASE` or `MISSED`. Exits with 0 if all are caught, with 1 if one
 * is missed, if one no longer fits the source, or if the tests that are to catch it fail without
 * it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { PLANTS } from "./plants.ts";
import type { Plant } from "./plants/plant.ts";

/** What the tests need, besides the files of the root that `deno` reads. */
const FOLDERS = ["src", "tests"];

/** Enough for each bug of the list: a stride of 1 looks at each pair of places of two actors. */
const SIZE = { CRASH_OUTCOMES: "64", CRASH_CUTS: "3", CRASH_STRIDE: "1", NO_COLOR: "1" };

const HELP = `deno task planted-bugs [NAME…]

  --list   the bugs that there are`;

const root = new URL("..", import.meta.url).pathname;
const { values: flags, positionals: names } = readFlags();
if (flags.help || flags.list) {
  console.log(flags.help ? HELP : PLANTS.map((plant) => plant.name).join("\n"));
  Deno.exit(0);
}
for (const name of names) {
  if (PLANTS.some((plant) => plant.name === name)) continue;
  console.error(`no bug is named "${name}" (see: deno task planted-bugs --list)`);
  Deno.exit(2);
}

function readFlags() {
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({ options: { help: flag, list: flag }, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    Deno.exit(2);
  }
}

async function copySources(to: string): Promise<void> {
  for (const folder of FOLDERS) {
    Deno.mkdirSync(`${to}/${folder}`.replace(/\/[^/]+$/, ""), { recursive: true });
    const { success } = await new Deno.Command("cp", {
      args: ["-R", `${root}${folder}`, `${to}/${folder}`],
    }).output();
    if (!success) throw new Error(`${folder} could not be copied to ${to}`);
  }
  for (const file of ["deno.json", "deno.lock"]) {
    Deno.copyFileSync(root + file, `${to}/${file}`);
  }
}

/** Runs the tests that are to catch a bug; what failed, or `undefined` if they passed. */
async function failure(
  dir: string,
  { test, operation, title }: Plant,
): Promise<string | undefined> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--no-check", "--frozen", `tests/${test}`],
      ...(title === undefined ? [] : ["--filter", title]),
    ],
    cwd: dir,
    env: { ...SIZE, ...(operation === undefined ? {} : { CRASH_CASE: operation }) },
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  if (success) {
    if (!/^ok \| [1-9]/m.test(text)) throw new Error(`tests/${test} has no ${operation ?? title}`);
    return undefined;
  }
  const named = /^error: Error: case (\S+)/m.exec(text) ?? /^(.+) => \S+\.ts:\d+/m.exec(text);
  if (!named) throw new Error(`tests/${test} did not run: ${text}`);
  return named[1];
}

/** Puts a bug in its place; `undefined` if the source has moved on. */
function planted(source: string, { edits }: Plant): string | undefined {
  for (const [find, put] of edits) {
    const parts = source.split(find);
    if (parts.length !== 2) return undefined;
    source = parts.join(put);
  }
  return source;
}

const wanted = PLANTS.filter(({ name }) => names.length === 0 || names.includes(name));
const width = Math.max(...wanted.map(({ name }) => name.length));
const dir = Deno.makeTempDirSync({ prefix: "queuectl-planted-" });
let faults = 0;

function say(name: string, words: string): void {
  console.log(`${name.padEnd(width)}  ${words}`);
}

try {
  await copySources(dir);
  const sound = new Set<string>();
  for (const plant of wanted) {
    const key = `${plant.test} ${plant.operation ?? plant.title}`;
    const before = sound.has(key) ? undefined : await failure(dir, plant);
    if (before !== undefined) {
      faults++;
      say(plant.name, `${before} FAILS WITHOUT IT`);
      continue;
    }
    sound.add(key);
    const path = `${dir}/${plant.file}`;
    const source = Deno.readTextFileSync(path);
    const changed = planted(source, plant);
    if (changed === undefined) {
      faults++;
      say(plant.name, `DOES NOT FIT ${plant.file} any more`);
      continue;
    }
    Deno.writeTextFileSync(path, changed);
    const caught = await failure(dir, plant);
    Deno.writeTextFileSync(path, source);
    if (caught === undefined) faults++;
    say(plant.name, caught === undefined ? "MISSED" : `caught by ${caught}`);
  }
} finally {
  Deno.removeSync(dir, { recursive: true });
}
console.log(`\n${wanted.length - faults} of ${wanted.length} planted bugs caught`);
Deno.exit(faults === 0 ? 0 : 1);
