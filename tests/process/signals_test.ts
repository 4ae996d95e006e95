import { assert, assertEquals, assertLess } from "@std/assert";
import {
  endGroup,
  groupExists,
  signalGroup,
  signalName,
  signalNumber,
} from "../../src/process/signals.ts";
import { eventually, isThere, temporaryDirectory } from "../temporary_queue.ts";

/** Starts a shell that leads a group of its own, and waits until it says that it is ready. */
async function startGroup(script: string): Promise<Deno.ChildProcess & { path: string }> {
  const path = await Deno.makeTempFile();
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", path],
    stdin: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  await eventually("the group is ready", () => Deno.readTextFileSync(path) !== "");
  await Deno.remove(path);
  return Object.assign(child, { path });
}

Deno.test("signalName() and signalNumber() are as kill -l has them", async () => {
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", "for n in {1..31}; do kill -l $n; done"],
  }).output();
  const names = new TextDecoder().decode(stdout).trim().split("\n").map((name) => `SIG${name}`);
  assertEquals(names.map((_, n) => signalName(n + 1)), names);
  assertEquals(names.map(signalNumber), names.map((_, n) => n + 1));
  assertEquals([signalName(40), signalNumber("SIGWHAT")], ["SIG40", 0]);
});

Deno.test("endGroup() ends all of a group by SIGTERM, and waits no longer than it takes", async () => {
  await using temporary = await temporaryDirectory();
  const mark = `${temporary.path}/child-had-sigterm`;
  const child = await startGroup(
    `(trap 'touch ${mark}; exit' TERM; echo ready > "$1"; while :; do sleep 0.01; done) & wait`,
  );
  const begun = performance.now();
  const [{ signal }] = await Promise.all([child.status, endGroup(child.pid, 10)]);
  assertEquals(signal, "SIGTERM");
  assert(isThere(mark));
  assertEquals(groupExists(child.pid), false);
  assertLess(performance.now() - begun, 5000);
});

Deno.test("endGroup() kills what ignores SIGTERM once the grace is over", async () => {
  const child = await startGroup(
    `trap '' TERM; (echo ready > "$1"; while :; do sleep 0.01; done) & wait`,
  );
  const begun = performance.now();
  const [{ signal }] = await Promise.all([child.status, endGroup(child.pid, 0.2)]);
  assertEquals(signal, "SIGKILL");
  assert(performance.now() - begun >= 195);
  await eventually("the group is gone", () => !groupExists(child.pid));
});

Deno.test("endGroup() with no grace kills at once", async () => {
  const child = await startGroup(`trap '' TERM; echo ready > "$1"; sleep 60 & wait`);
  const [{ signal }] = await Promise.all([child.status, endGroup(child.pid, 0)]);
  assertEquals(signal, "SIGKILL");
});

Deno.test("a group that is gone can be signalled and ended without harm", async () => {
  const child = await startGroup(`echo ready > "$1"`);
  await child.status;
  assertEquals([groupExists(child.pid), signalGroup(child.pid, "SIGTERM")], [false, false]);
  await endGroup(child.pid, 5);
});
