/**
 * Running queuectl as another user than root, where that is possible.
 *
 * @module
 */

import { programWords, type Said } from "./program_process.ts";

/** The other user: nobody. */
export const OTHER_USER = 65534;

/** A way to run queuectl as the other user, or why there is none. */
export type OtherUser = { run(...args: readonly string[]): Promise<Said>; reason?: undefined } | {
  run?: undefined;
  reason: string;
};

let found: Promise<OtherUser> | undefined;

/**
 * Looks for that way once for each test process. Deno and its cache may lie in a home that is
 * closed to others, so the other user gets them in a folder that goes when the process ends; the
 * source must be readable where it lies.
 */
export function otherUser(): Promise<OtherUser> {
  return found ??= findWay();
}

async function findWay(): Promise<OtherUser> {
  if (Deno.uid() !== 0) return { reason: "only root can become another user" };
  const folder = Deno.makeTempDirSync({ prefix: "queuectl-test-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  Deno.chmodSync(folder, 0o755);
  const deno = `${folder}/deno`;
  try {
    Deno.linkSync(Deno.execPath(), deno);
  } catch {
    Deno.copyFileSync(Deno.execPath(), deno);
  }
  const { stdout } = await new Deno.Command(deno, { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  const cache = `${folder}/cache`;
  Deno.mkdirSync(cache);
  const copied = await new Deno.Command("sh", {
    args: ["-c", 'cp -r "$1" "$2/npm" && chmod -R a+rwX "$2"', "sh", npmCache, cache],
  }).output();
  if (!copied.success) return { reason: new TextDecoder().decode(copied.stderr).trim() };
  const run = (...args: readonly string[]) => runAsOther(deno, cache, args);
  const { code, err } = await run("--version");
  return code === 0 ? { run } : { reason: err };
}

async function runAsOther(deno: string, cache: string, args: readonly string[]): Promise<Said> {
  const who = [`--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, "--clear-groups"];
  const { code, stdout, stderr } = await new Deno.Command("setpriv", {
    args: [...who, deno, ...programWords(...args).slice(1)],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", DENO_DIR: cache, NO_COLOR: "1" },
    cwd: "/",
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { code, out: text(stdout), err: text(stderr) };
}
