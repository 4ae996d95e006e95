import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

const FIXTURE = decodeURIComponent(
  new URL("../fixtures/queue_0.1.0.tar.gz", import.meta.url).pathname,
);

/** A program beside a copy of a queue that 0.1.0 made. */
async function oldQueue(): Promise<Program> {
  const program = new Program({ withQueue: false });
  const args = ["-xzpf", FIXTURE, "--no-same-owner", "-C", program.home];
  const { success } = await new Deno.Command("tar", { args }).output();
  assertEquals(success, true);
  return program;
}

Deno.test("a queue of 0.1.0 is listed and shown, and the doctor finds what 0.1.0 left", async () => {
  await using program = await oldQueue();
  const jobs = await program.json("list", "--state", "pending,failed,processing,done,dead");
  const states = (jobs as { id: string; command: string; state: string }[])
    .map(({ id, command, state }) => `${/^01/.test(id) ? command : id} ${state}`).sort();
  assertEquals(states, [
    ...["broken pending", "child pending", "dead dead", "delayed pending", "done done"],
    ...["dropped pending", "echo one pending", "echo two pending", "failed failed"],
    ...["held pending", "key pending", "parent done", "pending pending", "runs processing"],
    "three pending",
  ]);
  assertMatch(await program.answer("show", "child"), /after +runs/);
  assertEquals(await program.answer("logs", "dead"), "why\nwhy");
  assertStringIncludes(await program.answer("schedule", "list"), "nightly");
  const { code, stdout } = await program.run(["doctor"]);
  const found = stdout.split("\n").filter((line) => line.startsWith("found"));
  assertEquals([code, found.length], [1, 2], stdout);
  assertMatch(stdout, /broken\.json/);
  assertMatch(stdout, /worker site-\d+-[0-9a-f]+/);
});

Deno.test("a worker of this version works a queue of 0.1.0 to its end", async () => {
  await using program = await oldQueue();
  await program.answer("retry", "failed");
  await program.answer("release", "held");
  await program.drain(2);
  const jobs = await program.json("list", "--all");
  const states = (jobs as { id: string; state: string; attempts: number }[])
    .map(({ id, state }) => `${id.replace(/^01.*|^nightly.*/, "-")} ${state}`)
    .filter((text) => !text.startsWith("-")).sort();
  assertEquals(states, [
    ...["broken dead", "child done", "dead dead", "delayed pending", "done done", "dropped done"],
    ...["failed done", "held done", "key done", "parent done", "pending done", "runs done"],
    "three done",
  ]);
  const runs = await program.json("show", "runs");
  const { history } = runs as { history: { outcome: string }[] };
  assertEquals(history.map(({ outcome }) => outcome), ["lost", "done"]);
  assertEquals(await program.answer("logs", "runs"), "attempt 1\nattempt 2");
  assertMatch(
    await program.answer("stats", "--since", "3650d"),
    /attempts +\d+: 1\d done/,
  );
  assertStringIncludes(Deno.readTextFileSync(`${program.dir}/hooks.log`), "dead is dead");
  const { code, stdout } = await program.run(["doctor"]);
  assertEquals(code, 0, stdout);
});

Deno.test("upgrade-queue has nothing to do in a queue of 0.1.0, and refuses a newer one", async () => {
  await using program = await oldQueue();
  assertEquals(await program.json("upgrade-queue"), { dir: program.dir, from: 1, to: 1 });
  assertStringIncludes(await program.answer("upgrade-queue"), "there is nothing to do");
  Deno.writeTextFileSync(`${program.dir}/VERSION`, "2\n");
  for (const words of [["upgrade-queue"], ["list"], ["enqueue", "true"], ["worker", "start"]]) {
    const { code, stderr } = await program.run(words);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /is a queue of format 2, which a newer queuectl made; this one \(\S+\) knows/,
    );
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});
