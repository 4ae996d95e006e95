/**
 * Text from jobs, made safe to show.
 *
 * @module
 */

export { visibleText } from "../../text/shown_text.ts";
