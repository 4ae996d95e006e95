import { assertEquals } from "@std/assert";
import { PacedOutput } from "../../../src/cli/terminal/paced_output.ts";
import { eventually } from "../../temporary_queue.ts";

Deno.test("a line after a pause is written at once, lines in quick succession together, in order", async () => {
  const writes: string[] = [];
  const output = new PacedOutput((lines) => writes.push(lines.join()));
  output.add("a");
  assertEquals(writes, ["a"]);
  for (const line of ["b", "c", "d"]) output.add(line);
  assertEquals(writes, ["a"]);
  await eventually("the rest is written", () => writes.length === 2);
  output.add("e");
  output.close();
  assertEquals(writes, ["a", "b,c,d", "e"]);
  output.add("f");
  assertEquals(writes.at(-1), "f");
  output.close();
});
