/**
 * Text for a man page, in the macros of man(7).
 *
 * @module
 */

import { topicCommand, topicOf } from "../src/cli/args/topics.ts";
import { type Block, blocksOf, rowsOf, spansOf } from "../src/cli/text/markdown.ts";

/** How long a line of text is at most. */
const WIDEST = 78;

/** What stands for characters that roff reads as its own, or shows as others. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** A text as roff shows it unchanged, wherever it stands on a line but at its beginning. */
export function escaped(text: string): string {
  return text.replace(
    /[\\\-'`^~]|[^\n -~]/gu,
    (found) =>
      ESCAPES[found] ?? `\\[u${found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}

/** A text in bold. */
export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** A call of a macro with an argument. */
export function macro(name: string, argument: string): string {
  return `.${name} "${argument.replaceAll('"', "\\(dq")}"`;
}

/** Lines of text that roff shows as a paragraph: a new one for each sentence. */
export function filled(markdown: string): string[] {
  const text = spansOf(markdown, linkText)
    .map(({ text, kind }) => kind === "plain" ? escaped(text) : bold(text)).join("");
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    const endsSentence = /[.!?](?:\\fR|\\\(aq|[)"])*$/.test(line);
    if (line === "") lines[lines.length - 1] = word;
    else if (!endsSentence && line.length + word.length < WIDEST) {
      lines[lines.length - 1] += ` ${word}`;
    } else lines.push(word);
  }
  return lines.map(begun);
}

/** A line that begins with what roff would obey, guarded. */
function begun(line: string): string {
  return line.startsWith(".") ? `\\&${line}` : line;
}

/** Lines that roff shows as they stand, in a paragraph of their own. */
export function verbatim(lines: readonly string[]): string[] {
  return [".PP", ".RS 4", ".nf", ...lines.map((line) => begun(escaped(line))), ".fi", ".RE"];
}

/** A term, in roff, and the lines about it. */
export function tagged(term: string, about: readonly string[]): string[] {
  return [".TP", begun(term), ...about];
}

/** The text of a page, the headings of the first level left out. */
export function pageText(markdown: string): string[] {
  const lines: string[] = [];
  let depth = 0;
  for (const block of blocksOf(markdown)) {
    const wanted = block.marker === undefined ? block.depth : block.depth - 1;
    for (; depth < wanted; depth++) lines.push(".RS 4");
    for (; depth > wanted; depth--) lines.push(".RE");
    lines.push(...blockText(block));
  }
  for (; depth > 0; depth--) lines.push(".RE");
  return lines;
}

function blockText(block: Block): string[] {
  const { kind, level, marker, lines } = block;
  if (kind === "code") return verbatim(lines);
  if (kind === "table") return rowsText(rowsOf(block));
  if (kind === "paragraph") {
    const mark = marker === "-" ? "\\(bu" : marker;
    return [mark === undefined ? ".PP" : `.IP ${mark} 4`, ...filled(lines[0]!)];
  }
  if (level === 1) return [];
  return [macro(level === 2 ? "SH" : "SS", escaped(lines[0]!.toUpperCase()))];
}

/** Each row as a term, and below it what its other cells say. */
function rowsText([head, ...rows]: string[][]): string[] {
  return rows.flatMap(([name, ...cells]) => {
    const about = cells.flatMap((cell, at) => {
      const column = head![at + 1];
      return cell === ""
        ? []
        : [".br", ...filled(column === "meaning" ? cell : `${column}: ${cell}`)];
    });
    return tagged(filled(name!).join(" "), about.slice(1));
  });
}

/** Links name a man page, the command that shows a page of docs/, or a place on the web. */
function linkText(text: string, to: string): string {
  if (text === "protocol.md") return "queuectl-queue(5)";
  if (/^[a-z_]+\.md$/.test(text)) return topicCommand(topicOf(text));
  return /^https?:/.test(to) && to !== text ? `${text} (${to})` : text;
}

/** A page of these lines. A paragraph that a heading begins needs no macro. */
export function manPage(lines: readonly string[]): string {
  const kept = lines.filter((line, at) => line !== ".PP" || !/^\.S[HS] /.test(lines[at - 1]!));
  return kept.join("\n") + "\n";
}
