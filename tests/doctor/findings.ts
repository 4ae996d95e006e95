import { assertEquals, assertMatch } from "@std/assert";
import type { FilePort } from "../../src/fs/file_port.ts";
import type { Finding } from "../../src/doctor/examination.ts";
import { examine } from "../../src/doctor/examine.ts";
import type { TemporaryQueue } from "../temporary_queue.ts";

/** How to look, and what to look with in place of the store's own. */
export interface FindingsOptions {
  repair?: boolean;
  freeBytes?: number;
  now?: () => number;
  files?: FilePort;
}

/** What a doctor finds in a queue. */
export function findings(
  { queue }: TemporaryQueue,
  { repair = false, freeBytes, ...replaced }: FindingsOptions = {},
): Promise<Finding[]> {
  const store = { ...queue.store, ...replaced };
  return examine(store, {
    repair,
    freeBytes,
    host: "doctor",
    pid: Deno.pid,
    version: "0",
    killSurvivors: () => Promise.resolve(),
  });
}

/** Says one thing, which `--repair` mends: then nothing is left to be said. */
export async function mends(
  temporary: TemporaryQueue,
  problem: RegExp,
  remedy: string,
  done: string = remedy.replace(/^sets /, "set ").replace(/^(\w+?)e?s /, "$1ed "),
): Promise<void> {
  const [found, ...more] = await findings(temporary);
  assertMatch(found?.problem ?? "all is well", problem);
  assertEquals([found!.mended, found!.remedy, more], [false, `--repair ${remedy}`, []]);
  const mended = await findings(temporary, { repair: true });
  assertEquals(mended, [{ ...found!, remedy: done, mended: true }]);
  assertEquals(await findings(temporary), []);
}

/** Says one thing, which only a person can mend: with `--repair` the queue stays as it is. */
export async function says(
  temporary: TemporaryQueue,
  problem: RegExp,
  options?: Parameters<typeof findings>[1],
): Promise<void> {
  const before = namesBelow(temporary.dir);
  const [found, ...more] = await findings(temporary, { ...options, repair: true });
  assertMatch(found?.problem ?? "all is well", problem);
  assertEquals([found!.mended, more], [false, []]);
  assertEquals(namesBelow(temporary.dir), before);
}

export function namesBelow(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [name, ...namesBelow(`${dir}/${name}`).map((each) => `${name}/${each}`)] : [name]
  ).sort();
}

export function makeOld(path: string, hours: number): void {
  const time = Date.now() / 1000 - 3600 * hours;
  Deno.utimeSync(path, time, time);
}
