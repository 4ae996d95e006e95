/**
 * The keys of a terminal, by the runtime's own parser.
 *
 * @module
 */

import { emitKeypressEvents, type Key } from "node:readline";
import { PassThrough } from "node:stream";

/**
 * How long to wait for what follows an escape character, in milliseconds: alone it is the key Esc.
 */
const ESCAPE_WAIT = 25;

/**
 * Names keys.
 *
 * @param pressed Called with the character that a key types, or its name: `up`, `pagedown`,
 * `enter`, `escape`, `shift-tab`, `ctrl-c`.
 * @returns Takes what a terminal sends, in pieces of any size.
 */
export function keyReader(pressed: (key: string) => void): (bytes: Uint8Array) => void {
  const stream = new PassThrough();
  emitKeypressEvents(stream, { escapeCodeTimeout: ESCAPE_WAIT } as never);
  stream.on("keypress", (text: string | undefined, key: Key) => {
    const name = keyName(text, key);
    if (name !== undefined) pressed(name);
  });
  return (bytes) => void stream.write(bytes);
}

function keyName(text: string | undefined, { name, ctrl, meta, shift }: Key): string | undefined {
  if (name === "escape") return name;
  if (meta) return undefined;
  if (ctrl) return `ctrl-${name}`;
  if (name === "return") return "enter";
  if (text !== undefined && text >= " " && text !== "\x7f") return text;
  return shift ? `shift-${name}` : name;
}
