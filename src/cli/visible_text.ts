/**
 * Text from jobs, made safe to show.
 *
 * @module
 */

export { visibleText } from "../queue/shown_text.ts";
