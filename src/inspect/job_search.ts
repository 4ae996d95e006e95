/**
 * Whether a job has a text: in its ID, its command, its label, its tags, the name of its group, or
 * the last line of its output.
 *
 * @module
 */

import { type Entry, entryPath } from "../contents/entries.ts";
import { ifThere, type Store } from "../store/store.ts";
import { lastLineOf, readBriefly } from "./brief_view.ts";

/** Looks for the text in a job; `undefined` if it is nowhere there. */
export type JobSearch = (entry: Entry) => { last_line?: string } | undefined;

/** Larger files are read in part, in bytes. */
const SMALL = 64 * 1024;

/** A search for a text, in any case. */
export function jobSearch(store: Store, text: string): JobSearch {
  const wanted = text.toLowerCase();
  const has = (value: unknown) => typeof value === "string" && value.toLowerCase().includes(wanted);
  // A text that JSON writes as it is: files without it need not be parsed.
  const isPlain = !/["\\\p{Cc}]/u.test(text);
  const mayHave = (entry: Entry): boolean => {
    const path = entryPath(store, entry);
    if (!isPlain || (store.files.stat(path)?.size ?? Infinity) > SMALL) return true;
    const content = ifThere(() => new TextDecoder().decode(store.files.read(path)));
    return content !== undefined && (has(content) || content.includes("\\"));
  };
  return (entry) => {
    if (has(entry.id)) return {};
    try {
      const job = mayHave(entry) ? readBriefly(store, entry) : undefined;
      const texts = [job?.command, job?.label, job?.group, ...job?.tags ?? []];
      if (texts.some(has)) return {};
    } catch (error) {
      // One file that cannot be read does not end the search.
      if (!(error instanceof Error)) throw error;
    }
    const line = lastLineOf(store, entry);
    return has(line) ? { last_line: line } : undefined;
  };
}
