/**
 * Colours that tell states apart.
 *
 * @module
 */

import { blue, cyan, gray, green, red, yellow } from "@std/fmt/colors";

const COLOURS: Record<string, (text: string) => string> = {
  pending: blue,
  delayed: gray,
  processing: cyan,
  done: green,
  failed: yellow,
  dead: red,
};

/** The name of a state, padded or not, in its colour. */
export function paintState(text: string): string {
  return (COLOURS[text.trim()] ?? ((plain: string) => plain))(text);
}
