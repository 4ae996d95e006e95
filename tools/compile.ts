/**
 * Makes dist/queuectl.bin: queuectl and its runtime as one binary, from a bundle of its own.
 * `deno task compile`; with `--list` it only prints what would be embedded.
 *
 * The runtime's base is downloaded, or taken from the path in `$DENORT_BIN`: a `denort` of the
 * version of this Deno, from https://dl.deno.land/release/vVERSION/denort-TARGET.zip.
 */

import { PERMISSIONS } from "../src/cli/commands/workers/permissions.ts";
import { VERSION } from "../src/version.ts";

const ROOT = new URL("../", import.meta.url);
const BINARY = decodeURIComponent(new URL("dist/queuectl.bin", ROOT).pathname);

/** What the binary may do; it cannot give itself the network when it becomes a dashboard. */
const GRANTED = [...PERMISSIONS, "--allow-net"];

const WHENCE = `set DENORT_BIN to the denort of Deno ${Deno.version.deno} for ${Deno.build.target}`;

/** What a runtime with its JavaScript engine has at the least, in bytes. */
const SMALLEST = 20e6;

/** What is wrong with a base; `undefined` if it may be one. */
function faultOfBase(base: string): string | undefined {
  try {
    using file = Deno.openSync(base);
    const head = new Uint8Array(4);
    file.readSync(head);
    const { size } = file.statSync();
    // ELF, Mach-O, PE.
    const isProgram = ["7f454c46", "cffaedfe"].includes(head.toHex()) ||
      head.toHex().startsWith("4d5a");
    if (!isProgram) return `DENORT_BIN is ${base}, which is no program; ${WHENCE}`;
    const isDeno = Deno.realPathSync(base) === Deno.realPathSync(Deno.execPath());
    return size >= SMALLEST && !isDeno
      ? undefined
      : `DENORT_BIN is ${base}, which is ${isDeno ? "deno itself" : "no denort"}; ${WHENCE}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const [reason] = error.message.split(/ \(os error| \/|: /);
    return `DENORT_BIN is ${base}, which cannot be read: ${reason}; ${WHENCE}`;
  }
}

/** Runs a command of the runtime; gives the cause that it names if it fails. */
async function failureOf(args: readonly string[], cwd: URL | string): Promise<string | undefined> {
  const streams = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    ...streams,
  }).output();
  const said = new TextDecoder().decode(stderr).split("\n").map((line) => line.trim());
  if (success) return undefined;
  // The first cause may say no more than what was under way; a later one goes on for a line each.
  const causes = said.filter((line) => /^\d+: \w/.test(line) && !/^0: .*\.$/.test(line));
  return causes[0]?.slice(3) ?? said.find((line) => line.startsWith("error: ")) ?? said[0]!;
}

/** Makes a bundle in a folder. */
async function bundle(folder: string): Promise<void> {
  const config = ["--config", "tools/bundle/deno.json"];
  const fault = await failureOf(["run", "-A", ...config, "tools/bundle/main.ts", folder], ROOT);
  if (fault !== undefined) throw new Error(fault);
}

/** Makes the binary of a bundle; gives what is wrong if that fails. */
async function compile(folder: string): Promise<string | undefined> {
  const options = ["--quiet", "--no-config", "--no-prompt", ...GRANTED, "--include", "."];
  const reason = await failureOf(["compile", ...options, "--output", BINARY, "main.js"], folder);
  if (reason !== undefined) {
    return `deno compile failed: ${reason}; without a network, ${WHENCE}`;
  }
  const said = await new Deno.Command(BINARY, { args: ["--version"], stdin: "null" }).output();
  const version = new TextDecoder().decode(said.stdout).trim();
  if (version.includes(VERSION) && version.startsWith("queuectl")) return undefined;
  Deno.removeSync(BINARY);
  return `the binary does not start queuectl: its base is no denort (deno itself is none); ${WHENCE}`;
}

/** The paths of all files in a folder. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`).map((path) => `${name}/${path}`) : [name]
  );
}

const base = Deno.env.get("DENORT_BIN");
const isListing = Deno.args[0] === "--list";
let fault = base === undefined || isListing ? undefined : faultOfBase(base);
if (fault === undefined) {
  const folder = Deno.makeTempDirSync({ prefix: "queuectl-compile-" });
  try {
    await bundle(folder);
    if (isListing) console.log(filesIn(folder).sort().join("\n"));
    else fault = await compile(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
if (fault !== undefined) {
  console.error(`compile: ${fault}`);
  Deno.exit(1);
}
if (!isListing) console.log(BINARY);
