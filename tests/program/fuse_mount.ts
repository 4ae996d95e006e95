/**
 * A real FUSE file system, where one can be mounted.
 *
 * @module
 */

/** A mounted file system, or why there is none. */
export type FuseMount =
  & AsyncDisposable
  & ({
    path: string;
    /** The folder that is mounted there: a change through it is as one of another machine. */
    below: string;
    reason?: undefined;
  } | {
    path?: undefined;
    below?: undefined;
    reason: string;
  });

async function runs(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || `${command} failed`;
  } catch {
    return `there is no ${command}`;
  }
}

/**
 * Mounts a folder of its own once more through bindfs, which passes each call on.
 *
 * @param options As for `mount -o`: `attr_timeout=30` has the kernel keep attributes for 30 s.
 */
export async function fuseMount(options: readonly string[] = []): Promise<FuseMount> {
  const home = Deno.makeTempDirSync({ prefix: "queuectl-fuse-" });
  const remove = () => Deno.removeSync(home, { recursive: true });
  const [below, path] = [`${home}/below`, `${home}/mount`];
  for (const folder of [below, path]) Deno.mkdirSync(folder);
  const mountOptions = options.flatMap((option) => ["-o", option]);
  const reason = await runs("bindfs", "--no-allow-other", ...mountOptions, below, path);
  if (reason !== undefined) {
    remove();
    return { reason, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  return {
    path,
    below,
    async [Symbol.asyncDispose]() {
      const left = await runs("fusermount3", "-u", path) && await runs("umount", path);
      // Never through the mount, should it still be there.
      if (left !== undefined) throw new Error(left);
      remove();
    },
  };
}
