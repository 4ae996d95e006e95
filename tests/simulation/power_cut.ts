/**
 * What a disk can hold after a power cut.
 *
 * Of the names: what is durable, and any subset of the later changes that is closed, so that no
 * change is there without those it depends on. Of each file whose content is not durable: what is
 * durable of it, followed by nothing of the rest, by its first half (torn), by as many NUL bytes
 * (the size was written, the content was not), or by all of it. Of one that was written over: what
 * it held before, the first half of the new content and then what was there before (torn), or the
 * new content.
 *
 * @module
 */

import { DiskState, type Inode } from "./disk_state.ts";
import { type NameChange, type NameTree, ROOT } from "./name_tree.ts";
import { seededRandom } from "./seeded.ts";

/** What becomes of the part of a file that is not durable. */
type Rest = "none" | "torn" | "zeros" | "all";

const RESTS = {
  none: "without what was not flushed",
  torn: "torn",
  zeros: "with NUL bytes for what was not flushed",
};

/** How to go through the outcomes of a power cut. */
export interface PowerCutOptions {
  /** Up to so many outcomes all are given, else this many are drawn. Default 256. */
  limit?: number;
  /** What the drawing goes by. Default 1. */
  seed?: number;
}

/** One thing that a disk can hold after a power cut. */
export interface PowerCutOutcome {
  /** The disk, all of it durable. */
  state: DiskState;
  /** For people: which changes were lost, and which files are not whole. */
  label: string;
}

interface Draft {
  kept: ReadonlySet<number>;
  names: NameTree;
  rests: ReadonlyMap<number, Rest>;
}

/**
 * Goes through what a disk can hold after a power cut, each outcome once. The first is that
 * nothing survives that was not flushed, the second that all of it does. If there are more than
 * `limit`, these two are followed by a mixture of those where the changes survive up to a point in
 * time, and of any.
 */
export function* powerCutOutcomes(
  state: DiskState,
  { limit = 256, seed = 1 }: PowerCutOptions = {},
): Generator<PowerCutOutcome> {
  const first = distinct(state, extremes(state), 2);
  let drafts = distinct(state, chain(first, exhaustive(state)), limit + 1);
  if (drafts.length > limit) {
    drafts = distinct(state, chain(first, drawn(state, limit, seed)), limit);
  }
  for (const draft of drafts) yield outcome(state, draft);
}

/** The first so many that make different disks. */
function distinct(state: DiskState, drafts: Iterable<Draft>, count: number): Draft[] {
  const found = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = fingerprint(state, draft);
    if (!found.has(key)) found.set(key, draft);
    if (found.size >= count) break;
  }
  return [...found.values()];
}

function* chain(...parts: Iterable<Draft>[]): Generator<Draft> {
  for (const part of parts) yield* part;
}

function* extremes(state: DiskState): Generator<Draft> {
  const nothing = keeping(state, new Set());
  yield { ...nothing, rests: choose(state, nothing.names, (rests) => rests[0]!) };
  const everything = keeping(state, new Set(state.journal.keys()));
  yield { ...everything, rests: choose(state, everything.names, (rests) => rests.at(-1)!) };
}

function* exhaustive(state: DiskState): Generator<Draft> {
  for (const kept of closedSubsets([...state.journal.values()])) {
    const { names } = keeping(state, kept);
    for (const rests of everyChoice([...openFiles(state, names)])) yield { kept, names, rests };
  }
}

/** Draws more than are wanted, because the same may come more than once. */
function* drawn(state: DiskState, limit: number, seed: number): Generator<Draft> {
  const random = seededRandom(seed);
  const changes = [...state.journal.values()];
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  for (let i = 0; i < 32 * limit; i++) {
    const kept = new Set<number>();
    if (i % 2 === 0) {
      const until = Math.floor(random() * (changes.length + 1));
      for (const change of changes.slice(0, until)) kept.add(change.id);
    } else {
      const likelihood = pick([0.2, 0.5, 0.8]);
      for (const change of changes) {
        if (random() < likelihood && isPossible(state, change, kept)) kept.add(change.id);
      }
    }
    const { names } = keeping(state, kept);
    yield { kept, names, rests: choose(state, names, pick) };
  }
}

function isPossible(state: DiskState, change: NameChange, kept: ReadonlySet<number>): boolean {
  return change.after.every((id) => kept.has(id) || !state.journal.has(id));
}

