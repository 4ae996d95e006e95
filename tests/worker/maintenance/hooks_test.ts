import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Claim } from "../../../src/moves/claim.ts";
import type { Job } from "../../../src/format/job.ts";
import { CStrings } from "../../../src/process/c_strings.ts";
import { Hooks } from "../../../src/worker/maintenance/hooks.ts";
import { newSpawner } from "../../../src/process/choose_spawner.ts";
import { type TemporaryQueue, temporaryQueue } from "../../temporary_queue.ts";

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

/** Runs the hook `on_dead` of a queue for some jobs at once; gives what hooks.log then has. */
async function logOf(
  { queue: { store }, dir }: TemporaryQueue,
  ids: readonly string[],
  files = store.files,
): Promise<string> {
  const spawner = newSpawner({});
  const troubles: string[] = [];
  const hooks = new Hooks({ ...store, files }, spawner, (message) => troubles.push(message));
  for (const id of ids) {
    const job = { id, command: "true", attempts: 1, history: [] as unknown[] } as unknown as Job;
    hooks.run({ claim: {} as Claim, job, state: "dead" });
  }
  await hooks.close(20);
  spawner.close();
  assertEquals([troubles, [...Deno.readDirSync(`${dir}/tmp`)]], [[], []]);
  return Deno.readTextFileSync(`${dir}/hooks.log`).replaceAll(/^queuectl: \S+Z /gm, "");
}

Deno.test("hooks that run at once do not mix their lines", async () => {
  await using temporary = await temporaryQueue({
    on_dead: 'printf "$QUEUECTL_JOB_ID said "; ' +
      'touch "$QUEUECTL_DIR/$QUEUECTL_JOB_ID"; ' +
      'until [ -e "$QUEUECTL_DIR/a" ] && [ -e "$QUEUECTL_DIR/b" ]; do sleep 0.01; done; ' +
      'echo "by $QUEUECTL_JOB_ID"; printf end',
  });
  const pieces = ["a", "b"].map((id) => `${id} said by ${id}\nend\non_dead of job ${id}: exit 0\n`);
  const log = await logOf(temporary, ["a", "b"]);
  assert(log === pieces.join("") || log === pieces.toReversed().join(""), log);
});

Deno.test("of a hook that prints much only the end is kept, and it is said so", async () => {
  await using temporary = await temporaryQueue({ on_dead: "seq 100000" });
  const lines = (await logOf(temporary, ["a"])).trimEnd().split("\n");
  assertEquals(
    lines.shift(),
    "queuectl: left out all but the last 16384 bytes that this hook printed",
  );
  assertEquals(lines.pop(), "on_dead of job a: exit 0");
  assertEquals(lines, Array.from(lines, (_, at) => `${100_001 - lines.length + at}`));
  assert(lines.length > 2000);
});

Deno.test("what a hook prints without end does not stay on the disk while it runs", async () => {
  await using temporary = await temporaryQueue({
    on_dead: "size() { stat -Lc %s /proc/$$/fd/1; }; yes | head -c 9000000; " +
      'until [ "$(size)" -lt 9000000 ]; do sleep 0.05; done; echo emptied',
  });
  assertEquals(
    await logOf(temporary, ["a"]),
    "queuectl: left out all but the last 16384 bytes that this hook printed\nemptied\n" +
      "on_dead of job a: exit 0\n",
  );
});

Deno.test("on a disk that takes no new file a hook runs all the same", async () => {
  await using temporary = await temporaryQueue({ on_dead: "echo dead" });
  const { files } = temporary.queue.store;
  const full = () => {
    throw new Error("no space left on device");
  };
  assertEquals(
    await logOf(temporary, ["a"], { ...files, create: full }),
    "dead\non_dead of job a: exit 0\n",
  );
});

Deno.test("a string with a NUL is refused, rather than that it takes the place of the next", () => {
  assertThrows(() => new CStrings().replace(["a\0b", "c"]), TypeError, "holds a NUL");
  assertEquals(new CStrings().replace(["a", "", "日"]).length, 3);
  assertEquals(new CStrings().replace([]).length, 0);
});
