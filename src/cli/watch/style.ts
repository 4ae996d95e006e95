/**
 * How the lines of the screen look.
 *
 * @module
 */

import { noPaint, type Paint } from "../terminal/colours.ts";

/** How the lines look. */
export interface ScreenStyle {
  /** The size of the terminal. */
  columns: number;
  rows: number;
  /** The colours, if any. */
  paint?: Paints;
}

/** The colours of a screen. */
export interface Paints {
  state: Paint;
  title: Paint;
  quiet: Paint;
  /** The chosen row, and a match of a search. */
  chosen: Paint;
  error: Paint;
}

/** No colours. */
export const PLAIN: Paints = {
  ...{ state: noPaint, title: noPaint, quiet: noPaint, chosen: noPaint, error: noPaint },
};
