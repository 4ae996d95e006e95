import { assertEquals, assertMatch } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { arriveAs } from "../crash/worker_steps.ts";
import { temporaryDirectory } from "../temporary_queue.ts";
import { PROGRAM } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

/** System calls that find a file, and those that open it; a question mark: not on each machine. */
const CALLS = ["?stat,?lstat,?newfstatat,statx", "?open,openat", "flock"];

const ASKED: readonly (readonly [words: string[], stdout: string | RegExp, stderr?: string])[] = [
  [["worker", "list", "--json"], "[]\n"],
  [["worker", "stop"], "", "no worker is alive; there is nothing to stop\n"],
  [["status"], /^workers +none alive/m],
];

testWith(
  await whyNo("strace", "-qq", "true"),
  "worker list, stop and status pass over a worker whose file is a stale handle",
  async () => {
    await using temporary = await temporaryDirectory();
    const dir = `${temporary.path}/queue`;
    const presence = arriveAs((await Queue.open(dir)).store, "w1");
    for (const calls of CALLS) {
      for (const [words, stdout, stderr = ""] of ASKED) {
        const output = await new Deno.Command("strace", {
          args: [
            ...["-f", "-qq", "-o", "/dev/null", "-P", `${dir}/workers/w1.json`],
            ...["-e", `trace=${calls}`, "-e", `inject=${calls}:error=ESTALE`],
            ...[...PROGRAM, ...words, "--dir", dir],
          ],
          env: { NO_COLOR: "1" },
        }).output();
        const [said, told] = [output.stdout, output.stderr].map((bytes) =>
          new TextDecoder().decode(bytes)
        );
        assertEquals([output.code, told], [0, stderr], `${words} and ${calls}`);
        if (typeof stdout === "string") assertEquals(said, stdout);
        else assertMatch(said!, stdout);
      }
    }
    presence.leave();
  },
);
