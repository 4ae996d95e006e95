/**
 * What queuectl may do.
 *
 * @module
 */

/** The narrowest permissions that work, as the tasks of deno.json have them; a test sees that they agree. */
export const PERMISSIONS: readonly string[] = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-ffi",
  "--allow-sys=hostname,uid,gid",
];
