/**
 * Runs several actors on one disk, in any order of their file calls.
 *
 * @module
 */

import type { FilePort } from "../../src/fs/file_port.ts";
import { Killed, type Leaving } from "./faults.ts";
import { type LoggedCall, ReplayedPort } from "./replayed_port.ts";
import { withSeed } from "./seeded.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import type { SimulatedProcess } from "./simulated_process.ts";

/**
 * One who uses the disk. It is run again from the start each time it continues, so it must make the
 * same calls whenever it gets the same answers: it builds what it needs anew in each run, awaits
 * nothing but the port, and changes nothing outside. `Date.now()` and the random IDs that it draws
 * are the same in each run.
 */
export type Actor = (files: FilePort) => Promise<unknown>;

/**
 * One step of a schedule. `run`: this actor makes so many more calls (default: all that are left),
 * fewer if it ends before or waits for a lock that another holds. `kill`: its process dies, its
 * locks fall free; with `leaving`, in the middle of its next call.
 */
export type Turn = { run: string; calls?: number } | { kill: string; leaving?: Leaving };

/** What has become of an actor. */
export type ActorEnd =
  | { status: "returned"; value: unknown }
  | { status: "threw"; error: unknown }
  | { status: "killed" };

/** What came of a schedule. */
export interface Interleaving<Name extends string> {
  /** The disk, as they left it. */
  disk: SimulatedDisk;
  /** How each actor ended. */
  ends: Record<Name, ActorEnd>;
  /** Each actor's calls. */
  calls: Record<Name, number>;
  /** Whether the actor of a turn was at its end after it, by turn. */
  ended: boolean[];
  /** Whether the actor of a turn was then waiting for a lock, by turn. */
  blocked: boolean[];
}

class Script {
  end?: ActorEnd;
  blocked = false;
  readonly #disk: SimulatedDisk;
  readonly #process: SimulatedProcess;
  readonly #actor: Actor;
  readonly #seed: number;
  readonly #log: LoggedCall[] = [];
  readonly #time: number;

  constructor(disk: SimulatedDisk, name: string, actor: Actor, seed: number) {
    this.#disk = disk;
    this.#process = disk.process(name);
    this.#actor = actor;
    this.#seed = seed;
    this.#time = disk.state.now();
  }

  get calls(): number {
    return this.#log.length;
  }

  async run(budget: number): Promise<void> {
    if (this.end) return;
    const port = new ReplayedPort(this.#disk, this.#process, this.#log, budget);
    let end: ActorEnd;
    try {
      end = {
        status: "returned",
        value: await withSeed(this.#seed, () => this.#actor(port), this.#time),
      };
    } catch (error) {
      end = { status: "threw", error };
    }
    port.checkReplay();
    this.blocked = port.stopped === "blocked";
    if (this.#process.killed) this.end = { status: "killed" };
    else if (!port.stopped) this.end = end;
  }

  async kill(leaving: Leaving): Promise<void> {
    if (this.end) return;
    this.#process.before = () => {
      throw new Killed(leaving);
    };
    if (leaving !== "nothing") await this.run(1);
    // By name: what a process of this name locked before the schedule falls free too.
    this.#disk.crashProcess(this.#process.name);
    this.end = { status: "killed" };
  }
}

/**
 * Runs actors by a schedule. Those that have not ended with it are then run to their ends in turn.
 *
 * @param disk Where; it is changed.
 * @param actors By name; each has a process of that name.
 * @param schedule Who makes how many calls when.
 * @throws `Error` if an actor is not deterministic, or if all that are left wait for locks.
 *
 * @example
 * ```ts ignore
 * const { ends } = await interleave(disk, { one, other }, [
 *   { run: "one", calls: 3 },
 *   { run: "other" },
 *   { kill: "one" },
 * ]);
 * ```
 */
export async function interleave<Name extends string>(
  disk: SimulatedDisk,
  actors: Record<Name, Actor>,
  schedule: readonly Turn[],
): Promise<Interleaving<Name>> {
  const names = Object.keys(actors) as Name[];
  const scripts = new Map<string, Script>(
    names.map((name, at) => [name, new Script(disk, name, actors[name], at + 1)]),
  );
  const ended: boolean[] = [], blocked: boolean[] = [];
  for (const turn of schedule) {
    const script = scripts.get("run" in turn ? turn.run : turn.kill);
    if (!script) throw new Error(`no actor has the name in ${JSON.stringify(turn)}`);
    if ("run" in turn) await script.run(turn.calls ?? Infinity);
    else await script.kill(turn.leaving ?? "nothing");
    ended.push(script.end !== undefined);
    blocked.push(script.end === undefined && script.blocked);
  }
  for (let open = [...scripts.values()]; open.length > 0;) {
    const before = open.map((script) => script.calls).join();
    for (const script of open) await script.run(Infinity);
    const left = open.filter((script) => script.end === undefined);
    if (left.length === open.length && open.map((script) => script.calls).join() === before) {
      throw new Error(`deadlock: all wait for locks\n${disk.trace()}`);
    }
    open = left;
  }
  const collect = <T>(of: (script: Script) => T) =>
    Object.fromEntries(names.map((name) => [name, of(scripts.get(name)!)])) as Record<Name, T>;
  return {
    disk,
    ends: collect((script) => script.end!),
    calls: collect((script) => script.calls),
    ended,
    blocked,
  };
}

/** One pair of places in two actors. */
export interface Pair<Name extends string> extends Interleaving<Name> {
  /** How many calls the first had made when the second began. */
  i: number;
  /** How many the second had made when the first went on. */
  j: number;
}

/**
 * Runs two actors interleaved at every pair of calls: the first makes i, the second j, then the
 * rest by `then`. Yields each case after it ran.
 *
 * @param disk What each case begins with; it is cloned, not changed.
 * @param actors Two, in this order. Interleave them the other way round too if they differ.
 * @param then What follows the first i and j calls. Default: the first runs to its end, then the
 * second.
 *
 * @example
 * ```ts ignore
 * for await (const { i, j, disk: after, ends } of everyPair(disk, { one, other })) {
 *   assertEquals(after.names("/q/done").length, 1, `i=${i} j=${j}\n${after.trace()}`);
 * }
 * ```
 */
export async function* everyPair<Name extends string>(
  disk: SimulatedDisk,
  actors: Record<Name, Actor>,
  then?: (first: Name, second: Name) => Turn[],
  step = 1,
): AsyncGenerator<Pair<Name>> {
  const [first, second] = Object.keys(actors) as [Name, Name];
  const rest = then?.(first, second) ?? [{ run: first }, { run: second }];
  for (let i = 0;; i++) {
    let firstEnded = false;
    for (let j = i % step;; j += step) {
      const result = await interleave(disk.clone(), actors, [
        { run: first, calls: i },
        { run: second, calls: j },
        ...rest,
      ]);
      firstEnded = result.ended[0]! || result.blocked[0]!;
      yield { ...result, i, j };
      // From here on more calls change nothing.
      if (result.ended[1] || result.blocked[1] || firstEnded) break;
    }
    if (firstEnded) return;
  }
}
