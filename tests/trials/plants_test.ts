import { assertEquals } from "@std/assert";
import { PLANTS } from "../../trials/plants.ts";

Deno.test("each text that a planted bug replaces stands once in its file", async () => {
  const root = new URL("../../", import.meta.url);
  const unfit: string[] = [];
  for (const { name, file, edits } of PLANTS) {
    const source = await Deno.readTextFile(new URL(file, root));
    if (edits.some(([text]) => source.split(text).length !== 2)) unfit.push(name);
  }
  assertEquals(unfit, []);
});
