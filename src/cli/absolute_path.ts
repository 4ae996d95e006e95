/**
 * Paths as the user means them.
 *
 * @module
 */

/** A path as seen from here, absolute. */
export function absolutePath(path: string): string {
  if (path.startsWith("/") || path === "") return path;
  const cwd = Deno.cwd();
  return path === "." ? cwd : `${cwd === "/" ? "" : cwd}/${path.replace(/^(\.\/+)+/, "")}`;
}
