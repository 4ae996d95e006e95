import { assertEquals } from "@std/assert";
import {
  mostAtOnce,
  outputOf,
  overlaps,
  plan,
  readNotes,
} from "../../trials/machines/noted_jobs.ts";

Deno.test("an attempt that goes on beside a later one is seen, whether or not it comes to its end", () => {
  const notes = readNotes(`S a 1 10.0 n1-1-aa job-a
T a 1 10.5 n1-1-aa job-a
S a 2 11.0 n2-1-bb job-a
T a 1 14.5 n1-1-aa job-a
E a 2 15.0 n2-1-bb job-a
S b 1 10.0 n1-1-aa job-b
S b 2 12.0 n2-1-bb job-b
E b 2 13.0 n2-1-bb job-b
`);
  assertEquals(overlaps(notes).map(({ earlier, seconds }) => [earlier.id, seconds]), [["a", 3.5]]);
});

Deno.test("a first attempt that two workers have at once is seen once", () => {
  const notes = readNotes(`S a 1 10.0 n1-1-aa job-a
S a 1 11.0 n2-1-bb job-a
E a 1 12.5 n1-1-aa job-a
E a 1 14.0 n2-1-bb job-a
S b 1 10.0 n1-1-aa job-b
E b 1 11.0 n1-1-aa job-b
S b 1 12.0 n2-1-bb job-b
E b 1 13.0 n2-1-bb job-b
`);
  assertEquals(overlaps(notes).map(({ earlier, seconds }) => [earlier.id, seconds]), [["a", 1.5]]);
});

Deno.test("runs that follow each other at the same hundredth of a second are not at once", () => {
  const notes = readNotes(`S a 1 1.00 n1-1-aa job-a
E a 1 2.00 n1-1-aa job-a
S b 1 2.00 n2-1-bb job-b
S c 1 2.50 n3-1-cc job-c
E b 1 3.00 n2-1-bb job-b
E c 1 3.00 n3-1-cc job-c
`);
  assertEquals(mostAtOnce(notes), 2);
});

Deno.test("a line that a kill cut off is no note", () => {
  assertEquals(readNotes("S a 1 1.00 n1-1-aa job-a\nE a 1 1.5").map(({ what }) => what), ["S"]);
});

Deno.test("a planned job prints what is expected of it, and notes its name", async () => {
  const ledger = Deno.makeTempFileSync();
  try {
    const planned = plan("job-a", "last='exit 3'", ledger, 2);
    const { code, stdout } = await new Deno.Command("/bin/sh", {
      args: ["-c", planned.input.command as string],
      env: { QUEUECTL_JOB_ID: "id-a", QUEUECTL_ATTEMPT: "2", QUEUECTL_WORKER: "n1-1-aa" },
    }).output();
    assertEquals(code, 3);
    assertEquals(new TextDecoder().decode(stdout), outputOf(planned));
    const notes = readNotes(Deno.readTextFileSync(ledger));
    assertEquals(
      notes.map(({ what, id, attempt, worker, name }) => [what, id, attempt, worker, name]),
      [
        ["S", "id-a", 2, "n1-1-aa", "job-a"],
        ["E", "id-a", 2, "n1-1-aa", "job-a"],
      ],
    );
  } finally {
    Deno.removeSync(ledger);
  }
});
