/**
 * The real disk, each call as late as its answer would come from a server far away.
 *
 * @module
 */

import type { FilePort } from "../../src/fs/file_port.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { ROUND_TRIPS } from "./shared_directory.ts";

/**
 * The calls of the runtime, each late by its round trips.
 *
 * @param roundTrip Milliseconds.
 * @param namesACall How many names one call of a listing brings.
 */
export function delayedFiles(roundTrip: number, namesACall: number): FilePort {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const block = (trips: number) => void Atomics.wait(asleep, 0, 0, trips * roundTrip);
  const sleep = (trips: number) => new Promise((resolve) => setTimeout(resolve, trips * roundTrip));
  const delayed = Object.entries(ROUND_TRIPS).map(([name, trips]) => {
    const call = nativeFiles[name as keyof typeof ROUND_TRIPS] as (...given: unknown[]) => unknown;
    const isUnblocked = /Unblocked$|Each$|^sync|^lock$/.test(name);
    return [
      name,
      isUnblocked
        ? async (...given: unknown[]) => {
          await sleep(trips);
          return await call(...given);
        }
        : (...given: unknown[]) => {
          block(trips);
          return call(...given);
        },
    ] as const;
  });
  return {
    ...nativeFiles,
    ...Object.fromEntries(delayed),
    *list(directory) {
      const entries = [...nativeFiles.list(directory)];
      block(1 + Math.ceil(entries.length / namesACall));
      yield* entries;
    },
    isLocal: () => false,
    renamesAsOne: () => false,
  };
}
