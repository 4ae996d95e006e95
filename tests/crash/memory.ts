/**
 * What a machine may remember of a queue that it has looked through.
 *
 * @module
 */

import { JOB_STATES } from "../../src/format/names.ts";
import type { Memory } from "../simulation/caching_port.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { DIR } from "./queue_disk.ts";

/**
 * Every name in the queue with what it leads to, and which of the names are free that are looked
 * for by themselves: those made of an ID, a key or a resource.
 *
 * @param words The IDs, keys and resources.
 */
export function memoryOf(disk: SimulatedDisk, words: readonly string[] = [..."abckpq"]): Memory {
  const memory: Memory = new Map();
  const port = disk.clone().process("memory");
  const remember = (path: string) => {
    const stat = port.stat(`${DIR}/${path}`);
    const content = stat?.kind === "file" ? port.read(`${DIR}/${path}`) : undefined;
    memory.set(`${DIR}/${path}`, stat ? { stat, content } : "free");
  };
  for (const path of disk.files(DIR)) remember(path.slice(`${DIR}/`.length));
  for (const folder of [...disk.names(DIR), "after", "unique", "limits", "input"]) remember(folder);
  for (const word of words) {
    for (const state of ["done", "dead"]) remember(`${state}/${word}.json`);
    for (const state of JOB_STATES) remember(`${state}/${word}.log`);
    for (const child of ["", ...words.map((child) => `/${child}`)]) {
      remember(`after/${word}${child}`);
    }
    remember(`unique/${word}`);
    remember(`input/${word}.in`);
    for (const end of ["0", "0.holder", "1", "1.holder", "turn"]) remember(`limits/${word}.${end}`);
  }
  return memory;
}
