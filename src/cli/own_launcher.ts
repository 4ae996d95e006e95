/**
 * What starts this program.
 *
 * @module
 */

/** What starts queuectl with all permissions that it needs. */
export function ownLauncher(): string {
  if (!import.meta.url.endsWith(".js")) return "deno task queuectl";
  const { pathname, protocol } = new URL("queuectl", import.meta.url);
  const isOfNpm = pathname.endsWith("/node_modules/queuectl/dist/queuectl");
  return protocol !== "file:" || isOfNpm ? "npx queuectl" : decodeURIComponent(pathname);
}
