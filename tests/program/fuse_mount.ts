/**
 * A real FUSE file system, where one can be mounted.
 *
 * @module
 */

import { processesWith } from "../temporary_queue.ts";
import { whyNo } from "../left_out.ts";

/** A mounted file system. */
export interface FuseMount extends AsyncDisposable {
  /** Where it is mounted. */
  path: string;
  /** The folder that is mounted there: a change through it is as one of another machine. */
  below: string;
  /** Has every call hang there, as where the network is cut, until that is disposed of. */
  hang(): Disposable;
}

/** Options that keep sizes and names for long, as on another machine; locks are shared. */
export const CACHING: readonly string[] = [
  "attr_timeout=1000",
  "entry_timeout=1000",
  "multithreaded",
  "enable-lock-forwarding",
];

/** Why no FUSE file system can be mounted here; `undefined` if one can. */
export async function whyNoFuse(): Promise<string | undefined> {
  try {
    await using _mount = await fuseMount(CACHING);
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Mounts a folder of its own once more through bindfs, which passes each call on.
 *
 * @throws If it cannot be mounted.
 * @param options As for `mount -o`: `attr_timeout=30` has the kernel keep attributes for 30 s.
 * @param folder The folder below another mount, to mount that as on a further machine.
 */
export async function fuseMount(
  options: readonly string[] = [],
  folder?: string,
): Promise<FuseMount> {
  const home = Deno.makeTempDirSync({ prefix: "queuectl-fuse-" });
  const remove = () => Deno.removeSync(home, { recursive: true });
  const [below, path] = [folder ?? `${home}/below`, `${home}/mount`];
  for (const made of folder === undefined ? [below, path] : [path]) Deno.mkdirSync(made);
  const mountOptions = options.flatMap((option) => ["-o", option]);
  const reason = await whyNo("bindfs", "--no-allow-other", ...mountOptions, below, path);
  if (reason !== undefined) {
    remove();
    throw new Error(reason);
  }
  return {
    path,
    below,
    hang() {
      const [server] = processesWith(`${below}\0${path}`);
      Deno.kill(server!, "SIGSTOP");
      return { [Symbol.dispose]: () => Deno.kill(server!, "SIGCONT") };
    },
    async [Symbol.asyncDispose]() {
      const left = await whyNo("fusermount3", "-u", path) && await whyNo("umount", path);
      // Never through the mount, should it still be there.
      if (left !== undefined) throw new Error(left);
      remove();
    },
  };
}
