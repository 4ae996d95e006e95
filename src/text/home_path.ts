/**
 * Paths as users write them.
 *
 * @module
 */

import { isAbsolute } from "@std/path/posix/is-absolute";
import { join } from "@std/path/posix/join";
import { resolve } from "@std/path/posix/resolve";
import { UsageError } from "./errors.ts";

/**
 * A path with the `~` at its beginning replaced by `$HOME`. A shell does so itself, but not in
 * `--dir=~/q`, in quotes, or in a configuration file.
 *
 * @param what What to call the path in the error.
 * @throws {UsageError} If it names another user's home, or there is no home directory.
 *
 * @example
 * ```ts
 * import { homePath } from "./home_path.ts";
 *
 * homePath("/srv/~/q", "--dir"); // "/srv/~/q"
 * ```
 */
export function homePath(path: string, what: string): string {
  if (!path.startsWith("~")) return path;
  const rest = path.slice(1);
  if (rest !== "" && !isAbsolute(rest)) {
    throw new UsageError(
      `${what} "${path}" begins with another user's home; write that directory out ` +
        `(for one that is named so here: "./${path}")`,
    );
  }
  const home = Deno.env.get("HOME");
  if (!home) {
    throw new UsageError(`${what} "${path}" needs the home directory, and $HOME is not set`);
  }
  return join(home, rest);
}

/**
 * A path as seen from the working directory, absolute and without `.` and `..`; as in
 * {@linkcode homePath} `~` is the home directory.
 *
 * @param what What to call the path in the error.
 * @throws {UsageError} As {@linkcode homePath}.
 *
 * @example
 * ```ts
 * import { absolutePath } from "./home_path.ts";
 *
 * absolutePath("/srv/../q", "--cwd"); // "/q"
 * ```
 */
export function absolutePath(path: string, what: string): string {
  return resolve(Deno.cwd(), homePath(path, what));
}
