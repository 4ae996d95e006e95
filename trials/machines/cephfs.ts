/**
 * CephFS: a monitor and an object store on each of the first three hosts, three copies of
 * everything, and a metadata server on the first with another in wait. Its client is ceph-fuse,
 * whose modification times are exact.
 *
 * @module
 */

import type { Engine } from "./engine.ts";
import type { Host } from "./host.ts";
import { must, until } from "./processes.ts";

const FSID = "a1b2c3d4-0000-4000-8000-000000000000";

/** Where a host's monitor listens. */
const monitor = ({ address }: Host) => `v2:${address}:3300`;

/** The settings of all hosts. Nobody has to prove who they are. */
function settings(servers: readonly Host[], root: string): string {
  return `[global]
fsid = ${FSID}
mon host = ${servers.map(monitor).join(" ")}
mon initial members = ${servers.map(({ name }) => name).join(" ")}
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 3
osd pool default min size = 2
osd memory target = 939524096
bluestore block size = 4294967296
osd heartbeat grace = 6
mon osd min down reporters = 1
mon data = ${root}/hosts/$host/mon
osd data = ${root}/hosts/$host/osd
client reconnect stale = true
mon data avail crit = 1
run dir = /run/ceph
log file =
mon cluster log file =
ms bind ipv6 = false
admin socket = /run/ceph/$name.$pid.asok
pid file =
crash dir = /tmp
`;
}

const ceph = (host: Host, ...words: readonly string[]) =>
  must(host.words("ceph", "--connect-timeout", "30", ...words), { patience: 60 });

/** CephFS, as Debian has it. */
export const cephfs: Engine = {
  name: "cephfs",
  needed: [
    ["ceph-mon", "ceph-mon"],
    ["ceph-osd", "ceph-osd"],
    ["ceph-mds", "ceph-mds"],
    ["ceph-mgr", "ceph-mgr"],
    ["ceph-fuse", "ceph-fuse"],
  ],
  binds: [["ceph", "/etc/ceph"]],
  mounts: [""],
  servers: /^(\S*\/)?ceph-osd\b/,

  async create(hosts) {
    const root = Deno.env.get("MACHINES_ROOT")!;
    const servers = hosts.slice(0, 3);
    for (const { disk } of hosts) {
      Deno.writeTextFileSync(`${disk}/ceph/ceph.conf`, settings(servers, root));
    }
    const map = `${root}/monmap`;
    const members = servers.flatMap((
      { name, address },
    ) => ["--addv", name, `[v2:${address}:3300]`]);
    await must(["monmaptool", "--create", "--fsid", FSID, ...members, map]);
    for (const host of servers) {
      Deno.mkdirSync(`${host.disk}/osd`);
      await must(host.words("mkdir", "-p", "/run/ceph"));
      await must(host.words("ceph-mon", "--mkfs", "-i", host.name, "--monmap", map));
      await must(host.words("ceph-mon", "-i", host.name));
    }
    const first = servers[0]!;
    for (const [number, host] of servers.entries()) {
      await ceph(first, "osd", "create");
      await must(
        host.words("ceph-osd", "-i", `${number}`, "--mkfs", "--osd-uuid", crypto.randomUUID()),
      );
    }
    for (const host of servers) await this.serve(host);
    for (const pool of ["names", "contents"]) await ceph(first, "osd", "pool", "create", pool, "8");
    await ceph(first, "fs", "new", "queues", "names", "contents");
    // Half of what it is by itself: for so long a host that is gone keeps its locks.
    await ceph(first, "fs", "set", "queues", "session_timeout", "30");
    await ceph(first, "fs", "set", "queues", "session_autoclose", "30");
    const isUp = async () => await this.heal(first) === undefined;
    if (!(await until(isUp, 90, 1))) throw new Error("it does not come up");
  },

  async serve(host) {
    await must(host.words("mkdir", "-p", "/run/ceph"));
    const number = Number(host.name.slice(1)) - 1;
    await host.run(["ceph-mon", "-i", host.name]);
    await host.run(["ceph-mgr", "-i", host.name]);
    await must(host.words("ceph-osd", "-i", `${number}`));
    if (number < 2) await host.run(["ceph-mds", "-i", host.name]);
  },

  async mount(host, _how, path) {
    await must(host.words("mkdir", "-p", "/run/ceph"));
    await must(host.words("ceph-fuse", path));
    await must(host.words("chmod", "755", path));
  },

  startCounting: () => Promise.resolve(),

  // What the client asked of metadata servers and object stores: it does not count the kernel's.
  async requests(host) {
    const ask = "ceph --admin-daemon /run/ceph/client.admin.*.asok perf dump";
    const { client, objecter } = JSON.parse(await must(host.words("sh", "-c", ask)));
    return client.reply.avgcount + objecter.op;
  },

  async heal(asked) {
    const { stdout } = await asked.run(["ceph", "--connect-timeout", "10", "status"]);
    return /mds: 1\/1/.test(stdout) && /3 osds: 3 up/.test(stdout) ? undefined : stdout;
  },
};
