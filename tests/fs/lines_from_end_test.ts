import { assertEquals } from "@std/assert";
import { linesFromEnd } from "../../src/fs/lines_from_end.ts";
import { seededRandom } from "../simulation/seeded.ts";

function read(path: string): { lines: string[]; passed: string[] } {
  const passed: string[] = [];
  return { lines: [...linesFromEnd(path, (sentence) => passed.push(sentence))], passed };
}

Deno.test("linesFromEnd() gives what splitting the whole would, the last line first", async () => {
  const path = await Deno.makeTempFile();
  try {
    const random = seededRandom(7);
    for (let round = 0; round < 60; round++) {
      const lines = Array.from(
        { length: Math.floor(random() * 12) },
        () => "ä".repeat(Math.floor(random() ** 4 * 32_000)),
      );
      await Deno.writeTextFile(path, lines.join("\n") + (random() < 0.5 ? "\n" : ""));
      assertEquals(read(path), {
        lines: lines.filter((line) => line !== "").reverse(),
        passed: [],
      });
    }
  } finally {
    await Deno.remove(path);
  }
});
