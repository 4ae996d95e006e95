/**
 * Names that someone may give a file in pending/, drawn by chance.
 *
 * @module
 */

import { pick, type Random } from "./hostile_content.ts";

/** A name in pending/, and whether it can be that of a job. */
export interface DroppedName {
  /** The name; a lone surrogate U+DC80–U+DCFF stands for an odd byte. */
  name: string;
  /** Whether its stem is an ID, so that a job under it runs. */
  good: boolean;
}

let made = 0;

/** A name that is a job's, and unlike any other made here. */
export function goodName(random: Random): string {
  const id = `g${made++}`;
  return pick(random, [
    `${id}.json`,
    `${id}_${"x".repeat(63 - id.length)}.json`,
    `20200101T000000.000Z-${Math.floor(random() * 10)}-${id}.json`,
    `00000101T000000.000Z-0-${id}.json`,
    `20240229T235959.999Z-9-${id}@elsewhere-1-abcdef01.json`,
  ]);
}

/** A name of the form `*.json` that no job can have; unlike any other made here. */
export function badName(random: Random): string {
  const n = `${made++}`;
  const stamp = "20200101T000000.000Z-5-";
  return pick(random, [
    `-${n}.json`,
    `_${n}.json`,
    `${n} with spaces.json`,
    `${n}\nnew\nlines\n.json`,
    `${n}"'\`$(touch pwned);&|<>.json`,
    `${n}\u001b[31m\u0007.json`,
    `${n}ä€😀.json`,
    `${n}..json`,
    `a..${n}.json`,
    `${n}.json.json`,
    `${n}\\..\\..\\x.json`,
    `${n}*?[a-z].json`,
    `\u200b${n}.json`,
    `\ufeff${n}.json`,
    `${n}\ufffd.json`,
    `${n}\udcff.json`,
    `\udc80\udcfe${n}\udcc3.json`,
    `ä\udce2\udc82${n}€.json`,
    `${n}${"y".repeat(255 - 5 - n.length)}.json`,
    `${n}${"\udcff".repeat(255 - 5 - n.length)}.json`,
    `${n}${"x".repeat(65)}.json`,
    `${stamp}${n}.${n}.json`,
    `${stamp}${n}${"z".repeat(255 - stamp.length - 5 - n.length)}.json`,
    `${stamp}-${n}.json`,
    `20201345T999999.999Z-5-${n}.json`,
    `${stamp}${n}@@.json`,
    `${stamp}\udcff${n}.json`,
    `=${n}.json`,
    `~${n}.json`,
    `#${n}#.json`,
    `${n}%2e%2e%2f.json`,
  ]);
}

/** A name that is no job's by the protocol, so that whatever has it stays where it is. */
export function ignoredName(random: Random): string {
  const n = `i${made++}`;
  return pick(random, [
    `.${n}.json`,
    `.${n}`,
    `${n}`,
    `${n}.txt`,
    `${n}.json~`,
    `${n}.JSON`,
    `${n}.json `,
    `${n}.json\n`,
    `${n}\udcff`,
    batchLikeName(),
  ]);
}

/** A name that a batch would have. */
export function batchLikeName(): string {
  return `20200101T000000.000Z-5-b${made++}`;
}
