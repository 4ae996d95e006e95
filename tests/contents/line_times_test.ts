import { assertEquals } from "@std/assert";
import { removeStaleInputs, staleInputs } from "../../src/contents/inputs.ts";
import { TimeNotes } from "../../src/contents/line_times.ts";
import { Queue } from "../../src/queue.ts";

Deno.test("TimeNotes finds by when an offset was printed, and reads on", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const { store } = await Queue.open(dir);
    const job = { id: "a", created_at: new Date(1000).toISOString() };
    const notes = new TimeNotes(store, job);
    assertEquals([notes.timeOf(0), notes.offsetSince(0)], [undefined, 0]);
    Deno.mkdirSync(`${dir}/input`);
    const path = `${dir}/input/a.times`;
    Deno.writeTextFileSync(path, "1000 10 5000\n999 15 5500\n1000 20 6000\n1000 15 6500\n1000 3");
    assertEquals([0, 9, 10, 19, 20].map((at) => notes.timeOf(at)), [
      5000,
      5000,
      6000,
      6000,
      undefined,
    ]);
    assertEquals([5000, 5001, 6000, 6001].map((time) => notes.offsetSince(time)), [0, 10, 10, 20]);
    Deno.writeTextFileSync(path, "0 5500\n", { append: true });
    // The clock was set back: times do not go back within one log.
    assertEquals(notes.timeOf(25), 6000);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});

Deno.test("the times of a missing job are removed once they are old", async () => {
  const dir = Deno.makeTempDirSync();
  try {
    const { store } = await Queue.open(dir);
    Deno.mkdirSync(`${dir}/input`);
    for (const name of ["old.times", "new.times"]) {
      Deno.writeTextFileSync(`${dir}/input/${name}`, "");
    }
    Deno.utimeSync(`${dir}/input/old.times`, 1, 1);
    assertEquals(staleInputs(store), ["old"]);
    removeStaleInputs(store);
    assertEquals([...Deno.readDirSync(`${dir}/input`)].map(({ name }) => name), ["new.times"]);
  } finally {
    Deno.removeSync(dir, { recursive: true });
  }
});
