/**
 * Sizes in bytes as people write them.
 *
 * @module
 */

const UNITS = ["", "K", "M", "G", "T"];

/**
 * The bytes in a size: `4096`, `10K`, `1.5M`, `100MB`, `1GiB`, each unit 1024 times the one before;
 * `undefined` for any other text.
 *
 * @example
 * ```ts
 * import { bytesInSize } from "./byte_size.ts";
 *
 * bytesInSize("10K"); // 10240
 * ```
 */
export function bytesInSize(text: string): number | undefined {
  const [, count, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$/i.exec(text) ?? [];
  if (count === undefined) return undefined;
  return Math.round(Number(count) * 1024 ** UNITS.indexOf(unit.toUpperCase()));
}

/** A size in words, in the largest unit of which it is a whole number: `100M`. */
export function sizeText(bytes: number): string {
  let at = 0;
  for (; at < UNITS.length - 1 && bytes >= 1024 && bytes % 1024 === 0; at++) bytes /= 1024;
  return `${bytes}${UNITS[at]}`;
}
