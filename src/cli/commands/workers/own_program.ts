/**
 * How this program can be started again, whichever way it was installed.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/posix/from-file-url";
import { ownPermissions, V8_FLAGS } from "./permissions.ts";

/** The program, where it is no binary. */
const MAIN = new URL("../../main.ts", import.meta.url);

/** The options of `deno run`. A bundle must not take settings from a project that it lies in. */
export function runOptions(): string[] {
  return [...(MAIN.pathname.endsWith(".js") ? ["--no-config"] : []), ...ownPermissions()];
}

/**
 * The words that start this program.
 *
 * @param deno The path of the runtime.
 */
export function ownProgram(deno = Deno.execPath()): string[] {
  if (Deno.build.standalone) return [deno];
  const main = MAIN.protocol === "file:" ? fromFileUrl(MAIN) : MAIN.href;
  return [deno, "run", V8_FLAGS, ...runOptions(), main];
}

/** Where the command `queuectl` of this copy of the program may lie. */
export function ownCommandFolders(): string[] {
  if (Deno.build.standalone || MAIN.protocol !== "file:") return [];
  // Beside the bundle, or in bin/ of a clone.
  return [new URL("./", MAIN), new URL("../../bin/", MAIN)].map((url) =>
    fromFileUrl(url).replace(/(.)\/$/, "$1")
  );
}
