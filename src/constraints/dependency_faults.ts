/**
 * Dependencies that are refused: on jobs that do not exist, and in a circle.
 *
 * @module
 */

import { entries, readEntry } from "../contents/entries.ts";
import { HELD_TIME } from "../format/names.ts";
import type { Store } from "../store/store.ts";

/** A job and its dependencies. */
export interface Dependent {
  /** Its ID; empty if it has none yet, so that no other can name it. */
  id: string;
  /** The IDs that it waits for. */
  after?: readonly string[];
}

/** What is wrong with the dependencies of some jobs. */
export interface DependencyFault {
  /** Which job, from 0. */
  index: number;
  /** Whether a job that it is to wait for is missing; else the jobs would wait in a circle. */
  unknown: boolean;
  /** One sentence for the user. */
  message: string;
}

/**
 * Finds a fault in the dependencies of jobs that are about to be added together.
 *
 * @param jobs The dependent ones; they may wait for each other.
 * @param exists Whether a job of this ID is in the queue, or is added with them.
 */
export function dependencyFault(
  jobs: readonly Dependent[],
  exists: (id: string) => boolean,
): DependencyFault | undefined {
  const places = new Map<string, number>();
  jobs.forEach(({ id }, index) => id && places.set(id, index));
  for (const [index, { id, after = [] }] of jobs.entries()) {
    for (const parent of after) {
      if (parent === id) {
        return { index, unknown: false, message: `job "${id}" cannot wait for itself` };
      }
      if (!places.has(parent) && !exists(parent)) {
        const message = `no job "${parent}" to wait for (see: queuectl list)`;
        return { index, unknown: true, message };
      }
    }
  }
  const circle = circleAmong(
    [...places.keys()],
    (id) => jobs[places.get(id) ?? -1]?.after ?? [],
  );
  if (!circle) return undefined;
  const message = `these jobs would wait for each other: ${circle.join(" after ")}`;
  return { index: places.get(circle[0]!)!, unknown: false, message };
}

/**
 * A circle of jobs that wait for each other, its first at both ends; `undefined` if there is none.
 *
 * @param starts IDs, at least one of each circle.
 * @param parentsOf What a job waits for.
 */
export function circleAmong(
  starts: readonly string[],
  parentsOf: (id: string) => readonly string[],
): string[] | undefined {
  const clear = new Set<string>();
  for (const start of starts) {
    // Depth first without recursion: a chain may be long.
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { id: string; leave: boolean }[] = [{ id: start, leave: false }];
    for (let top = stack.pop(); top; top = stack.pop()) {
      if (top.leave) {
        path.pop();
        onPath.delete(top.id);
        clear.add(top.id);
      } else if (onPath.has(top.id)) {
        return [...path.slice(path.indexOf(top.id)), top.id];
      } else if (!clear.has(top.id)) {
        path.push(top.id);
        onPath.add(top.id);
        stack.push({ id: top.id, leave: true });
        for (const id of parentsOf(top.id)) stack.push({ id, leave: false });
      }
    }
  }
}

/**
 * Finds a fault in the new dependencies of a job that is in the queue.
 *
 * @param exists Whether a job of this ID is in the queue.
 */
export function changedDependencyFault(
  store: Store,
  changed: Dependent,
  exists: (id: string) => boolean,
): DependencyFault | undefined {
  const fault = dependencyFault([changed], exists);
  if (fault || !changed.after?.length) return fault;
  // Only jobs under a name that no clock reaches can be links of a circle.
  const links: Dependent[] = [];
  for (const entry of entries(store, "pending")) {
    if (entry.time < HELD_TIME || entry.id === changed.id) continue;
    const after = readEntry(store, entry)?.after;
    if (after) links.push({ id: entry.id, after });
  }
  return dependencyFault([changed, ...links], () => true);
}
