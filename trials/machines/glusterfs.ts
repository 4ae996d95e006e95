/**
 * GlusterFS: a volume of three copies, one on each of the first three hosts.
 *
 * @module
 */

import type { Engine } from "./engine.ts";
import type { Host } from "./host.ts";
import { must, run, until } from "./processes.ts";

const NAME = "queues";

/** So that who is gone is noticed within about ten seconds, by clients and by servers. */
const OPTIONS = {
  "network.ping-timeout": "5",
  "server.tcp-user-timeout": "10",
  "client.keepalive-time": "4",
  "client.keepalive-interval": "2",
  "client.keepalive-count": "3",
  "server.keepalive-time": "4",
  "server.keepalive-interval": "2",
  "server.keepalive-count": "3",
  // By itself it looks every ten minutes for what is not whole.
  "cluster.heal-timeout": "5",
};

/** What each host's client has counted so far: its file counts from one reading to the next. */
const counted = new Map<Host, number>();

const gluster = (host: Host, ...words: readonly string[]) =>
  must(host.words("gluster", "--mode=script", ...words), { patience: 130 });

/** Whether the host's daemon answers. */
const isServing = (host: Host) =>
  until(async () => (await host.run(["gluster", "peer", "status"])).code === 0, 30);

/** Whether a host is connected to the two others that serve. */
const seesOthers = async (host: Host) => {
  const { stdout } = await host.run(["gluster", "peer", "status"]);
  return stdout.match(/Peer in Cluster \(Connected\)/g)?.length === 2;
};

/** GlusterFS, as Debian has it. */
export const glusterfs: Engine = {
  name: "glusterfs",
  needed: [["glusterd", "glusterfs-server"], ["mount.glusterfs", "glusterfs-client"]],
  binds: [["glusterd", "/var/lib/glusterd"], ["log", "/var/log/glusterfs"]],
  mounts: ["direct-io-mode=enable", ""],
  servers: /^(\S*\/)?(glusterd|glusterfsd)\b/,

  async create(hosts) {
    const [first, ...others] = hosts.slice(0, 3) as [Host, Host, Host];
    for (const host of [first, ...others]) await this.serve(host);
    for (const { name } of others) await gluster(first, "peer", "probe", name);
    for (const host of [first, ...others]) {
      if (!(await until(() => seesOthers(host), 60, 0.3))) {
        throw new Error(`${host.name} does not find the two other hosts that serve`);
      }
    }
    const bricks = [first, ...others].map(({ name, disk }) => `${name}:${disk}/brick`);
    await gluster(first, "volume", "create", NAME, "replica", "3", ...bricks, "force");
    await gluster(first, "volume", "set", NAME, ...Object.entries(OPTIONS).flat());
    await gluster(first, "volume", "start", NAME);
    await until(async () => await this.heal(first) === undefined, 60, 0.5);
  },

  async serve(host) {
    await must(host.words("glusterd"));
    if (!(await isServing(host))) throw new Error(`glusterd does not answer on ${host.name}`);
    // Starts bricks that were killed alone; there is none before the volume is made.
    await host.run(["gluster", "--mode=script", "volume", "start", NAME, "force"]);
  },

  async mount(host, how, path) {
    const options = how === "" ? [] : ["-o", how];
    // Not by mount(8), which takes the library from it that gives it another clock.
    const words = host.words("mount.glusterfs", `n1:/${NAME}`, path, ...options);
    // The daemon that is asked may be looking after what is not whole.
    if (!(await until(async () => (await run(words)).code === 0, 60, 1))) await must(words);
  },

  async startCounting(host, path) {
    const options = ["diagnostics.count-fop-hits", "diagnostics.latency-measurement"];
    await gluster(host, "volume", "set", NAME, ...options.flatMap((name) => [name, "on"]));
    // The client hears of it a moment later; its own files below .meta are no requests.
    const counts = async () => {
      await host.run(["ls", "-l", path]);
      return await this.requests(host, path) > 0;
    };
    if (!(await until(counts, 30, 0.5))) {
      throw new Error(`the client on ${host.name} counts nothing`);
    }
  },

  async requests(host, path) {
    const text = await must(host.words("cat", `${path}/.meta/graphs/active/${NAME}/profile`));
    const counts = [...text.matchAll(/\.latency\.[A-Z]+ = .* CNT:(\d+)/g)];
    const sum = counts.reduce((sum, [, count]) => sum + Number(count), counted.get(host) ?? 0);
    counted.set(host, sum);
    return sum;
  },

  async slowDown(asked, path, delay) {
    // What a server consists of is put together when it starts.
    await gluster(asked, "volume", "stop", NAME, "force");
    if (delay === 0) {
      for (const name of ["debug.delay-gen", "delay-gen.delay-duration"]) {
        await gluster(asked, "volume", "reset", NAME, name);
      }
    } else {
      await gluster(asked, "volume", "set", NAME, "debug.delay-gen", "posix");
      await gluster(asked, "volume", "set", NAME, "delay-gen.delay-duration", `${delay * 1000}`);
      await gluster(asked, "volume", "set", NAME, "delay-gen.delay-percentage", "100");
    }
    await gluster(asked, "volume", "start", NAME);
    const answers = async () => (await asked.run(["stat", path])).code === 0;
    if (!(await until(answers, 60, 0.5))) throw new Error(`${path} does not come back`);
  },

  async heal(asked) {
    const { code, stdout, stderr } = await asked.run(["gluster", "volume", "heal", NAME, "info"]);
    const entries = [...stdout.matchAll(/^Number of entries: (.*)$/gm)].map(([, count]) => count);
    const isWhole = code === 0 && entries.length === 3 && entries.every((count) => count === "0");
    if (isWhole) return undefined;
    // Who was away when a server came back may not have started its part.
    await asked.run(["gluster", "--mode=script", "volume", "start", NAME, "force"]);
    await asked.run(["gluster", "--mode=script", "volume", "heal", NAME]);
    return `exit ${code}: ${stdout}${stderr}`;
  },

  unserved(amiss) {
    const bricks = amiss.matchAll(/^Brick (\w+):\S*\n(?:[/<].*\n)*Status: (.*)$/gm);
    return [...bricks].filter(([, , status]) => status !== "Connected").map(([, name]) => name!);
  },
};
