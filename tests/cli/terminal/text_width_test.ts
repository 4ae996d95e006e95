import { assert, assertEquals } from "@std/assert";
import { cutInMiddle, cutToWidth, textWidth } from "../../../src/cli/terminal/text_width.ts";

Deno.test("textWidth() counts two columns for a wide character and none for one that combines", () => {
  assertEquals(["abc", "é", "e\u0301", "日本", "😀", "한글", "ｱ", "Ａ"].map(textWidth), [
    3,
    1,
    1,
    4,
    2,
    4,
    1,
    2,
  ]);
});

Deno.test("cutToWidth() leaves what fits", () => {
  assertEquals(cutToWidth("abcdef", 6), "abcdef");
  assertEquals(cutToWidth("日本", 4), "日本");
});

Deno.test("cutToWidth() marks what it cuts and never splits a character", () => {
  assertEquals(cutToWidth("abcdef", 5), "abcd…");
  assertEquals(cutToWidth("日本語", 5), "日本…");
  assertEquals(cutToWidth("日本語", 4), "日…");
  assertEquals(cutToWidth("😀😀", 3), "😀…");
  assertEquals(cutToWidth("abc", 0), "");
});

Deno.test("cutInMiddle() keeps both ends of a text, whatever its characters", () => {
  assertEquals(cutInMiddle("backup-2026-11-27", 17), "backup-2026-11-27");
  assertEquals(cutInMiddle("backup-2026-11-27", 10), "backu…1-27");
  assertEquals(cutInMiddle("日本語日本語", 8), "日本…語");
  assertEquals(cutInMiddle("abcdefe\u0301xyz", 7), "abc…xyz");
  for (let width = 0; width < 8; width++) {
    assert(textWidth(cutInMiddle("日本x語e\u0301日", width)) <= width);
  }
});
