/**
 * Whether a name is taken, whatever this machine remembers of it. The clients of NFS and FUSE keep
 * names, and absences, for seconds.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";

/**
 * Whether a path is refused as a new name because it is taken. Asks for a second name of its
 * directory, which no system gives: so nothing changes, and yet the server is asked as for any new
 * name, and this machine forgets what it knew. A client of NFS asks only if it knows by then that
 * the directory has changed, and opening it tells.
 */
export function isTakenNow(path: string): boolean {
  const directory = dirname(path);
  try {
    try {
      Deno.openSync(directory, { read: true }).close();
    } catch (error) {
      // Another machine may have made the directory itself.
      const isMissing = error instanceof Deno.errors.NotFound && directory !== path;
      if (!isMissing || !isTakenNow(directory)) return false;
    }
    Deno.linkSync(directory, path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.AlreadyExists;
  }
}
