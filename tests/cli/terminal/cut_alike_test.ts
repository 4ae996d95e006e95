import { assert, assertEquals } from "@std/assert";
import { cutAlike } from "../../../src/cli/terminal/cut_alike.ts";
import { textWidth } from "../../../src/cli/terminal/text_width.ts";

Deno.test("cutAlike() leaves what fits, and cuts the end of what differs soon", () => {
  assertEquals(cutAlike(["make", "echo 0123456789 0123456789"], 16), ["make", "echo 0123456789…"]);
});

Deno.test("cutAlike() cuts texts that begin alike in their middle, so that their difference shows", () => {
  const texts = ["1", "2"].map((seed) => `python train.py --model resnet --seed ${seed} --out x`);
  assertEquals(cutAlike(texts, 30), [
    "python train.py …eed 1 --out x",
    "python train.py …eed 2 --out x",
  ]);
});

Deno.test("cutAlike() keeps the width, splits no character and takes equal texts", () => {
  const texts = [
    "😀".repeat(40) + "a",
    "😀".repeat(40) + "b",
    "日本".repeat(40),
    "日本".repeat(40),
  ];
  for (const width of [1, 2, 6, 7, 20, 33]) {
    for (const text of cutAlike(texts, width)) {
      assert(textWidth(text) <= width, `${width}: ${text}`);
      assert(text.isWellFormed());
    }
  }
});
