/**
 * The Markdown of docs/, in blocks: as much of it as these pages use. The terminal and the man
 * pages show them.
 *
 * @module
 */

/** A piece of a page. */
export interface Block {
  /** Its lines are as they stand in `code`, cells in `table`, and joined to one elsewhere. */
  readonly kind: "heading" | "paragraph" | "code" | "table";
  /** The level of a heading, from 1. */
  readonly level?: number;
  /** How many lists it lies in. */
  readonly depth: number;
  /** What stands before the first paragraph of an item: `-` or `2.`. */
  readonly marker?: string;
  /** Its text, or the text of its lines. */
  readonly lines: readonly string[];
}

/** A piece of a text, and how it stands out. */
export interface Span {
  readonly text: string;
  readonly kind: "plain" | "code" | "bold";
}

/** What begins an item of a list. */
const ITEM = /^( *)([-*]|\d+\.) +(.*)/;

/** The blocks of a page. Comments and pictures are left out. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  // The columns at which the texts of the lists begin in which a line may lie.
  let lists: number[] = [];
  let open: { kind: Block["kind"]; level?: number; marker?: string; lines: string[] } | undefined;
  let fence: string | undefined;
  const close = () => {
    if (!open) return;
    const { kind, lines } = open;
    while (lines.at(-1) === "") lines.pop();
    const text = kind === "code" || kind === "table" ? lines : [lines.join(" ")];
    if (!/^(<!--.*-->|!\[[^\]]*\]\([^)]*\))$/.test(text[0]!)) {
      blocks.push({ ...open, depth: lists.length, lines: text });
    }
    open = undefined;
  };
  for (const line of page.split("\n")) {
    const indent = /^ */.exec(line)![0].length;
    const within = lists.at(-1) ?? 0;
    if (fence !== undefined) {
      if (line.trim() !== fence) open!.lines.push(line.slice(Math.min(indent, within)));
      else {
        close();
        fence = undefined;
      }
      continue;
    }
    if (open?.kind === "code" && (indent >= within + 4 || line === "")) {
      open.lines.push(line.slice(within + 4));
      continue;
    }
    if (line.trim() === "") {
      close();
      continue;
    }
    if (open === undefined || open.kind === "code") {
      close();
      lists = lists.filter((column) => column <= indent);
    }
    const base = lists.at(-1) ?? 0;
    const item = ITEM.exec(line);
    const fenced = /^ *(```+)/.exec(line)?.[1];
    const heading = /^(#+) (.*)/.exec(line);
    if (fenced !== undefined) {
      close();
      fence = fenced;
      open = { kind: "code", lines: [] };
    } else if (heading) {
      close();
      lists = [];
      open = { kind: "heading", level: heading[1]!.length, lines: [heading[2]!] };
      close();
    } else if (item) {
      close();
      const [, before, marker, text] = item as unknown as [string, string, string, string];
      lists = [...lists.filter((column) => column <= indent), before.length + marker.length + 1];
      open = { kind: "paragraph", marker, lines: [text] };
    } else if (line.startsWith("|", indent)) {
      if (open?.kind !== "table") close();
      open ??= { kind: "table", lines: [] };
      open.lines.push(line.trim());
    } else if (open === undefined && indent >= base + 4) {
      open = { kind: "code", lines: [line.slice(base + 4)] };
    } else {
      open ??= { kind: "paragraph", lines: [] };
      open.lines.push(line.trim());
    }
  }
  close();
  return blocks;
}

/** The cells of a table, the head first. */
export function rowsOf({ lines }: Block): string[][] {
  const cells = (line: string) =>
    line.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
  return lines.filter((_, at) => at !== 1).map(cells);
}

/**
 * The pieces of a text.
 *
 * @param linkText What to show for a link.
 */
export function spansOf(text: string, linkText: (text: string, to: string) => string): Span[] {
  const spans: Span[] = [];
  const pattern =
    /(`+)(.+?)\1|\*\*(.+?)\*\*|!?\[((?:`[^`]*`|[^\]`])*)\]\(([^)]*)\)|<(https?:[^>]+)>/g;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) spans.push({ text: text.slice(at, found.index), kind: "plain" });
    at = found.index + found[0].length;
    const [, , code, bold, link, to, address] = found;
    if (code !== undefined) spans.push({ text: code, kind: "code" });
    else if (bold !== undefined) spans.push(...spansOf(bold, linkText).map(emboldened));
    else if (link !== undefined) spans.push(...spansOf(linkText(link, to!), (inner) => inner));
    else spans.push({ text: address!, kind: "plain" });
  }
  if (at < text.length) spans.push({ text: text.slice(at), kind: "plain" });
  return spans.map(({ text, kind }) => ({ kind, text: kind === "code" ? text : unescaped(text) }));
}

function emboldened({ text, kind }: Span): Span {
  return { text, kind: kind === "plain" ? "bold" : kind };
}

function unescaped(text: string): string {
  return text.replace(/\\([\\`*_{}[\]()#+.!|<>-])/g, "$1");
}
