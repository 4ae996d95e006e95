/**
 * What stdout is connected to.
 *
 * @module
 */

/** Whether a person reads stdout. */
export function readsStdout(): boolean {
  return Deno.stdout.isTerminal();
}

/** Whether stdout takes colours: a terminal, and no `NO_COLOR` in the environment. */
export function coloursStdout(): boolean {
  return readsStdout() && !Deno.noColor && Deno.env.get("TERM") !== "dumb";
}

/** The columns and lines of the terminal; 80 and 24 if it does not say. */
export function terminalSize(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}
