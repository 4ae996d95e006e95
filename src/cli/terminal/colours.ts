/**
 * Colours by state.
 *
 * @module
 */

import { blue, cyan, gray, green, red, yellow } from "@std/fmt/colors";
import { coloursStdout } from "./terminal.ts";

/** Puts the codes of a colour around a text. */
export type Paint = (text: string) => string;

/** Leaves a text as it is. */
export const noPaint: Paint = (text) => text;

const COLOURS: Record<string, Paint> = {
  pending: blue,
  delayed: gray,
  processing: cyan,
  start: cyan,
  done: green,
  failed: yellow,
  dead: red,
  trouble: red,
};

/** The name of a state or event, padded or not, in its colour. */
export const paintState: Paint = (text) => (COLOURS[text.trim()] ?? noPaint)(text);

/** {@linkcode paintState} if stdout takes colours, else {@linkcode noPaint}. */
export function statePaint(): Paint {
  return coloursStdout() ? paintState : noPaint;
}
