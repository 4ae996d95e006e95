/**
 * Where a case plays: its queues, the programs that work on them, and its tabs, all of which are
 * gone when it is over.
 *
 * @module
 */

import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { type Dashboard, type Program, queuectl, startDashboard, startWorker } from "./programs.ts";
import { Tab } from "./tab.ts";
import { until } from "./until.ts";

/** A job as `enqueue --file` takes it. */
export type Job = { command: string | string[]; id?: string } & Record<string, unknown>;

/** The folders that a job may lie in. */
const STATES = ["pending", "processing", "done", "failed", "dead"] as const;

/** The place of one case. */
export class Scene implements AsyncDisposable {
  /** What is wrong: a sentence each. */
  readonly violations: string[] = [];
  /** What was seen, for the record. */
  readonly figures: string[] = [];
  /** Whether sizes are to be small. */
  readonly small: boolean;
  readonly #browser: Browser;
  readonly #root: string;
  readonly #programs = new Set<Program>();
  readonly #contexts: BrowserContext[] = [];
  readonly #tabs: Tab[] = [];
  #queues = 0;

  /** @param root A folder of its own. */
  constructor(browser: Browser, root: string, small: boolean) {
    this.#browser = browser;
    this.#root = root;
    this.small = small;
  }

  /** Notes what is wrong, unless a condition holds. */
  check(holds: boolean, sentence: string): void {
    if (!holds) this.violations.push(sentence);
  }

  /** The path of a new queue, which is made when something is first added to it. */
  queue(): string {
    return `${this.#root}/queue${++this.#queues}`;
  }

  /** Adds jobs by one `enqueue --file -`; returns their IDs. */
  async add(dir: string, jobs: readonly Job[]): Promise<string[]> {
    const lines = jobs.map((job) => JSON.stringify(job)).join("\n");
    const ids = await queuectl(dir, ["enqueue", "--file", "-"], lines + "\n");
    return ids.trim().split("\n");
  }

  /** Starts a dashboard. */
  async dashboard(dir: string, ...options: string[]): Promise<Dashboard> {
    const dashboard = await startDashboard(dir, options);
    this.#programs.add(dashboard.program);
    return dashboard;
  }

  /** Starts a worker. */
  async worker(dir: string, ...options: string[]): Promise<Program> {
    const worker = await startWorker(dir, options);
    this.#programs.add(worker);
    return worker;
  }

  /** Ends a program with a signal, and waits until it has ended. */
  async end(program: Program, signal: Deno.Signal = "SIGTERM"): Promise<void> {
    await program.end(signal);
    this.#programs.delete(program);
  }

  /** Runs all jobs that are ready, their retries too, unless those are far ahead. */
  async drain(dir: string, count = 4): Promise<void> {
    const worker = await this.worker(dir, "--count", `${count}`);
    await until(
      "nothing is ready or runs",
      () => this.#ready(dir) === 0 && names(dir, "processing").length === 0,
      60_000,
    );
    await this.end(worker);
  }

  /** A browser of its own: cookies, storage, size and colours are those of no other. */
  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    this.#contexts.push(context);
    return context;
  }

  /** A tab in a browser of its own, opened by the link, at a path. */
  async tab(dashboard: Dashboard, path = "/", options?: BrowserContextOptions): Promise<Tab> {
    return this.watched(await Tab.open(await this.context(options), dashboard, path));
  }

  /** A further tab in a browser that has the cookie. */
  async tabIn(context: BrowserContext, dashboard: Dashboard, path: string): Promise<Tab> {
    return this.watched(await Tab.openAgain(context, dashboard, path));
  }

  /** Counts a tab's faults at the end. */
  watched(tab: Tab): Tab {
    this.#tabs.push(tab);
    return tab;
  }

  /** The state of a job by where its file lies; `undefined` if it lies nowhere. */
  stateOf(dir: string, id: string): typeof STATES[number] | undefined {
    return STATES.find((state) => pathIn(dir, state, id) !== undefined);
  }

  /** A job's file as JSON; rejects if there is none. */
  job(dir: string, id: string): Record<string, unknown> {
    const state = this.stateOf(dir, id);
    const path = state && pathIn(dir, state, id);
    if (path === undefined) throw new Error(`no file of job ${id} lies in ${dir}`);
    return JSON.parse(Deno.readTextFileSync(path));
  }

  /** The path of a job's file, or `undefined`. */
  fileOf(dir: string, id: string): string | undefined {
    const state = this.stateOf(dir, id);
    return state && pathIn(dir, state, id);
  }

  /** Waits until a job lies in a state. */
  async reaches(dir: string, id: string, state: typeof STATES[number] | undefined) {
    await until(
      () => `job ${id} is ${state ?? "gone"} on disk; it is ${this.stateOf(dir, id) ?? "gone"}`,
      () => this.stateOf(dir, id) === state,
    );
  }

  /** What each tab shows, in a line. */
  async sights(): Promise<string[]> {
    return await Promise.all(this.#tabs.map(async ({ page, path }) => {
      const text = await page.locator("body").innerText({ timeout: 2000 }).catch(String);
      return `${path} showed: ${text.replace(/\s+/g, " ").slice(0, 700)}`;
    }));
  }

  /** Closes all tabs and ends all programs; the queues stay. */
  async clear(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close().catch(() => {});
    await Promise.all([...this.#programs].map((program) => program[Symbol.asyncDispose]()));
    this.#programs.clear();
    for (const { faults } of this.#tabs.splice(0)) this.violations.push(...faults);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    await Deno.remove(this.#root, { recursive: true }).catch(() => {});
  }

  #ready(dir: string): number {
    const now = new Date().toISOString().replaceAll(/[-:]/g, "");
    return ["pending", "failed"].flatMap((state) =>
      names(dir, state).flatMap((name) =>
        name.endsWith(".json") ? [name] : names(dir, `${state}/${name}`)
      )
    ).filter((name) => name.split("-")[0]! <= now).length;
  }
}

/** The names of the job files and batches in a folder of a queue. */
function names(dir: string, folder: string): string[] {
  try {
    return [...Deno.readDirSync(`${dir}/${folder}`)].map(({ name }) => name)
      .filter((name) => !name.startsWith(".") && !name.endsWith(".log"));
  } catch {
    return [];
  }
}

/** The path of a job's file in a folder, also within a batch. */
function pathIn(dir: string, folder: string, id: string): string | undefined {
  for (const name of names(dir, folder)) {
    const path = `${dir}/${folder}/${name}`;
    if (!name.endsWith(".json")) {
      const inner = names(dir, `${folder}/${name}`).find((inner) => isOf(inner, id));
      if (inner !== undefined) return `${path}/${inner}`;
    } else if (isOf(name, id)) return path;
  }
}

/** Whether a file name is that of a job. */
function isOf(name: string, id: string): boolean {
  const stem = name.replace(/\.json$/, "").replace(/[@+].*/, "");
  return stem === id || stem.replace(/^\d{8}T[\d.]+Z-\d-/, "") === id;
}
