import { assertEquals, assertMatch } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { testWith } from "../left_out.ts";
import { eventually } from "../temporary_queue.ts";
import { PROGRAM, Running } from "./program.ts";
import { onHost, twoMounts, whyNoSshfs } from "./sshfs_mount.ts";

const noSshfs = await whyNoSshfs();

function start(words: readonly string[]): Running & AsyncDisposable {
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const running = new Running(child);
  return Object.assign(running, { [Symbol.asyncDispose]: () => running.end() });
}

testWith(
  noSshfs,
  "a worker refuses sshfs and says why; adding and looking go on there",
  async () => {
    await using mounts = await twoMounts();
    const dir = `${mounts.paths[0]}/queue`;
    const queuectl = async (...words: string[]) =>
      await start([...PROGRAM, "--dir", dir, ...words]).ended;
    assertEquals((await queuectl("enqueue", "--id", "a", "true")).code, 0);
    const { code, stderr } = await queuectl("worker", "start", "--drain");
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /is sshfs: its locks do not reach other machines; put the queue on NFSv4, .* one_machine true\n$/,
    );
    assertMatch((await queuectl("list")).stdout, /a\s+pending/);
    const doctor = await queuectl("doctor");
    assertEquals(doctor.code, 1);
    assertMatch(doctor.stdout, /^found {2}the file system of \S+ is sshfs: its locks do not/);
    await queuectl("config", "set", "one_machine", "true");
    assertEquals((await queuectl("worker", "start", "--drain")).code, 0);
    assertMatch((await queuectl("list")).stdout, /a\s+done/);
  },
);

testWith(
  noSshfs,
  "where locks stay on their machines, a second machine's worker stops and runs nothing",
  async () => {
    await using mounts = await twoMounts();
    const [here, there] = mounts.paths.map((path) => `${path}/queue`) as [string, string];
    const queue = await Queue.open(here);
    await queue.configure({ one_machine: true });
    const command =
      `echo run >>${mounts.home}/ledger; until [ -e ${mounts.home}/end ]; do sleep .1; done`;
    await queue.enqueue({ id: "a", command });
    await using first = start(onHost("n1", "--dir", here, "worker", "start"));
    await first.says(/ start +a /);
    await queue.enqueue({ id: "b", command });
    await using second = start(onHost("n2", "--dir", there, "worker", "start"));
    const { code, stdout, stderr } = await second.ended;
    assertEquals([code, stdout], [1, ""]);
    assertMatch(
      stderr,
      /^queuectl: worker n1-\S+ lives, though its lock is free on this machine: locks .* jobs would run twice; put the queue on NFSv4/,
    );
    Deno.writeTextFileSync(`${mounts.home}/end`, "");
    await eventually("both are done", () => queue.counts().done === 2);
    assertEquals(Deno.readTextFileSync(`${mounts.home}/ledger`), "run\nrun\n");
    assertEquals(["a", "b"].map((id) => queue.get(id)?.history.length), [1, 1]);
    first.kill("SIGTERM");
    assertEquals((await first.ended).code, 0);
  },
);
