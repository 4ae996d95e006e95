/**
 * A queue on the volume, and what is known of it: each case plays on one of its own.
 *
 * @module
 */

import type { JobInput } from "../../src/format/job.ts";
import { programWords } from "../program_words.ts";
import { VOLUME } from "./engine.ts";
import type { Host, Program } from "./host.ts";
import type { Judged } from "./judge_queue.ts";
import { type Note, plan, type Planned, readNotes } from "./noted_jobs.ts";
import { type Ended, pause, until, uptime } from "./processes.ts";
import type { Rig } from "./rig.ts";

/** How long each look of a doctor that watches is apart from the one before, in seconds. */
const DOCTOR_INTERVAL = 4;

/** How long the client of a host that was cut off may take to be connected again, in seconds. */
const RECONNECTS_WITHIN = 30;

/** How long a command may take before it is killed, in seconds. */
const PATIENCE = 200;

/** The exit status of a command that was killed. */
const KILLED = 137;

/** A case at play. */
export class Scene {
  /** The hosts. */
  readonly rig: Rig;
  /** The queue. */
  readonly dir: string;
  /** A folder outside the volume, for what is noted. */
  readonly evidence: string;
  /** What contradicts a promise, a sentence each. */
  readonly violations: string[] = [];
  /** What was measured, a line each. */
  readonly figures: string[] = [];
  /** The workers, also those that have ended. */
  readonly workers: Program[] = [];
  /** Hosts whose workers may rightly have been taken for dead. */
  readonly hit = new Set<string>();
  readonly #planned: Record<string, Planned> = {};
  #doctors: Promise<void> | undefined;
  #working = true;

  /** @param name Of this scene alone. */
  constructor(rig: Rig, name: string) {
    this.rig = rig;
    this.dir = `${rig.root}/${VOLUME}/${name}`;
    this.evidence = `${rig.root}/evidence/${name}`;
    Deno.mkdirSync(this.evidence, { recursive: true });
    for (const file of ["ledger", "told"]) Deno.writeTextFileSync(`${this.evidence}/${file}`, "");
  }

  /** The file that jobs note their runs in. */
  get ledger(): string {
    return `${this.evidence}/ledger`;
  }

  /** What jobs have noted by now. */
  notes(): Note[] {
    return readNotes(Deno.readTextFileSync(this.ledger));
  }

  /** Plans a job of this scene. */
  plan(name: string, work: string, lines?: number, rest?: Partial<JobInput>): Planned {
    return plan(name, work, this.ledger, lines, rest);
  }

  /** Calls queuectl on a host. */
  call(host: Host | string, ...args: readonly string[]): Promise<Ended> {
    const at = typeof host === "string" ? this.rig.host(host) : host;
    return at.queuectl(this.dir, args, { patience: PATIENCE });
  }

