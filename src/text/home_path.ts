/**
 * Paths in the home directory.
 *
 * @module
 */

import { UsageError } from "./errors.ts";

/**
 * A path with the `~` at its beginning replaced by `$HOME`. A shell does so itself, but not in `--dir=~/q`, in
 * quotes, or in a configuration file: the path would lead to a directory that is named `~`.
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
  if (rest !== "" && !rest.startsWith("/")) {
    throw new UsageError(
      `${what} "${path}" begins with another user's home; write that directory out ` +
        `(for one that is named so here: "./${path}")`,
    );
  }
  const home = Deno.env.get("HOME");
  if (!home) {
    throw new UsageError(`${what} "${path}" needs the home directory, and $HOME is not set`);
  }
  return home + rest;
}
