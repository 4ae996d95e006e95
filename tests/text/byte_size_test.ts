import { assertEquals } from "@std/assert";
import { bytesInSize, sizeText } from "../../src/text/byte_size.ts";

Deno.test("bytesInSize() knows units of either case, with and without B", () => {
  assertEquals(
    ["4096", "10K", "1.5m", "100MB", "1GiB", "2 T"].map(bytesInSize),
    [4096, 10_240, 1_572_864, 104_857_600, 2 ** 30, 2 ** 41],
  );
  assertEquals(["", "K", "-1K", "1X", "ten"].map(bytesInSize), Array(5).fill(undefined));
});

Deno.test("sizeText() takes the largest unit that leaves a whole number", () => {
  assertEquals([100, 1024, 1536, 104_857_600].map(sizeText), ["100", "1K", "1536", "100M"]);
});
