/**
 * The hosts of a trial, and the volume that they share.
 *
 * @module
 */

import { type Engine, VOLUME } from "./engine.ts";
import { Host, makeBridge } from "./host.ts";
import { must, until } from "./processes.ts";

/** Four hosts on one network: three serve the volume, and all mount it. */
export class Rig {
  /** The trial's directory, which every host sees: ledgers lie in it. */
  readonly root: string;
  /** The file system that they share. */
  readonly engine: Engine;
  /** All hosts, those that serve the volume first. */
  readonly hosts: readonly Host[];
  /** How the volume is mounted. */
  how: string;
  /** Whether a fault is at work, or not every copy is whole again. */
  isDisturbed = false;

  private constructor(root: string, engine: Engine, hosts: readonly Host[]) {
    this.root = root;
    this.engine = engine;
    this.hosts = hosts;
    this.how = engine.mounts[0]!;
  }

  /** Makes them all. Nothing has to be undone: see `apart.ts`. */
  static async make(engine: Engine): Promise<Rig> {
    const root = Deno.env.get("MACHINES_ROOT")!;
    const hosts = [1, 2, 3, 4].map((number) => new Host(number, root, engine.binds));
    const names = hosts.map(({ name, address }) => `${address} ${name}\n`).join("");
    Deno.writeTextFileSync(`${root}/names`, `127.0.0.1 localhost\n${names}`);
    await must(["mount", "--bind", `${root}/names`, "/etc/hosts"]);
    Deno.mkdirSync(`${root}/${VOLUME}`);
    await makeBridge();
    const rig = new Rig(root, engine, hosts);
    for (const host of hosts) await host.boot();
    await engine.create(hosts);
    for (const host of hosts) await rig.#mount(host);
    return rig;
  }

  /** The hosts by name, for a case that wants one in particular. */
  host(name: string): Host {
    return this.hosts.find((host) => host.name === name)!;
  }

  /** The hosts that are up and connected, and have mounted the volume. */
  get reachable(): Host[] {
    return this.hosts.filter(({ isConnected, isMounted }) => isConnected && isMounted);
  }

  /** Whether a host serves a part of the volume. */
  serves(host: Host): boolean {
    return this.hosts.indexOf(host) < 3;
  }

  /** Brings a host that was killed back to where it was, without its programs. */
  async restart(host: Host): Promise<void> {
    await host.boot();
    if (this.serves(host)) await this.engine.serve(host);
    await this.#mount(host);
  }

  /** Gives a host another clock, which takes a new start. */
  async setClock(host: Host, seconds: number): Promise<void> {
    if (host.clock === seconds) return;
    if (host.isUp) await host.kill();
    host.clock = seconds;
    await this.restart(host);
  }

  /** Mounts the volume anew everywhere. */
  async remount(how: string): Promise<void> {
    if (how === this.how) return;
    this.how = how;
    for (const host of this.hosts) {
      host.isMounted = false;
      await must(host.words("umount", `${this.root}/${VOLUME}`));
      await this.#mount(host);
    }
  }

  /**
   * Brings all hosts back, and waits until each can write to the volume again, which a client that
   * was cut off may only do after a while, and the volume is whole.
   *
   * @returns The hosts that had to be booted again, as they did not come to serve their part.
   */
  async heal(): Promise<Host[]> {
    for (const host of this.hosts) {
      if (host.isUp && !host.isConnected) await host.connect();
      if (!host.isUp) await this.restart(host);
    }
    const first = this.hosts[0]!;
    const write = ["sh", "-c", 'rm "$(mktemp -p "$0")"', `${this.root}/${VOLUME}`];
    for (const host of this.hosts) await host.run(write, { patience: 120 });
    const booted: Host[] = [];
    let amiss: string | undefined;
    const isWhole = async () => (amiss = await this.engine.heal(first)) === undefined;
    for (let tries = 0; tries < 4; tries++) {
      if (await until(isWhole, 75, 1)) return booted;
      for (const name of this.engine.unserved?.(amiss!) ?? []) {
        if (name === first.name) continue;
        await this.host(name).kill();
        await this.restart(this.host(name));
        booted.push(this.host(name));
      }
    }
    throw new Error(`${this.engine.name} does not heal: ${amiss!.slice(0, 2000)}`);
  }

  /** Ends what a case has left, and makes all whole for the next one. */
  async clear(): Promise<void> {
    for (const host of this.hosts) await this.setClock(host, 0);
    await this.heal();
    for (const host of this.hosts) await host.killProcesses(/\bmain\.ts |note S|^sleep \d/);
  }

  async #mount(host: Host): Promise<void> {
    await this.engine.mount(host, this.how, `${this.root}/${VOLUME}`);
    host.isMounted = true;
  }
}
