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
 * Compiles a file as a whole. The runtime keeps only code that was compiled as its file was loaded,
 * and keeps it for starts with the same flags.
 */
export const WHOLE_FILES = "--v8-flags=--no-lazy";

/** Those of a program that this one starts: the C library may have been refused to this one. */
export function ownPermissions(): readonly string[] {
  return PERMISSIONS.filter((each) => each !== "--allow-ffi" || mayUseLibraries());
}
