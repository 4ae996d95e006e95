/**
 * The Deno permissions of queuectl.
 *
 * @module
 */

/** The fewest permissions that work. A test checks that the tasks in deno.json have the same. */
export const PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys=hostname,uid,gid",
];
