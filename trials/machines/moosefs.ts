/**
 * MooseFS: the names on the first host, two copies of each file's content on the first three. Its
 * modification times are whole seconds.
 *
 * @module
 */

import type { Engine } from "./engine.ts";
import type { Host } from "./host.ts";
import { must, until } from "./processes.ts";

const NO_METADATA = "/var/lib/mfs/metadata.mfs.empty";

/** Whether a chunk server has told the master of its room. */
async function hasRoom(host: Host, path: string): Promise<boolean> {
  const { stdout } = await host.run(["df", "--output=size", path]);
  return Number(stdout.trim().split("\n").at(-1)) > 0;
}

/** MooseFS, as Debian has it. */
export const moosefs: Engine = {
  name: "moosefs",
  keepsLocksOfTheDead: true,
  needed: [
    ["mfsmaster", "moosefs-master"],
    ["mfschunkserver", "moosefs-chunkserver"],
    ["mfsmount", "moosefs-client"],
  ],
  binds: [["mfs", "/var/lib/mfs"]],
  mounts: [""],
  servers: /^(\S*\/)?mfschunkserver\b/,

  async create(hosts) {
    const empty = Deno.readFileSync(NO_METADATA);
    for (const host of hosts.slice(0, 3)) {
      Deno.mkdirSync(`${host.disk}/chunks`);
      const file = (name: string, text: string) =>
        Deno.writeTextFileSync(`${host.disk}/mfs/${name}`, text);
      file("hdd.cfg", `${host.disk}/chunks\n`);
      file("exports.cfg", "* / rw,alldirs,admin,maproot=0:0\n");
      const user = "WORKING_USER = root\nWORKING_GROUP = root\nDATA_PATH = /var/lib/mfs\n";
      file("master.cfg", `${user}EXPORTS_FILENAME = /var/lib/mfs/exports.cfg\n`);
      file("chunks.cfg", `${user}HDD_CONF_FILENAME = /var/lib/mfs/hdd.cfg\nMASTER_HOST = n1\n`);
      if (host.name === "n1") Deno.writeFileSync(`${host.disk}/mfs/metadata.mfs`, empty);
    }
    for (const host of hosts.slice(0, 3)) await this.serve(host);
  },

  async serve(host) {
    const master = ["mfsmaster", "-c", "/var/lib/mfs/master.cfg", "-a", "start"];
    if (host.name === "n1") await must(host.words(...master));
    await must(host.words("mfschunkserver", "-c", "/var/lib/mfs/chunks.cfg", "start"));
  },

  async mount(host, _how, path) {
    await must(host.words("mfsmount", path, "-H", "n1"));
    if (!(await until(() => hasRoom(host, path), 30, 0.5))) {
      throw new Error("all chunk servers are full");
    }
    // Anyone may write in a new volume's root, and a queue is not used below such a directory.
    await must(host.words("chmod", "755", path));
  },

  startCounting: () => Promise.resolve(),

  async requests(host, path) {
    const text = await must(host.words("cat", `${path}/.stats`));
    return Number(/^fuse_ops: (\d+)/m.exec(text)![1]);
  },

  heal: () => Promise.resolve(undefined),
};
