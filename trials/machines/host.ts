/**
 * A machine made of namespaces: a network, mount, PID and UTS namespace, and a disk that outlives
 * its processes.
 *
 * @module
 */

import { programWords } from "../program_words.ts";
import {
  type Ended,
  must,
  processes,
  run,
  type RunOptions,
  signal,
  until,
  uptime,
} from "./processes.ts";

/** Where libfaketime lies for each machine type that Debian has it for. */
const FAKETIME = `/usr/lib/${Deno.build.arch}-linux-gnu/faketime/libfaketimeMT.so.1`;

/**
 * What a host does first: its name, its own /run and shared memory; then it is only there, and
 * reaps.
 */
const INIT = `set -e
hostname "$1"
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir -p /run/lock /run/gluster
ip link set lo up
shift
while [ $# -gt 0 ]; do mount --bind "$1" "$2"; shift 2; done
trap "" CHLD HUP INT TERM
echo up
exec sleep infinity`;

/** A program that runs on a host. */
export interface Program {
  /** The host. */
  readonly host: Host;
  /** Settles with the exit status, or the signal's name, when it has ended. */
  readonly ended: Promise<string>;
  /** How it ended; missing while it runs. */
  end?: string;
  /** Sends SIGKILL to it alone. */
  kill(): void;
}

/** A host of the trial. */
export class Host {
  /** Its name: `n1` and so on. */
  readonly name: string;
  /** Its address in the trial's network. */
  readonly address: string;
  /** Its disk. */
  readonly disk: string;
  /** By how many seconds its clock is ahead of the others'; holds from the next boot on. */
  clock = 0;
  /** Whether its cable is in. */
  isConnected = false;
  /** Whether the volume is mounted there. */
  isMounted = false;
  /** When it was put in last, as `uptime()` gives it. */
  connectedAt = 0;
  /** How often it was killed or cut off: what it says meanwhile is no answer. */
  faults = 0;
  readonly #number: number;
  readonly #binds: readonly (readonly [string, string])[];
  #init: number | undefined;
  #unshare: Deno.ChildProcess | undefined;

  /**
   * @param root The trial's directory.
   * @param binds Directories of the system that this host has of its own: name on its disk, path.
   */
  constructor(number: number, root: string, binds: readonly (readonly [string, string])[]) {
    this.#number = number;
    this.name = `n${number}`;
    this.address = `10.77.0.${number}`;
    this.disk = `${root}/hosts/${this.name}`;
    this.#binds = binds.map(([name, path]) => [`${this.disk}/${name}`, path] as const);
    for (const name of ["home", "tmp", ...binds.map(([name]) => name)]) {
      Deno.mkdirSync(`${this.disk}/${name}`, { recursive: true });
    }
  }

  /** Whether it has been booted and not been killed since. */
  get isUp(): boolean {
    return this.#init !== undefined;
  }

