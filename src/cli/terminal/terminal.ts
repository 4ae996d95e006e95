/**
 * What stands at the other end of our output.
 *
 * @module
 */

/** Columns to count on where no terminal says. */
const DEFAULT_WIDTH = 80;

/** Whether a person reads what goes to stdout. */
export function readsStdout(): boolean {
  return Deno.stdout.isTerminal();
}

/** Whether stdout takes colours: a terminal, and no `NO_COLOR` in the environment. */
export function coloursStdout(): boolean {
  return readsStdout() && !Deno.noColor && Deno.env.get("TERM") !== "dumb";
}

/** How many columns the terminal has. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_WIDTH;
  } catch {
    return DEFAULT_WIDTH;
  }
}
