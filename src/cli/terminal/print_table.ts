/**
 * A table to stdout, in the way that its reader needs.
 *
 * @module
 */

import { printLines } from "./output.ts";
import { alignedLines, type Table, tabLines } from "./table.ts";
import { coloursStdout, readsStdout, terminalWidth } from "./terminal.ts";

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
