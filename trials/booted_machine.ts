/**
 * A machine of its own for trials: systemd as process 1 in a container, on a copy of this machine's
 * files that only the container changes, without its services and its network.
 *
 * @module
 */

/** How long anything may take, in milliseconds. */
const PATIENCE = 90_000;

/** Units of this machine that say nothing of queuectl. */
const MASKED = ["tmp.mount", "systemd-networkd.service", "systemd-resolved.service"];

/** How a program ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export async function ended(program: string, ...args: readonly string[]): Promise<Ended> {
  const output = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

/** Runs a program that must succeed; gives what it wrote. */
export async function answer(program: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await ended(program, ...args);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} exited with ${code}: ${stderr}`);
  return stdout;
}

/** Waits until something holds, and gives what it returned. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  for (const deadline = performance.now() + PATIENCE; performance.now() < deadline;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** A machine that can be booted again and again. */
export class BootedMachine implements AsyncDisposable {
  /** Its files, as seen from outside. */
  readonly root: string;
  readonly #folder = Deno.makeTempDirSync({ prefix: "queuectl-machine-" });
  #container: Deno.ChildProcess | undefined;
  #init = 0;

  private constructor() {
    this.root = `${this.#folder}/root`;
  }

  /** Makes a machine, or says why that cannot be done here. */
  static async make(): Promise<BootedMachine | string> {
    if (Deno.uid() !== 0) return "only root can boot a container";
    for (const program of ["systemd-nspawn", "nsenter", "runuser"]) {
      if ((await ended("sh", "-c", `command -v ${program}`)).code !== 0) {
        return `there is no ${program}`;
      }
    }
    const machine = new BootedMachine();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, async () => {
        await machine[Symbol.asyncDispose]();
        Deno.exit(1);
      });
    }
    try {
      await machine.#mount();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      return `its files cannot be mounted: ${error}`;
    }
  }

  async #mount(): Promise<void> {
    const [folder, root] = [this.#folder, this.root];
    await answer("mount", "-t", "tmpfs", "-o", "mode=755", "queuectl-machine", folder);
    for (const part of ["upper", "work", "root"]) Deno.mkdirSync(`${folder}/${part}`);
    const layers = `lowerdir=/,upperdir=${folder}/upper,workdir=${folder}/work`;
    await answer("mount", "-t", "overlay", "-o", layers, "queuectl-machine", root);
    const units = `${root}/etc/systemd/system`;
    await answer(
      "sh",
      "-c",
      `cd "$0/etc" && rm -rf systemd/system/*.wants rc?.d fstab machine-id cron.d/* && : >machine-id`,
      root,
    );
    for (const unit of MASKED) {
      await answer("ln", "-sf", "/dev/null", `${units}/${unit}`);
    }
  }

  /** Boots it; resolves once systemd has started all there is to start. */
  async boot(): Promise<void> {
    const log = `${this.#folder}/console`;
    const container = new Deno.Command("sh", {
      args: [
        "-c",
        'exec systemd-nspawn --quiet --directory="$0" --register=no --keep-unit ' +
        '--private-network --console=pipe --boot >>"$1" 2>&1',
        this.root,
        log,
      ],
      stdin: "null",
    }).spawn();
    this.#container = container;
    let isOver = false;
    void container.status.then(() => isOver = true);
    await until("systemd has booted", async () => {
      if (isOver) throw new Error(`it does not boot: ${Deno.readTextFileSync(log).slice(-2000)}`);
      const path = `/proc/${container.pid}/task/${container.pid}/children`;
      const children = Deno.readTextFileSync(path).trim().split(" ").filter(Boolean);
      this.#init = Number(children.at(-1) ?? 0);
      if (this.#init === 0) return false;
      const { stdout } = await this.run("systemctl", "is-system-running");
      return /^(running|degraded)$/.test(stdout.trim());
    });
  }

  /** Shuts it down as `poweroff` does; its files stay. */
  async shutDown(): Promise<void> {
    await this.run("systemctl", "--no-block", "poweroff");
    await this.#container?.status;
    this.#container = undefined;
  }

  /** Runs a program in it as root. */
  run(...words: readonly string[]): Promise<Ended> {
    return ended("nsenter", `--target=${this.#init}`, "--all", "--", ...words);
  }

  /** Runs a program in it as a user, from the user's home, with nothing but what su gives. */
  runAs(user: string, ...words: readonly string[]): Promise<Ended> {
    const clean = ["env", "-i", `HOME=/home/${user}`, "PATH=/usr/local/bin:/usr/bin:/bin"];
    const there = ["sh", "-c", 'cd; exec "$@"', "sh", ...words];
    return this.run("runuser", "-u", user, "--", ...clean, ...there);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#container) {
      // Its process 1 takes all others with it.
      for (const pid of [this.#init, this.#container.pid]) {
        try {
          if (pid > 1) Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
      await this.#container.status;
    }
    for (const path of [this.root, this.#folder]) await ended("umount", "--lazy", path);
    Deno.removeSync(this.#folder, { recursive: true });
  }
}
