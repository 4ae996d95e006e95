import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import {
  contrast,
  type Look,
  lookAfter,
  paintOf,
  PLAIN,
} from "../../src/dashboard/page/log/looks.ts";
import { shownText } from "../../src/dashboard/page/log/terminal_text.ts";

/** What a text shows, without its looks. */
function plain(text: string): string {
  return shownText(text, PLAIN).runs.map((run) => run.text).join("");
}

/** What a text shows, each look that is not plain in brackets. */
function marked(text: string): string {
  return shownText(text, PLAIN).runs.map((run) => {
    const { fore, back, traits } = run.look;
    const words = [
      ...(fore === undefined ? [] : [`fore ${fore}`]),
      ...(back === undefined ? [] : [`back ${back}`]),
      ...traits,
    ];
    return words.length === 0 ? run.text : `[${words.join(" ")}|${run.text}]`;
  }).join("");
}

Deno.test("the sixteen colours, the palette and true colours are told apart", () => {
  assertEquals(marked("\x1b[31mred\x1b[0m plain"), "[fore 1|red] plain");
  assertEquals(marked("\x1b[97;104mx\x1b[39my\x1b[49mz"), "[fore 15 back 12|x][back 12|y]z");
  assertEquals(marked("\x1b[38;5;208mx\x1b[m"), "[fore 208|x]");
  assertEquals(marked("\x1b[38;2;1;2;3mx\x1b[m"), `[fore ${256 + 0x010203}|x]`);
  assertEquals(marked("\x1b[48:2::1:2:3mx\x1b[m"), `[back ${256 + 0x010203}|x]`);
  assertEquals(marked("\x1b[38:5:9mx\x1b[m"), "[fore 9|x]");
  assertEquals(marked("\x1b[38;5;1;4mx"), "[fore 1 underline|x]");
});

Deno.test("traits are set and reset one by one", () => {
  assertEquals(
    marked("\x1b[1;3;4;9mx\x1b[22;24my\x1b[23;29mz"),
    [
      "[bold italic underline strike|x]",
      "[italic strike|y]",
      "z",
    ].join(""),
  );
  assertEquals(marked("\x1b[4:3mcurl\x1b[4:0m."), "[underline|curl].");
});

Deno.test("colours that make no sense are left out, and the rest counts", () => {
  assertEquals(marked("\x1b[38;5;999;1mx"), "[bold|x]");
  assertEquals(marked("\x1b[38m;x"), ";x");
  assertEquals(marked("\x1b[38;2;1mx"), "x");
  assertEquals(marked("\x1b[?25lx\x1b[>4;2my"), "xy");
});

Deno.test("any two colours can be read on each other", () => {
  const rgb = (hex: string) =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
  const looks: Look[] = [];
  for (let colour = 0; colour < 256; colour++) {
    looks.push({ fore: colour, traits: [] }, { fore: colour, traits: ["dim"] });
    looks.push({ back: colour, traits: [] }, { fore: colour, back: 255 - colour, traits: [] });
    looks.push({ fore: colour, back: colour, traits: ["inverse"] });
    looks.push({ fore: 256 + colour * 0x010101, back: 256 + 0x808080, traits: [] });
  }
  for (const look of looks) {
    const { color = "#d7d9dd", background = "#16181c" } = paintOf(look);
    assertGreaterOrEqual(contrast(rgb(color), rgb(background)), 4.5, JSON.stringify(look));
  }
  assertEquals(paintOf(PLAIN), {});
});

Deno.test("of a progress bar that returns only the last state is left", () => {
  assertEquals(plain("10%\r20%\r100% done\nnext\r\n"), "100% done\nnext\n");
  assertEquals(plain("50%\r"), "50%");
  assertEquals(plain("a long line\rshort\n"), "shortg line\n");
  assertEquals(plain("a long line\r\x1b[Kshort\n"), "short\n");
  assertEquals(plain("loading\x1b[2K\rdone\n"), "done\n");
  assertEquals(plain("ab\b\bcd\n"), "cd\n");
  assertEquals(plain("12345\x1b[3DX\x1b[1GY\x1b[8CZ\n"), "Y2X45    Z\n");
  assertEquals(marked("\x1b[31mred\x1b[m\rg\n"), "g[fore 1|ed\n]");
});

Deno.test("a wide character that is written over in part leaves a space", () => {
  assertEquals(plain("日本\rx\n"), "x 本\n");
  assertEquals(plain("日本\x1b[2Gx\n"), " x本\n");
  assertEquals(plain("a日\ryz\n"), "yz \n");
  assertEquals(plain("🦀b\rcd\n"), "cdb\n");
  assertEquals(plain("e\u0301f\rg\n"), "gf\n");
  assertEquals(plain("\u0301\n"), "\u0301\n");
  assertEquals(plain("👩\u200d💻\n"), "👩\u200d💻\n");
});

Deno.test("tabs stay tabs, for whoever copies a table", () => {
  assertEquals(plain("a\tb\tc\n"), "a\tb\tc\n");
  assertEquals(plain("a\tb\rxyz\n"), "xyz     b\n");
});

Deno.test("titles, links and other strings for the terminal show nothing", () => {
  assertEquals(plain("\x1b]0;title\x07a\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\b\n"), "alinkb\n");
  assertEquals(plain("\x1bPq#0;2\x1b\\x\x1b(By\x1b=z\x1bM\n"), "xyz\n");
  assertEquals(plain("\x1b]0;never ends\nnext line\n"), "\nnext line\n");
  assertEquals(plain("\x1b[31\nx\n"), "\nx\n");
});

Deno.test("a sequence whose end has not come yet shows nothing", () => {
  for (const start of ["\x1b", "\x1b[", "\x1b[38;5", "\x1b]0;tit", "\x1b(", "\x1b[3 "]) {
    assertEquals(plain(`a${start}`), "a", JSON.stringify(start));
  }
});

Deno.test("binary and characters that reorder text stand as escapes", () => {
  assertEquals(
    plain("\0\x01\x7f\x9b31m\u202egpj\ufeff\n"),
    [
      String.raw`\x00\x01\x7f\x9b31m\u202egpj\ufeff`,
      "\n",
    ].join(""),
  );
  assertEquals(plain("bell\x07\n"), "bell\n");
});

Deno.test("no sequence makes a line wider than is sane", () => {
  assert(plain("\x1b[999999999Cx\x1b[999999999C\x1b[99999Gy\n").length < 20_100);
});

Deno.test("what a text looks like at its end is what the next one begins with", () => {
  const { look } = shownText("\x1b[1;32mok\n", PLAIN);
  assertEquals(look, { fore: 2, traits: ["bold"] });
  assertEquals(lookAfter(look, ""), PLAIN);
  assertEquals(shownText("x", look).runs, [{ text: "x", look }]);
});
