import { assertEquals } from "@std/assert";
import { PLANTS } from "../../trials/plants.ts";
import { isThere } from "../temporary_queue.ts";

Deno.test("each text that a planted bug replaces stands once in its file", async () => {
  const root = new URL("../../", import.meta.url);
  const unfit: string[] = [];
  for (const { name, file, edits } of PLANTS) {
    const source = await Deno.readTextFile(new URL(file, root));
    if (edits.some(([text]) => source.split(text).length !== 2)) unfit.push(name);
  }
  assertEquals(unfit, []);
});

Deno.test("the test that is to catch a planted bug is there", () => {
  const tests = new URL("../", import.meta.url).pathname;
  const missing = PLANTS.filter(({ test }) => !isThere(`${decodeURIComponent(tests)}${test}`));
  assertEquals(missing.map(({ name, test }) => `${name}: ${test}`), []);
});
