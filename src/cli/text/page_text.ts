/**
 * A page of docs/ on the terminal.
 *
 * @module
 */

import { bold, cyan, stripAnsiCode } from "@std/fmt/colors";
import { topicCommand, topicOf } from "../args/topics.ts";
import { noPaint } from "../terminal/colours.ts";
import { textWidth } from "../terminal/text_width.ts";
import { wrapped } from "./help.ts";
import { type Block, blocksOf, rowsOf, type Span, spansOf } from "./markdown.ts";

/** How a page looks. */
export interface PageStyle {
  /** The columns of a line. */
  readonly width: number;
  /** Whether what stands out is bold or coloured. */
  readonly isColoured: boolean;
}

/** The lines of a page: its text wrapped, its commands and tables as they stand. */
export function pageLines(page: string, style: PageStyle): string[] {
  const lines: string[] = [];
  let before: Block | undefined;
  for (const block of blocksOf(page)) {
    const isNextItem = block.marker !== undefined && before !== undefined && before.depth > 0;
    if (before && !isNextItem) lines.push("");
    lines.push(...linesOf(block, style));
    before = block;
  }
  return lines;
}

function linesOf(block: Block, style: PageStyle): string[] {
  const { kind, level, depth, marker, lines } = block;
  const margin = "  ".repeat(depth);
  if (kind === "code") return lines.map((line) => `${margin}    ${line}`);
  if (kind === "table") return tableLines(block, style);
  const text = styled(lines[0]!, style);
  if (kind === "heading") {
    const shown = level === 1 ? lines[0]!.toUpperCase() : text;
    return [style.isColoured ? bold(shown) : shown];
  }
  const first = marker === undefined ? margin : `${margin}${marker} `.slice(2);
  return indented(text, style, first, " ".repeat(first.length));
}

/** A text behind what its first line, and its others, begin with. */
function indented(text: string, { width }: PageStyle, first: string, others: string): string[] {
  return wrapped(text, width - first.length, width - others.length, shownWidth)
    .map((line, at) => (at === 0 ? first : others) + line);
}

/** Columns if they fit; else each row as a paragraph, its first cell before all others. */
function tableLines(block: Block, style: PageStyle): string[] {
  const rows = rowsOf(block).map((cells) => cells.map((cell) => styled(cell, style)));
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((cells) => shownWidth(cells[column]!)))
  );
  if (widths.reduce((sum, width) => sum + width + 2, 0) <= style.width) {
    return rows.map((cells) =>
      cells.map((cell, column) => cell + " ".repeat(widths[column]! - shownWidth(cell)))
        .join("  ").trimEnd()
    );
  }
  const [head, ...others] = rows as [string[], ...string[][]];
  return others.flatMap(([name, ...cells]) => [
    ...indented(name!, style, "", "    "),
    ...cells.flatMap((cell, at) => {
      const named = cells.length === 1 ? cell : `${head[at + 1]}: ${cell}`;
      return cell === "" ? [] : indented(named, style, "    ", "      ");
    }),
  ]);
}

/** Columns without those of the codes of colours. */
function shownWidth(text: string): number {
  return textWidth(stripAnsiCode(text));
}

/** A text with its pieces painted, word by word, as it is wrapped afterwards. */
function styled(text: string, { isColoured }: PageStyle): string {
  const paint = ({ kind }: Span) =>
    !isColoured || kind === "plain" ? noPaint : kind === "code" ? cyan : bold;
  return spansOf(text, linkText)
    .map((span) => span.text.replace(/[^ ]+/g, (word) => paint(span)(word))).join("");
}

/** A link to another page becomes the command that shows it. */
function linkText(text: string, to: string): string {
  const file = /^(?:docs\/)?([a-z_-]+\.md)(?:#.*)?$/.exec(to)?.[1];
  if (file !== undefined) {
    const command = topicCommand(topicOf(file));
    return /\.md$/.test(text) ? `\`${command}\`` : `${text} (\`${command}\`)`;
  }
  return /^https?:/.test(to) && to !== text ? `${text} (${to})` : text;
}
