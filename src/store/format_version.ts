/**
 * The format of a queue, which its VERSION says: a whole number that grows when a program of before
 * would misread what a newer one writes. The steps from one to the next are in
 * `backup/upgrade_queue.ts`.
 *
 * @module
 */

import { VERSION } from "../version.ts";
import { quotedPath, visibleText } from "../text/shown_text.ts";

/** The format that this code reads and writes. Versions 0.1.0 and later of queuectl know it. */
export const FORMAT_NUMBER = 1;

/** The content of VERSION in a queue of that format. */
export const FORMAT = `${FORMAT_NUMBER}\n`;

/** The format that a VERSION says, white space around it or not; `undefined` if it says none. */
export function formatIn(content: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(content).trim();
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/**
 * Why a queue whose VERSION is not {@linkcode FORMAT} cannot be used, as a sentence.
 *
 * @param content Of its VERSION.
 * @param known The format that is known. Default: {@linkcode FORMAT_NUMBER}.
 */
export function formatFault(
  dir: string,
  content: Uint8Array,
  known: number = FORMAT_NUMBER,
): string {
  const format = formatIn(content);
  if (format === undefined) {
    const text = new TextDecoder().decode(content.subarray(0, 40)).trim();
    const held = text === "" ? "nothing" : visibleText(JSON.stringify(text));
    return `${dir}/VERSION is damaged: it holds ${held} instead of a number such as ${known}; ` +
      "if the rest is a queue, remove that file, then run: " +
      `queuectl --dir ${quotedPath(dir)} doctor`;
  }
  return format > known
    ? `${dir} is a queue of format ${format}, which a newer queuectl made; this one (${VERSION}) ` +
      `knows formats up to ${known}: install a newer queuectl`
    : `${dir} is a queue of format ${format}, and this queuectl (${VERSION}) works with format ` +
      `${known}; stop its workers, then run: queuectl --dir ${quotedPath(dir)} upgrade-queue`;
}
