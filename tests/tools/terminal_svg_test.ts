import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { terminalSvg, xmlText } from "../../tools/terminal_svg.ts";

const SIZE = { columns: 10, rows: 3 };

/** The values of an attribute, in the order in which they stand. */
function valuesOf(svg: string, pattern: RegExp): string[] {
  return [...svg.matchAll(pattern)].map((match) => match[1]!);
}

Deno.test("xmlText() escapes what XML would read as its own, and replaces what it cannot hold", () => {
  assertEquals(xmlText(`a<b> & "c" 'd'`), `a&lt;b&gt; &amp; "c" 'd'`);
  assertEquals(xmlText("\x1b[31m\0\ufffe\ud800ü😀"), "\ufffd[31m\ufffd\ufffd\ufffdü😀");
});

Deno.test("terminalSvg() moves the strip at the time of each screen, and rests on the last", () => {
  const screens = ["a", "ab", "abc"].map((text, index) => ({ text, seconds: index + 1 }));
  const svg = terminalSvg(screens, SIZE);
  const width = Number(/ width="(\d+)"/.exec(svg)![1]);
  assertEquals(valuesOf(svg, /([\d.]+%)\{/g), ["0.00%", "16.67%", "50.00%"]);
  assertStringIncludes(svg, "animation:film 6.00s steps(1,end) infinite");
  assertStringIncludes(svg, "@media(prefers-reduced-motion:reduce){.film{animation:none}}");
  assertStringIncludes(svg, `<g class="film" transform="translate(${-2 * width})">`);
});

Deno.test("terminalSvg() puts each run of a colour in its columns, over the ends of lines", () => {
  const text = "\x1b[1;31mno\x1b[0m <b>\n\x1b[92mgo\non\x1b[39m!";
  const svg = terminalSvg([{ text, seconds: 1 }], SIZE);
  assertEquals(valuesOf(svg, /<tspan (.*?)<\/tspan>/g), [
    `x="0.0" class="b c1">no`,
    `x="16.8"> &lt;b&gt;`,
    `x="0.0" class="c10">go`,
    `x="0.0" class="c10">on`,
    `x="16.8">!`,
  ]);
});

Deno.test("terminalSvg() has a line that stands on several screens once", () => {
  const screens = ["$ ls", "$ ls -l", "$ ls -la"].map((last) => ({
    text: `above\n\nabove\n${last}`,
    seconds: 1,
  }));
  const svg = terminalSvg(screens, SIZE);
  assertEquals(svg.split("above").length, 2);
  assertEquals(svg.split("<g id=").length, 2);
});

Deno.test("docs/first-minute.svg shows each command of docs/first-minute.txt", async () => {
  const folder = new URL("../../docs/", import.meta.url);
  const svg = await Deno.readTextFile(new URL("first-minute.svg", folder));
  const session = await Deno.readTextFile(new URL("first-minute.txt", folder));
  for (const command of session.split("\n").filter((line) => line !== "")) {
    assertStringIncludes(svg, xmlText(command), "record it anew: deno task record");
  }
  assert(svg.length < 150_000, "it is small enough to load with the page");
  assert(!/<script|href="(?!#)|url\(/.test(svg), "it needs nothing but itself");
});

Deno.test("terminalSvg() draws inverse text dark on a bright ground of its width", () => {
  const svg = terminalSvg([{ text: "ab\x1b[7mcde\x1b[27mf", seconds: 1 }], { columns: 9, rows: 1 });
  assertStringIncludes(svg, '<rect class="v" x="16.8" width="25.2"');
  assertStringIncludes(svg, '<tspan x="16.8" class="i">cde</tspan><tspan x="42.0">f</tspan>');
});
