/**
 * A port that calls a function after each call, for what must not wait for the event loop: between
 * two calls it may have no turn for many seconds.
 *
 * @module
 */

import type { DirectoryEntry, FilePort } from "./file_port.ts";

/**
 * Calls a function after each call of a port, answered or refused, and before each entry of a list.
 *
 * @param after Must not throw.
 */
export function callAfterEach(port: FilePort, after: () => void): FilePort {
  function* list(...asked: Parameters<FilePort["list"]>): Generator<DirectoryEntry> {
    for (const entry of port.list(...asked)) {
      after();
      yield entry;
    }
  }
  return new Proxy(port, {
    get(target, name) {
      if (name === "list") return list;
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== "function") return call;
      return (...given: unknown[]) => {
        try {
          return Reflect.apply(call, target, given);
        } finally {
          after();
        }
      };
    },
  });
}