  /** Calls queuectl on a host; that it fails is a violation. Returns what it printed. */
  async expect(host: Host | string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.call(host, ...args);
    if (code !== 0) this.fail(`${nameOf(host)}: ${shown(args)}: exit ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** Notes what contradicts a promise. */
  fail(violation: string): void {
    this.violations.push(violation);
  }

  /** Notes that something has to be so. */
  check(holds: boolean, otherwise: string): void {
    if (!holds) this.fail(otherwise);
  }

  /** Makes the queue, with settings such as `poll_interval=1`. */
  async open(settings: Record<string, string> = {}): Promise<void> {
    const all = { kill_grace: "0.5", ...settings };
    for (const [key, value] of Object.entries(all)) {
      await this.expect("n1", "config", "set", key, value);
    }
  }

  /** Starts a worker on a host. */
  startWorker(host: Host, count = 2, ...options: readonly string[]): Program {
    const words = programWords("--dir", this.dir, "worker", "start", "--json", ...options);
    const output = `${this.evidence}/worker.${host.name}`;
    const program = host.start([...words, "--count", `${count}`], output);
    this.workers.push(program);
    return program;
  }

  /** Waits until so many workers are listed, as seen from a host. */
  async untilWorkers(count: number, from: Host | string = "n1"): Promise<void> {
    const isReady = async () => (await this.list(from)).length === count;
    if (!(await until(isReady, 60, 0.5))) {
      this.fail(`${nameOf(from)} does not see ${count} workers: ${await this.list(from)}`);
    }
  }

  /** The names of the workers, as seen from a host. */
  async list(from: Host | string): Promise<string[]> {
    const { code, stdout, stderr } = await this.call(from, "worker", "list", "--json");
    if (code === 0) return JSON.parse(stdout).map(({ name }: { name: string }) => name);
    this.fail(`${nameOf(from)}: worker list: exit ${code}: ${stderr.trim()}`);
    return [];
  }

  /** Adds jobs from a host, in one go. */
  async enqueue(from: Host | string, planned: readonly Planned[]): Promise<string[]> {
    const host = typeof from === "string" ? this.rig.host(from) : from;
    const { ids, failure } = await this.tryEnqueue(host, planned);
    if (failure !== undefined) this.fail(`${host.name}: enqueue: ${failure}`);
    return ids;
  }

  /**
   * Likewise, where it may fail, because the host does: what was not acknowledged may be there or
   * not.
   */
  async tryEnqueue(
    host: Host,
    planned: readonly Planned[],
  ): Promise<{ ids: string[]; failure?: string }> {
    const input = planned.map(({ input }) => JSON.stringify(input) + "\n").join("");
    const args = ["enqueue", "--no-comments", "--file", "-"];
    const { code, stdout, stderr } = await host.queuectl(this.dir, args, { input, patience: 200 });
    const ids = stdout.split("\n").slice(0, -1);
    this.acknowledge(ids, planned);
    return code === 0 ? { ids } : { ids, failure: `exit ${code}: ${stderr.trim()}` };
  }

  /** Notes that a job is what is planned here from now on. */
  become(id: string, planned: Planned): void {
    this.#planned[id] = planned;
  }

  /** How many jobs have been acknowledged. */
  get acknowledged(): number {
    return Object.keys(this.#planned).length;
  }

  /** Notes that the program has printed these IDs for the first of these jobs. */
  acknowledge(ids: readonly string[], planned: readonly Planned[]): void {
    ids.forEach((id, n) => this.become(id, planned[n]!));
    const told = ids.map((id) => `A ${id}\n`).join("");
    Deno.writeTextFileSync(`${this.evidence}/told`, told, { append: true });
  }

  /**
   * Has `doctor` look from every host that can be reached, again and again; what it finds is a
   * violation.
   */
  watch(): void {
    this.#doctors = (async () => {
      while (this.#working) {
        await Promise.all(this.rig.reachable.map((host) => this.#look(host)));
        await pause(DOCTOR_INTERVAL);
      }
    })();
  }

  async #look(host: Host): Promise<void> {
    const begun = uptime();
    const { faults } = host;
    const { isDisturbed } = this.rig;
    const { code, stdout, stderr } = await this.call(host, "doctor", "--json");
    if (code === 0 || host.faults !== faults) return;
    // A client takes some seconds to connect again, first to one server that may lack something.
    const wasDisturbed = isDisturbed || this.rig.isDisturbed;
    const when = `doctor on ${host.name} at ${begun.toFixed(0)}`;
    // It reads every file of the queue; a client of copies that differ mends each as it is read.
    if (wasDisturbed && code === KILLED) {
      this.figures.push(`${when}: no answer within ${PATIENCE} s, while copies were made whole`);
      return;
    }
    const isConnecting = wasDisturbed || begun - host.connectedAt < RECONNECTS_WITHIN;
    if (isConnecting && /transport endpoint|disk failed to read/.test(stderr)) return;
    const problems: { problem: string }[] = code === 1 && stdout !== "" ? JSON.parse(stdout) : [];
    const areClocks = this.rig.hosts.some(({ clock }) => clock !== 0) &&
      problems.length > 0 && problems.every(({ problem }) => /clock/.test(problem));
    // It is to say so.
    if (areClocks) return;
    const said = (stdout + stderr).replace(/\s+/g, " ").trim().slice(0, 400);
    this.fail(`${when}: exit ${code}: ${said}`);
  }

  /** Waits until no job waits or runs, as seen from a host. */
  async untilRest(from: Host | string, patience: number): Promise<boolean> {
    let last = "";
    const rests = async () => {
      const { code, stdout, stderr } = await this.call(from, "status", "--json");
      last = stdout + stderr;
      if (code !== 0) {
        this.fail(`${nameOf(from)}: status: exit ${code}: ${stderr.trim()}`);
        return false;
      }
      const { pending, delayed, processing, failed } = JSON.parse(stdout).jobs;
      return pending + delayed + processing + failed === 0;
    };
    const rested = await until(rests, patience, 0.5);
    if (!rested) this.fail(`not at rest after ${patience} s: ${last.replace(/\s+/g, " ")}`);
    return rested;
  }

  /**
   * Lets the workers leave, and judges the queue from a host; all hosts must be up and connected.
   */
  async close(from: Host | string = "n1", rest = 60): Promise<void> {
    const rested = await this.untilRest(from, rest);
    this.#working = false;
    await this.#doctors;
    await this.dismiss(from);
    if (!rested) return;
    // Unfinished files of dead programs are removed by a worker once they are ten seconds old.
    if (this.hit.size > 0) {
      await pause(11);
      await this.expect(from, "worker", "start", "--drain");
    }
    Deno.writeTextFileSync(`${this.evidence}/planned.json`, JSON.stringify(this.#planned));
    Deno.writeTextFileSync(`${this.evidence}/hit.json`, JSON.stringify([...this.hit]));
    await this.#judge(typeof from === "string" ? this.rig.host(from) : from);
    for (const host of this.rig.reachable) await this.#look(host);
    this.#readWorkers();
  }

  /** Asks the workers to leave; kills those that do not. */
  async dismiss(from: Host | string): Promise<void> {
    await this.expect(from, "worker", "stop");
    for (const worker of this.workers) {
      if (await until(() => worker.end !== undefined, 30)) continue;
      this.fail(`the worker on ${worker.host.name} does not stop in 30 s`);
      worker.kill();
    }
  }

  async #judge(host: Host): Promise<void> {
    const script = new URL("judge_queue.ts", import.meta.url).pathname;
    const words = [Deno.execPath(), "run", "--quiet", "-A", script, this.dir, this.evidence];
    const { code, stdout, stderr } = await host.run(words, { patience: PATIENCE });
    if (code !== 0) {
      this.fail(`the queue cannot be judged: ${stderr}`);
      return;
    }
    const { violations, done, dead, runs, lostAttempts, repeats }: Judged = JSON.parse(stdout);
    for (const violation of violations) {
      // Its lock stays taken with its host's, so that nobody takes it for abandoned.
      const isOfDeadHost = this.rig.engine.keepsLocksOfTheDead &&
        /^left in tmp\/: .*@new$/.test(violation);
      (isOfDeadHost ? this.figures : this.violations).push(violation);
    }
    this.figures.push(
      `${done} done, ${dead} dead, ${runs} runs, ${lostAttempts} attempts lost, ${repeats} of them had begun`,
    );
  }

  /** Copies the queue to the evidence, as far as that can be read. */
  async keep(): Promise<void> {
    await this.rig.reachable[0]?.run(["cp", "-r", this.dir, `${this.evidence}/queue`]);
  }

  /** A worker that crashed, or that was in trouble on a host that nothing was done to. */
  #readWorkers(): void {
    for (const host of this.rig.hosts) {
      let text = "";
      try {
        text = Deno.readTextFileSync(`${this.evidence}/worker.${host.name}`);
      } catch {
        continue;
      }
      for (const line of new Set(text.split("\n"))) {
        const isCrash = /^error: Uncaught|^\s+at .*:\d+:\d+\)?$/.test(line);
        if (!isCrash && (this.hit.has(host.name) || !line.includes('"trouble"'))) continue;
        this.fail(`the worker on ${host.name} says: ${line.slice(0, 300)}`);
      }
    }
  }
}

function nameOf(host: Host | string): string {
  return typeof host === "string" ? host : host.name;
}

/** A command as it is told of. */
function shown(args: readonly string[]): string {
  return args.join(" ").slice(0, 120);
}
