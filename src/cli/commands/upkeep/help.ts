/**
 * `queuectl help`: the pages of the docs. The help of a command is that command's `--help`.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import { meantTopic, pageOf, topicCommand, topics } from "../../args/topics.ts";
import { helpWords } from "../../completions/completion_words.ts";
import type { Invocation } from "../../table/command.ts";
import { MisspelledError } from "../../table/option.ts";
import { printJson, printLines, printText, safeLine } from "../../terminal/output.ts";
import { coloursStdout, readsStdout, terminalSize } from "../../terminal/terminal.ts";
import { topHelp } from "../../text/help.ts";
import { pageLines } from "../../text/page_text.ts";

/** How wide a page is at most: longer lines are hard to read. */
const WIDEST = 96;

/** Shows the help of queuectl, the list of topics, or the page of one. */
export async function help({ words, json }: Invocation): Promise<void> {
  if (words.length === 0) return printText(topHelp());
  const isList = words[0] === "topics";
  const [word, beyond] = isList ? words.slice(1) : words;
  if (word === undefined) return json ? printJson(titles()) : printLines(listLines());
  const topic = meantTopic(word);
  if (beyond !== undefined) {
    throw new UsageError(`unexpected argument "${beyond}" (see: queuectl help --help)`);
  }
  const file = pageOf(topic);
  if (file === undefined) {
    const known = isList ? [...topics().keys()] : helpWords();
    throw new MisspelledError(
      `unknown topic "${word}"`,
      topic,
      known,
      "see: queuectl help topics",
    );
  }
  const markdown = Deno.readTextFileSync(file);
  if (json) return printJson({ topic, markdown });
  if (!readsStdout()) return printLines(pageLines(markdown, { width: 80, isColoured: false }));
  const isColoured = coloursStdout();
  const lines = pageLines(markdown, {
    width: Math.min(terminalSize().columns, WIDEST),
    isColoured,
  });
  if (!await page(lines.map((line) => safeLine(line, isColoured)).join("\n"))) {
    printLines(lines, isColoured);
  }
}

/** Each topic, with the title of its page. */
function titles(): { topic: string; title: string }[] {
  return [...topics()].map(([topic, file]) => ({
    topic,
    title: /^# (.*)/m.exec(Deno.readTextFileSync(file))?.[1] ?? "",
  }));
}

function listLines(): string[] {
  const rows = titles().map(({ topic, title }) => [topicCommand(topic), title] as const);
  const width = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, title]) => `${command.padEnd(width)}  ${title}`);
}

/** Shows a text by the user's pager; gives whether there was one. */
async function page(text: string): Promise<boolean> {
  const pager = Deno.env.get("PAGER") ?? "less";
  if (pager.trim() === "" || pager.trim() === "cat") return false;
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", pager],
    // As git has it: colours pass, and what fits on the screen is only printed.
    env: { LESS: Deno.env.get("LESS") ?? "FRX" },
    stdin: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  // A pager that is left before the end reads no more.
  await input.write(new TextEncoder().encode(`${text}\n`)).then(() => input.close()).catch(
    () => {},
  );
  const { code } = await child.status;
  return code !== 127;
}
