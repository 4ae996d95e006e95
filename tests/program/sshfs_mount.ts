/**
 * One folder, mounted by sshfs as two machines would: each mount has locks of its own. No network
 * is needed: the server is a child of the mount.
 *
 * @module
 */

import { whyNo } from "../left_out.ts";
import { PROGRAM } from "./program.ts";

/** Where Debian and others have the server of OpenSSH. */
const SERVERS = ["/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server"];

/** A folder, mounted twice. */
export interface TwoMounts extends AsyncDisposable {
  /** Where the first machine has it, and the second. */
  paths: [first: string, second: string];
  /** For what is noted beside it. */
  home: string;
}

/** Why sshfs cannot be used here, or no machine have a name of its own; `undefined` if both can. */
export async function whyNoSshfs(): Promise<string | undefined> {
  const reason = await whyNo("sshfs", "--version") ?? await whyNo("unshare", "--uts", "true");
  if (reason !== undefined) return reason;
  try {
    await using _mounts = await twoMounts();
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Mounts a folder of its own twice.
 *
 * @throws If that cannot be done.
 */
export async function twoMounts(): Promise<TwoMounts> {
  const home = Deno.makeTempDirSync({ prefix: "queuectl-sshfs-" });
  const mounted: string[] = [];
  const dispose = async () => {
    for (const path of mounted) {
      const left = await whyNo("fusermount3", "-u", path) && await whyNo("umount", path);
      // Never removed through a mount, should it still be there.
      if (left !== undefined) throw new Error(left);
    }
    Deno.removeSync(home, { recursive: true });
  };
  Deno.mkdirSync(`${home}/below`);
  const connect = `${home}/connect`;
  Deno.writeTextFileSync(
    connect,
    `#!/bin/sh\nfor server in ${SERVERS.join(" ")}; do [ -x "$server" ] && exec "$server"; done\n`,
    { mode: 0o700 },
  );
  for (const name of ["first", "second"]) {
    const path = `${home}/${name}`;
    Deno.mkdirSync(path);
    const reason = await whyNo("sshfs", "-o", `ssh_command=${connect}`, `:${home}/below`, path);
    if (reason !== undefined) {
      await dispose();
      throw new Error(reason);
    }
    mounted.push(path);
  }
  return { paths: mounted as [string, string], home, [Symbol.asyncDispose]: dispose };
}

/** The words of a queuectl on a machine of this name. */
export function onHost(host: string, ...words: string[]): string[] {
  return ["unshare", "--uts", "sh", "-c", 'hostname "$0"; exec "$@"', host, ...PROGRAM, ...words];
}
