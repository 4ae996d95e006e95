import { assertEquals, assertMatch } from "@std/assert";
import { arrive } from "../../src/contents/presence.ts";
import { Queue } from "../../src/queue.ts";
import { testWith } from "../left_out.ts";
import { CACHING, fuseMount, whyNoFuse } from "./fuse_mount.ts";
import { PROGRAM, Program } from "./program.ts";

const noFuse = await whyNoFuse();

Deno.test("worker forget needs --yes without a terminal, and refuses a worker that lives here", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  const asked = await program.run(["worker", "forget", name]);
  assertEquals(asked.code, 2);
  assertMatch(
    asked.stderr,
    /^queuectl: forgetting worker \S+ needs --yes where no terminal can ask/,
  );
  const refused = await program.run(["worker", "forget", name, "--yes"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /it holds its lock on this machine; stop it .* \(kill -9 \d+\)/);
  const unknown = await program.run(["worker", "forget", "nobody", "--yes"]);
  assertEquals(unknown.code, 1);
  assertMatch(unknown.stderr, /no worker "nobody" is alive \(see: queuectl worker list\)/);
});

testWith(noFuse, "worker forget recovers the jobs of a worker whose lock never falls", async () => {
  await using mount = await fuseMount(CACHING);
  const queue = await Queue.open(`${mount.below}/queue`);
  const presence = arrive(queue.store, {
    ...{ name: "gone-7-aa", host: "gone", pid: 7, slots: 1, started_at: "", version: "" },
  });
  const forget = async () => {
    const { stdout } = await new Deno.Command(PROGRAM[0]!, {
      args: [
        ...PROGRAM.slice(1),
        ...["--dir", `${mount.path}/queue`, "worker", "forget", "gone-7", "--yes", "--json"],
      ],
      stderr: "inherit",
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout));
  };
  const file = "20260101T000000.000Z-5-a@gone-7-aa.json";
  Deno.writeTextFileSync(`${queue.dir}/processing/a.log`, "begun\n", { mode: 0o600 });
  const job = '{"command":"true","run_at":"2026-01-01T00:00:00.000Z"}';
  Deno.writeTextFileSync(`${queue.dir}/processing/${file}`, job, { mode: 0o600 });
  assertEquals(await forget(), { worker: "gone-7-aa", finished: [], lost: ["a"] });
  assertEquals([queue.get("a")?.state, presence.holds()], ["failed", false]);
  presence.leave();
});
