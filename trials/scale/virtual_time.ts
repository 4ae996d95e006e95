/**
 * Time that passes only as the simulation says: many hosts in one process, each with a thread of
 * its own that its calls keep busy. The runtime's timers and steady clock go by it meanwhile.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { BinaryHeap } from "@std/data-structures/binary-heap";

/** A host: until when its thread is busy, in milliseconds of virtual time. */
export interface Thread {
  /** From then on it can do something else. */
  busyUntil: number;
}

interface Event {
  time: number;
  order: number;
  thread: Thread;
  happen: () => void;
}

/** When the virtual clock begins, in milliseconds since 1970. */
const EPOCH = Date.UTC(2026, 0, 1);

/** A simulation's clock and what is to happen. */
export class VirtualTime {
  /** The thread that acts now. */
  thread: Thread = { busyUntil: 0 };
  #now = 0;
  #order = 0;
  readonly #events = new BinaryHeap<Event>((a, b) => a.time - b.time || a.order - b.order);

  /** The time of the acting thread, in milliseconds. */
  get now(): number {
    return Math.max(this.#now, this.thread.busyUntil);
  }

  /** The time that clocks show, in milliseconds since 1970. */
  get wallClock(): number {
    return EPOCH + this.now;
  }

  /** Has something happen in the acting thread, at a time or once the thread is free. */
  at(time: number, happen: () => void, thread: Thread = this.thread): void {
    this.#events.push({ time, order: this.#order++, thread, happen });
  }

  /** Resolves, in the acting thread, at a time. */
  until<T>(time: number, result: () => T): Promise<T> {
    return new Promise((resolve, reject) =>
      this.at(time, () => {
        try {
          resolve(result());
        } catch (error) {
          reject(error);
        }
      })
    );
  }

  /** Lets happen all that is due until a time. */
  async run(until: number): Promise<void> {
    for (let event; (event = this.#events.peek()) && event.time <= until;) {
      this.#events.pop();
      const { thread, happen } = event;
      if (thread.busyUntil > event.time) {
        this.#events.push({ ...event, time: thread.busyUntil });
        continue;
      }
      this.#now = event.time;
      this.thread = thread;
      happen();
      // What follows from it in promises belongs to the same thread.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Has the runtime's timers and steady clock go by this time, until it is disposed. */
  install(): Disposable {
    const before = { setTimeout, clearTimeout, setInterval, now: performance.now };
    const stopped = new Set<number>();
    let last = 0;
    const start = (happen: () => void, delay = 0) => {
      const id = ++last;
      this.at(this.now + delay, () => {
        if (!stopped.delete(id)) happen();
      });
      return id;
    };
    Object.assign(globalThis, {
      setTimeout: start,
      clearTimeout: (id: number | undefined) => id !== undefined && stopped.add(id),
    });
    performance.now = () => this.now;
    return {
      [Symbol.dispose]() {
        const { now, ...timers } = before;
        Object.assign(globalThis, timers);
        performance.now = now;
      },
    };
  }
}
