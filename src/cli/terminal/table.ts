/**
 * Tables: aligned columns for a person, tabs for a program.
 *
 * @module
 */

import { printLines } from "./output.ts";
import { coloursStdout, readsStdout, terminalWidth } from "./terminal.ts";
import { cutToWidth, textWidth } from "./text_width.ts";

/** A table. Its cells must be without control characters. */
export interface Table {
  /** The heads of the columns. */
  readonly head: readonly string[];
  /** The rows, each as long as the head. */
  readonly rows: readonly (readonly string[])[];
  /** Columns whose cells may be cut, the first one first, so that the last column has room. */
  readonly flexible?: readonly number[];
}

/** How a table is to look on a terminal. */
export interface TableStyle {
  /** Columns that the terminal has; the last cell of a row is cut to fit. */
  width: number;
  /** Paints a cell that is padded already. `row` is -1 for the head. */
  paint?: (padded: string, row: number, column: number) => string;
}

/** The columns that the last cell is to have, if others can do with less; and those that it has at least. */
const [WANTED_OF_LAST, LEAST_OF_LAST] = [12, 6];

/** A flexible cell is not cut below this width. */
const LEAST_FLEXIBLE = 8;

/** The lines of a table for a program: cells with a tab between them. */
export function tabLines({ head, rows }: Table): string[] {
  return [head, ...rows].map((cells) => cells.join("\t"));
}

/**
 * The lines of a table for a person.
 *
 * @example
 * ```ts
 * import { alignedLines } from "./table.ts";
 *
 * alignedLines({ head: ["ID", "STATE"], rows: [["build", "done"]] }, { width: 80 });
 * // ["ID     STATE", "build  done"]
 * ```
 */
export function alignedLines({ head, rows, flexible = [] }: Table, style: TableStyle): string[] {
  const all = [head, ...rows];
  const last = head.length - 1;
  const widths = head.map((_, column) => {
    // A table can have more rows than a function takes arguments.
    let widest = 0;
    for (const cells of all) widest = Math.max(widest, textWidth(cells[column]!));
    return widest;
  });
  const taken = () => widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  for (const column of flexible) {
    const excess = Math.max(0, taken() + WANTED_OF_LAST - style.width);
    widths[column] = Math.max(Math.min(widths[column]!, LEAST_FLEXIBLE), widths[column]! - excess);
  }
  const left = Math.max(LEAST_OF_LAST, style.width - taken());
  return all.map((cells, index) =>
    cells.map((cell, column) => {
      const text = column === last ? cutToWidth(cell, left) : padded(cell, widths[column]!);
      return style.paint?.(text, index - 1, column) ?? text;
    }).join("  ").trimEnd()
  );
}

function padded(cell: string, width: number): string {
  const cut = cutToWidth(cell, width);
  return cut + " ".repeat(width - textWidth(cut));
}

/**
 * Prints a table: aligned, cut to the width and coloured on a terminal, else exact with tabs.
 *
 * @param stateColumn Which column holds the state of a job, to be coloured by it.
 */
export async function printTable(table: Table, stateColumn?: number): Promise<void> {
  if (!readsStdout()) return printLines(tabLines(table));
  const width = terminalWidth();
  if (!coloursStdout()) return printLines(alignedLines(table, { width }));
  const { bold } = await import("@std/fmt/colors");
  const { paintState } = await import("./state_colour.ts");
  printLines(
    alignedLines(table, {
      width,
      paint: (padded, row, column) =>
        row < 0 ? bold(padded) : column === stateColumn ? paintState(padded) : padded,
    }),
    true,
  );
}
