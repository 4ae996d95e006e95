import { assertEquals } from "@std/assert";
import { keyReader } from "../../../src/cli/terminal/keys.ts";
import { eventually } from "../../temporary_queue.ts";

async function keysOf(pieces: (string | Uint8Array)[], count: number): Promise<string[]> {
  const seen: string[] = [];
  const take = keyReader((key) => seen.push(key));
  for (const piece of pieces) {
    take(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  }
  return await eventually("the keys are seen", () => seen.length >= count && seen);
}

Deno.test("keyReader() names what terminals send for keys", async () => {
  const sent = "\x1b[A\x1bOB\x1b[C\x1b[D\x1b[5~\x1b[6~\x1b[H\x1b[1~\x1b[F\t\x1b[Z\r\x7f\x03 gG?/";
  assertEquals(await keysOf([sent], 19), [
    ...["up", "down", "right", "left", "pageup", "pagedown", "home", "home", "end"],
    ...["tab", "shift-tab", "enter", "backspace", "ctrl-c", " ", "g", "G", "?", "/"],
  ]);
});

Deno.test("keyReader() takes characters and sequences in pieces, and an escape alone for Esc", async () => {
  const [first, ...others] = new TextEncoder().encode("日é😀");
  assertEquals(await keysOf([new Uint8Array([first!]), new Uint8Array(others)], 3), [
    "日",
    "é",
    "😀",
  ]);
  assertEquals(await keysOf(["\x1b", "[A"], 1), ["up"]);
  assertEquals(await keysOf(["\x1b"], 1), ["escape"]);
});

Deno.test("keyReader() takes Alt and unknown sequences for no key that does something", async () => {
  const seen = await keysOf(["\x1bx\x1b[99~q"], 1);
  assertEquals(seen.filter((key) => key === "x"), []);
  assertEquals(seen.at(-1), "q");
});
