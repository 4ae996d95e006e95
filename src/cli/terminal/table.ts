/**
 * Tables: aligned columns for a person, tabs for a program.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import { paintState } from "./colours.ts";
import { printLines } from "./output.ts";
import { coloursStdout, readsStdout, terminalSize } from "./terminal.ts";
import { cutAlike } from "./cut_alike.ts";
import { cutToWidth, textWidth } from "./text_width.ts";

/** A table. Its cells must hold no control characters. */
export interface Table {
  /** The heads of the columns. */
  readonly head: readonly string[];
  /** The rows, each as long as the head. */
  readonly rows: readonly (readonly string[])[];
  /** Columns whose cells may be cut, the first one first, so that the last column has room. */
  readonly flexible?: readonly number[];
}

/** How a table looks on a terminal. */
export interface TableStyle {
  /** Columns of the terminal; the last cell of a row is cut to fit, where rows are alike. */
  width: number;
  /** Paints a padded cell. `row` is -1 for the head. */
  paint?: (padded: string, row: number, column: number) => string;
}

/** The columns that the last cell gets if flexible cells can be cut for it, and always. */
const WANTED_OF_LAST = 12, LEAST_OF_LAST = 6;

/** The least width of a flexible cell. */
const LEAST_FLEXIBLE = 8;

/**
 * Prints a table: aligned, cut and coloured on a terminal, else exact with tabs.
 *
 * @param stateColumn The column with the state of a job, painted by it.
 */
export function printTable(table: Table, stateColumn?: number): void {
  if (!readsStdout()) return printLines(tabLines(table));
  const width = terminalSize().columns;
  if (!coloursStdout()) return printLines(alignedLines(table, { width }));
  const paint = (padded: string, row: number, column: number) =>
    row < 0 ? bold(padded) : column === stateColumn ? paintState(padded) : padded;
  printLines(alignedLines(table, { width, paint }), true);
}

/** The lines of a table for a program: cells with a tab between them. */
export function tabLines({ head, rows }: Table): string[] {
  return [head, ...rows].map((cells) => cells.join("\t"));
}

/** The lines of a table for a person: `["ID     STATE", "build  done"]`. */
export function alignedLines({ head, rows, flexible = [] }: Table, style: TableStyle): string[] {
  const all = [head, ...rows];
  const last = head.length - 1;
  // A table can have more rows than `Math.max` takes arguments.
  const widths = head.map((_, column) =>
    all.reduce((widest, cells) => Math.max(widest, textWidth(cells[column]!)), 0)
  );
  const taken = () => widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  for (const column of flexible) {
    const excess = Math.max(0, taken() + WANTED_OF_LAST - style.width);
    widths[column] = Math.max(Math.min(widths[column]!, LEAST_FLEXIBLE), widths[column]! - excess);
  }
  widths[last] = Math.max(LEAST_OF_LAST, style.width - taken());
  const columns = widths.map((width, column) => [
    cutToWidth(head[column]!, width),
    ...cutAlike(rows.map((cells) => cells[column]!), width),
  ]);
  return all.map((_, row) =>
    columns.map((cells, column) => {
      const cell = cells[row]!;
      const text = column === last ? cell : cell + " ".repeat(widths[column]! - textWidth(cell));
      return style.paint?.(text, row - 1, column) ?? text;
    }).join("  ").trimEnd()
  );
}
