import { assertEquals } from "@std/assert";
import { alignedLines, tabLines } from "../../../src/cli/terminal/table.ts";

const TABLE = {
  head: ["ID", "STATE", "COMMAND"],
  rows: [["build", "done", "make all the things"], ["日本", "failed", ""]],
};

Deno.test("tabLines() puts tabs between cells and cuts nothing", () => {
  assertEquals(tabLines(TABLE), [
    "ID\tSTATE\tCOMMAND",
    "build\tdone\tmake all the things",
    "日本\tfailed\t",
  ]);
});

Deno.test("alignedLines() aligns by columns on the screen and cuts the last cell to fit", () => {
  assertEquals(alignedLines(TABLE, { width: 26 }), [
    "ID     STATE   COMMAND",
    "build  done    make all t…",
    "日本   failed",
  ]);
});

Deno.test("alignedLines() paints padded cells, the head as row -1", () => {
  const seen: string[] = [];
  alignedLines({ head: ["A"], rows: [["b"]] }, {
    width: 80,
    paint: (padded, row, column) => {
      seen.push(`${padded} ${row} ${column}`);
      return padded;
    },
  });
  assertEquals(seen, ["A -1 0", "b 0 0"]);
});

Deno.test("alignedLines() takes a hundred thousand rows", () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => [`${index}`, "x"]);
  assertEquals(alignedLines({ head: ["N", "X"], rows }, { width: 80 }).at(-1), "99999  x");
});

Deno.test("alignedLines() cuts flexible cells, so that the last has room and no line is too long", () => {
  const table = {
    head: ["ID", "PROGRESS", "COMMAND"],
    rows: [["0123456789", "█████░░░░░ half", "make -C /srv/site all"]],
  };
  const lines = (width: number) => alignedLines({ ...table, flexible: [1] }, { width });
  assertEquals(lines(80)[1], "0123456789  █████░░░░░ half  make -C /srv/site all");
  assertEquals(lines(34)[1], "0123456789  █████░░…  make -C /sr…");
  assertEquals(lines(28)[1], "0123456789  █████░░…  make …");
  assertEquals(alignedLines(table, { width: 41 })[1], "0123456789  █████░░░░░ half  make -C /sr…");
});