  /** Starts the host, with a cable in the bridge. */
  async boot(): Promise<void> {
    const namespaces = ["--mount", "--uts", "--pid", "--net", "--propagation", "private"];
    const child = new Deno.Command("unshare", {
      args: [
        ...[...namespaces, "--fork", "--kill-child", "--mount-proc"],
        ...["sh", "-c", INIT, "sh", this.name, ...this.#binds.flat()],
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    if (!value) throw new Error(`host ${this.name} did not start`);
    this.#unshare = child;
    this.#init = processes().find(({ parent }) => parent === child.pid)!.pid;
    const [cable, init] = [this.#cable, `${this.#init}`];
    await must(["ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", init]);
    await must(["ip", "link", "set", cable, "up"]);
    await must(this.words("ip", "addr", "add", `${this.address}/24`, "dev", "eth0"));
    await must(this.words("ip", "link", "set", "eth0", "up"));
    await this.connect();
  }

  get #cable(): string {
    return `cable${this.#number}`;
  }

  /** Puts its cable into the bridge. */
  async connect(): Promise<void> {
    await must(["ip", "link", "set", this.#cable, "master", "br0"]);
    this.isConnected = true;
    this.connectedAt = uptime();
  }

  /** Pulls its cable out of the bridge: packets are lost, and nobody is told. */
  async cut(): Promise<void> {
    await must(["ip", "link", "set", this.#cable, "nomaster"]);
    this.faults++;
    this.isConnected = false;
  }

  /**
   * Kills all of its processes at once. Those it talked to are told by the kernel, unless it was
   * cut off before.
   */
  async kill(): Promise<void> {
    // Its first process dies with the one that made it, and the kernel ends all others before it
    // lets that one go.
    const init = this.#init!;
    this.faults++;
    this.#init = undefined;
    this.isMounted = false;
    signal(this.#unshare!.pid, "SIGKILL");
    await this.#unshare!.status;
    await until(() => !processes().some(({ pid }) => pid === init), 30);
    await run(["ip", "link", "delete", this.#cable]);
    this.isConnected = false;
  }

  /** The words of a command on this host. It is killed with the process that these words start. */
  words(...words: readonly string[]): string[] {
    if (this.#init === undefined) throw new Error(`host ${this.name} is down`);
    const variables = {
      PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: `${this.disk}/home`,
      TMPDIR: `${this.disk}/tmp`,
      DENO_DIR: Deno.env.get("DENO_DIR")!,
      MACHINES_ROOT: Deno.env.get("MACHINES_ROOT")!,
      NO_COLOR: "1",
      TERM: "xterm",
      // A time namespace does not move CLOCK_REALTIME; this library does, for the runtime and the
      // file system's client.
      ...this.clock === 0 ? {} : {
        LD_PRELOAD: FAKETIME,
        FAKETIME: `${this.clock > 0 ? "+" : ""}${this.clock}s`,
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
        FAKETIME_DISABLE_SHM: "1",
      },
    };
    return [
      ...["nsenter", "--target", `${this.#init}`, "--mount", "--uts", "--net", "--pid", "--"],
      ...["setpriv", "--pdeathsig", "KILL", "env", "--ignore-environment"],
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...words,
    ];
  }

  /** Runs a command on this host. */
  run(words: readonly string[], options?: RunOptions): Promise<Ended> {
    return run(this.words(...words), options);
  }

  /** Runs queuectl on this host. */
  queuectl(dir: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
    return this.run(programWords("--dir", dir, ...args), options);
  }

  /** Starts a program on this host; its output is appended to a file. */
  start(words: readonly string[], output: string): Program {
    Deno.writeTextFileSync(output, "", { append: true });
    const child = new Deno.Command("/bin/sh", {
      args: ["-c", 'exec "$@" >>"$0" 2>&1', output, ...this.words(...words)],
      stdin: "null",
    }).spawn();
    const program: Program = {
      host: this,
      ended: child.status.then(({ code, signal }) => program.end = `${signal ?? code}`),
      kill: () => signal(child.pid, "SIGKILL"),
    };
    return program;
  }

  /**
   * Kills the processes of this host whose command has these words; returns how many there were.
   */
  async killProcesses(words: RegExp): Promise<number> {
    const namespace = this.#namespace(this.#init!);
    const found = () =>
      processes().filter((one) =>
        words.test(one.words) && !/^(nsenter|setpriv) /.test(one.words) &&
        this.#namespace(one.pid) === namespace
      );
    const killed = found();
    for (const { pid } of killed) signal(pid, "SIGKILL");
    await until(() => found().length === 0, 10);
    return killed.length;
  }

  #namespace(pid: number): string | undefined {
    try {
      return Deno.readLinkSync(`/proc/${pid}/ns/pid`);
    } catch {
      // It has ended.
    }
  }
}

/** Makes the bridge that the hosts' cables go into. */
export async function makeBridge(): Promise<void> {
  await must(["ip", "link", "set", "lo", "up"]);
  await must(["ip", "link", "add", "br0", "type", "bridge"]);
  await must(["ip", "link", "set", "br0", "up"]);
}