/** Every subset of the changes in which none is without those it depends on. */
function* closedSubsets(changes: readonly NameChange[]): Generator<Set<number>> {
  const inJournal = new Set(changes.map((change) => change.id));
  const kept: number[] = [];
  function* from(at: number): Generator<Set<number>> {
    const change = changes[at];
    if (!change) {
      yield new Set(kept);
      return;
    }
    yield* from(at + 1);
    if (change.after.every((id) => kept.includes(id) || !inJournal.has(id))) {
      kept.push(change.id);
      yield* from(at + 1);
      kept.pop();
    }
  }
  yield* from(0);
}

function keeping(state: DiskState, kept: ReadonlySet<number>): Pick<Draft, "kept" | "names"> {
  const names = state.durable.clone();
  for (const [id, change] of state.journal) if (kept.has(id)) names.apply(change);
  return { kept, names };
}

/** The files with a name whose content is not durable, and what may become of each. */
function* openFiles(state: DiskState, names: NameTree): Generator<[number, Rest[]]> {
  for (const entries of names.directories.values()) {
    for (const inode of entries.values()) {
      const { content, durable } = state.inodes.get(inode)!;
      if (!content) continue;
      if (!isBeginning(durable, content)) {
        yield [inode, ["none", "torn", "all"]];
        continue;
      }
      const open = content.length - (durable?.length ?? 0);
      if (open > 1) yield [inode, ["none", "torn", "zeros", "all"]];
      else if (open === 1) yield [inode, ["none", "zeros", "all"]];
    }
  }
}

function choose(
  state: DiskState,
  names: NameTree,
  pick: (rests: Rest[]) => Rest,
): Map<number, Rest> {
  return new Map([...openFiles(state, names)].map(([inode, rests]) => [inode, pick(rests)]));
}

function* everyChoice(files: readonly [number, Rest[]][]): Generator<Map<number, Rest>> {
  const [first, ...others] = files;
  if (!first) {
    yield new Map();
    return;
  }
  for (const choice of everyChoice(others)) {
    for (const rest of first[1]) yield new Map(choice).set(first[0], rest);
  }
}

function fingerprint(state: DiskState, { names, rests }: Draft): string {
  let text = "";
  for (const { path, inode } of names.walk()) {
    const rest = rests.get(inode);
    text += `${path}\0${state.isDirectory(inode) ? "" : inode}\0${rest ?? ""}\0`;
  }
  return text;
}

function outcome(state: DiskState, { kept, names, rests }: Draft): PowerCutOutcome {
  const inodes = new Map<number, Inode>([[ROOT, state.inodes.get(ROOT)!]]);
  const damage: string[] = [];
  for (const change of state.journal.values()) {
    if (!kept.has(change.id)) damage.push(`lost ${change.label}`);
  }
  for (const { path, inode } of names.walk()) {
    const node = state.inodes.get(inode)!;
    const rest = rests.get(inode) ?? "all";
    const content = node.content && survivor(node, rest);
    inodes.set(inode, { ...node, content, durable: content });
    if (rest !== "all") damage.push(`${path} ${RESTS[rest]}`);
  }
  return {
    state: new DiskState(state.now, {
      inodes,
      live: names.clone(),
      next: state.next,
      twoSided: state.twoSided,
      linking: state.linking,
    }),
    label: `power cut: ${damage.length > 0 ? damage.join("; ") : "nothing lost"}`,
  };
}

function survivor({ content, durable }: Inode, rest: Rest): Uint8Array {
  const start = durable?.length ?? 0;
  if (rest === "all") return content!;
  if (!isBeginning(durable, content!)) {
    const half = Math.floor(content!.length / 2);
    return rest === "none" ? durable! : new Uint8Array([
      ...content!.subarray(0, half),
      ...durable!.subarray(half),
    ]);
  }
  if (rest === "zeros") return content!.map((byte, at) => at < start ? byte : 0);
  const open = content!.length - start;
  return content!.slice(0, start + (rest === "torn" ? Math.floor(open / 2) : 0));
}

function isBeginning(durable: Uint8Array | undefined, content: Uint8Array): boolean {
  return durable === undefined ||
    (durable.length <= content.length && durable.every((byte, at) => byte === content[at]));
}
