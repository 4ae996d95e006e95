/**
 * The pages of docs/ by the names that `queuectl help` calls them.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/posix/from-file-url";
import { QueueError } from "../../text/errors.ts";
import { COMMANDS } from "../table/commands.ts";

/** The pages beside the program. `tools/bundle` copies them to dist/, and finds this path. */
const PAGES = new URL("../../../docs/", import.meta.url);

/**
 * The file of each topic, in the order of their names: `coming-from` is coming_from.md.
 *
 * @throws {QueueError} If the program was installed without its pages.
 */
export function topics(): Map<string, URL> {
  try {
    const files = [...Deno.readDirSync(PAGES)].map(({ name }) => name).filter((name) =>
      name.endsWith(".md")
    ).sort();
    return new Map(files.map((file) => [topicOf(file), new URL(file, PAGES)]));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new QueueError(`cannot find the docs: ${fromFileUrl(PAGES)} is missing`);
  }
}

/** The topic that a file of docs/ is about. */
export function topicOf(file: string): string {
  return file.replace(/\.md$/, "").replaceAll("_", "-");
}

/** The programs that the page coming-from is about, by the words that call them. */
const OTHERS = [
  "pueue",
  "task-spooler",
  "tsp",
  "ts",
  "nq",
  "parallel",
  "xargs",
  "sem",
  "at",
  "batch",
];

/** The pages beside docs/, in capitals. They are no topics of the list. */
const BESIDE = ["readme", "security", "changelog"];

/**
 * The topic that a word names: that of a file's name, or for another program the page for those who
 * know it.
 */
export function meantTopic(word: string): string {
  const topic = topicOf(word.toLowerCase().replace(/^docs\//, ""));
  return OTHERS.includes(topic) ? "coming-from" : topic;
}

/** The page of a topic; `undefined` if there is none. */
export function pageOf(topic: string): URL | undefined {
  return topics().get(topic) ??
    (BESIDE.includes(topic) ? new URL(`../${topic.toUpperCase()}.md`, PAGES) : undefined);
}

/** What shows a topic: behind `help` a word that is a command means that command. */
export function topicCommand(topic: string): string {
  const isCommand = COMMANDS.some(({ name }) => name.split(" ")[0] === topic);
  return `queuectl help ${isCommand ? "topics " : ""}${topic}`;
}
