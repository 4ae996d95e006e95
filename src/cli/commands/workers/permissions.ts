/**
 * The Deno permissions of queuectl, and how V8 compiles it.
 *
 * @module
 */

import { mayUseLibraries } from "../../../process/launcher.ts";

/** The fewest permissions that work. A test checks that the tasks in deno.json have the same. */
export const PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys=hostname,uid,gid",
];

/**
 * For a quick start. Files are compiled as a whole: the runtime keeps only code that was compiled
 * as its file was loaded, and keeps it for starts with the same flags. And nothing is compiled to
 * machine code before it is hot: a short call is over by then, and a worker soon past it.
 */
export const V8_FLAGS = "--v8-flags=--no-lazy,--no-sparkplug";

/** Those of a program that this one starts: the C library may have been refused to this one. */
export function ownPermissions(): readonly string[] {
  return PERMISSIONS.filter((each) => each !== "--allow-ffi" || mayUseLibraries());
}
