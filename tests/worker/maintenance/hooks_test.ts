import { assertEquals, assertThrows } from "@std/assert";
import type { Claim } from "../../../src/moves/claim.ts";
import type { Job } from "../../../src/format/job.ts";
import { CStrings } from "../../../src/process/c_strings.ts";
import { Hooks } from "../../../src/worker/maintenance/hooks.ts";
import { newSpawner } from "../../../src/process/choose_spawner.ts";
import { temporaryQueue } from "../../temporary_queue.ts";

for (const portable of [false, true]) {
  Deno.test(`a NUL or 200 KB in a reason neither keep a hook from running nor shorten its environment (portable: ${portable})`, async () => {
    await using temporary = await temporaryQueue({
      on_dead: 'printf "%s %s %s %s\\n" $QUEUECTL_JOB_ID "$QUEUECTL_ATTEMPTS" ' +
        '"$(printf %s "$QUEUECTL_REASON" | wc -c)" "${QUEUECTL_LOG##*/}$QUEUECTL_SIGNAL$QUEUECTL_OUTCOME"',
    });
    const { store } = temporary.queue;
    const spawner = newSpawner({ portable });
    const troubles: string[] = [];
    const hooks = new Hooks(store, spawner, (message) => troubles.push(message));
    const reasons = { nul: "a\0b", long: "x".repeat(200_000), wide: "日".repeat(70_000) };
    for (const [id, reason] of Object.entries(reasons)) {
      const job = { id, command: "true", reason, attempts: 7, history: [] as unknown[] } as Job;
      hooks.run({ claim: {} as Claim, job, state: "dead" });
    }
    await hooks.close(20);
    spawner.close();
    assertEquals(troubles, []);
    const printed = Deno.readTextFileSync(`${temporary.dir}/hooks.log`)
      .replaceAll(/^queuectl: .* of job .*: exit 0\n/gm, "");
    assertEquals(printed.split("\n").sort(), [
      "",
      "long 7 102400 ",
      "nul 7 5 ",
      "wide 7 102399 ",
    ]);
  });
}

Deno.test("a string with a NUL is refused, rather than that it takes the place of the next", () => {
  assertThrows(() => new CStrings().replace(["a\0b", "c"]), TypeError, "holds a NUL");
  assertEquals(new CStrings().replace(["a", "", "日"]).length, 3);
  assertEquals(new CStrings().replace([]).length, 0);
});
