/**
 * A place for one attack: folders that both users reach, what the attacker does there, and what the
 * victim calls.
 *
 * @module
 */

import { DENO_DIR, makeQueue } from "../tests/program/program.ts";
import { programWords } from "./program_words.ts";

/** What the victim's call came to. */
export interface Call {
  code: number;
  out: string;
  err: string;
}

/** How long a call may take, in milliseconds: one that hangs is a success of the attacker. */
const PATIENCE = 30_000;

/** A real user of this machine, for as long as the trial runs. */
export interface Attacker {
  uid: number;
  remove(): Promise<void>;
}

/** Makes a user; gives the reason if that cannot be done. */
export async function makeAttacker(): Promise<Attacker | string> {
  if (Deno.uid() !== 0) return "this user is not root";
  const name = `queuectl-${crypto.randomUUID().slice(0, 8)}`;
  const made = await output("useradd", "--no-create-home", "--shell", "/bin/sh", name);
  if (made.code !== 0) return made.err;
  const { out } = await output("id", "-u", name);
  return {
    uid: Number(out),
    async remove() {
      await output("userdel", name);
    },
  };
}

async function output(command: string, ...args: string[]): Promise<Call> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" })
      .output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, out: text(stdout), err: text(stderr) };
  } catch (error) {
    return { code: 127, out: "", err: String(error) };
  }
}

/** The folders and users of one attack; disposing of it removes them, and kills what runs there. */
export class AttackSite implements AsyncDisposable {
  /** Where both can make things, as in /tmp. */
  readonly shared: string;
  /** The victim's home, closed to others. */
  readonly home: string;
  /** A folder of the victim's with things that are dear to them. */
  readonly dear: string;
  /** A queue of the victim's. */
  readonly queue: string;

  constructor(readonly attacker: number) {
    this.shared = Deno.makeTempDirSync({ prefix: "queuectl-attack-" });
    Deno.chmodSync(this.shared, 0o1777);
    this.home = `${this.shared}/victim`;
    this.dear = `${this.home}/dear`;
    this.queue = `${this.home}/queue`;
    Deno.mkdirSync(this.dear, { recursive: true, mode: 0o755 });
    for (const name of ["a.json", "a.log", "notes.log"]) {
      Deno.writeTextFileSync(`${this.dear}/${name}`, "dear\n");
    }
    makeQueue(this.queue);
  }

  /** Runs a script as the attacker, in the shared folder, with `$victim` and `$marker` set. */
  async attack(script: string): Promise<void> {
    const who = [`--reuid=${this.attacker}`, `--regid=${this.attacker}`, "--clear-groups"];
    const { code, stderr } = await new Deno.Command("setpriv", {
      args: [...who, "sh", "-euc", script],
      cwd: this.shared,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", victim: this.home, marker: this.marker },
      stdin: "null",
    }).output();
    if (code !== 0) throw new Error(`the attacker failed: ${new TextDecoder().decode(stderr)}`);
  }

  /** The script of a queue that the attacker makes, with a job that leaves the marker. */
  planted(dir: string): string {
    return `umask 077
      mkdir -p ${dir} && cd ${dir} && mkdir pending processing done failed dead tmp workers
      printf '1\\n' > VERSION
      printf '{"command":"touch %s"}' "$marker" > pending/planted.json
      chmod -R a+rX . && cd "$OLDPWD"`;
  }

  /** A file that exists only once a command of the attacker's has run as the victim. */
  get marker(): string {
    return `${this.home}/marker`;
  }

  /** Calls queuectl as the victim. */
  async call(
    args: readonly string[],
    options: { cwd?: string; stdin?: string } = {},
  ): Promise<Call> {
    return await this.run(programWords(...args), options);
  }

  /** Runs a command as the victim; one that takes too long has exit status 124. */
  async run(
    [command, ...args]: readonly string[],
    { cwd = this.home, stdin }: { cwd?: string; stdin?: string } = {},
  ): Promise<Call> {
    const child = new Deno.Command(command!, {
      args,
      cwd,
      env: { HOME: this.home, QUEUECTL_DIR: "", XDG_STATE_HOME: "", NO_COLOR: "1", DENO_DIR },
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (stdin !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(stdin));
      await writer.close();
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, PATIENCE);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(timer);
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code: late ? 124 : code, out: text(stdout), err: text(stderr) };
  }

  /** What is missing or changed of what is dear, or was run; `undefined` if all is as it was. */
  get harm(): string | undefined {
    return this.#harm();
  }

  #harm(): string | undefined {
    if (isThere(this.marker)) return "the attacker's command ran";
    const names = [...Deno.readDirSync(this.dear)].map(({ name }) => name).sort().join(" ");
    if (names !== "a.json a.log notes.log") return `the victim's folder holds: ${names}`;
    for (const name of names.split(" ")) {
      const text = Deno.readTextFileSync(`${this.dear}/${name}`);
      if (text !== "dear\n") return `${name} of the victim's was written to`;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Workers in the background, and what their jobs left: all have the folder in their words or
    // environment.
    await output("pkill", "-KILL", "-f", this.shared);
    await Deno.remove(this.shared, { recursive: true });
  }
}

/** Whether anything lies at a path. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
