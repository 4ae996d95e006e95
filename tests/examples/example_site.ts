/**
 * A queue of its own, and a shell in which `queuectl` and the examples are at hand.
 *
 * @module
 */

import type { JobView } from "../../mod.ts";
import type { Result } from "../program/in_process.ts";
import { Program, type Running } from "../program/program.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A name that is more than a name to whoever does not quote it. */
export const HOSTILE =
  'it\'s "a" $(touch hacked) `touch hacked` \\ ; touch hacked\n\t%d -n *[0].jpg';

/** What a shell finds in $PATH and in $EXAMPLES. */
export class ExampleSite implements AsyncDisposable {
  readonly program: Program = new Program();
  readonly #env: Record<string, string>;

  /** @param settings What is in config.json. */
  constructor(settings: Record<string, unknown> = {}) {
    const { dir } = this.program;
    Deno.writeTextFileSync(`${dir}/config.json`, JSON.stringify(settings), { mode: 0o600 });
    const bin = `${this.home}/bin`;
    Deno.mkdirSync(bin);
    Deno.symlinkSync(`${ROOT}bin/queuectl`, `${bin}/queuectl`);
    const runtime = Deno.execPath().replace(/\/[^/]*$/, "");
    this.#env = {
      EXAMPLES: `${ROOT}examples`,
      PATH: `${bin}:${runtime}:${Deno.env.get("PATH")}`,
      // Else a worker takes this PATH for one of npx, and undoes it.
      npm_command: "",
    };
  }

  /** The test's own directory, where each script stands. */
  get home(): string {
    return this.program.home;
  }

  /** Starts a script that goes on. */
  spawn(script: string, env: Record<string, string> = {}, stdin?: string): Running {
    return this.program.spawnShell(`set -e; ${script}`, { env: { ...this.#env, ...env }, stdin });
  }

  /** Runs a script that is to succeed, and gives what it writes. */
  async run(script: string, env: Record<string, string> = {}, stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.spawn(script, env, stdin).ended;
    if (code !== 0) throw new Error(`exit ${code}: ${script}\n${stderr}`);
    return stdout;
  }

  /** Runs a script that is to fail. */
  async fail(script: string, env: Record<string, string> = {}): Promise<Result> {
    const result = await this.spawn(script, env).ended;
    if (result.code === 0) throw new Error(`exit 0: ${script}\n${result.stdout}`);
    return result;
  }

  /** Works until nothing is left to do; gives the jobs that there are then. */
  async work(count = 1): Promise<JobView[]> {
    await this.run(`queuectl worker start --drain --count ${count}`);
    return JSON.parse(await this.run("queuectl --json list --limit 1000"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}
