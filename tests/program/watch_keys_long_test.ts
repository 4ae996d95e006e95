import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { shellQuote } from "../../src/text/shell_quote.ts";
import { Tmux } from "../../trials/tmux.ts";
import { drop, eventually, processesWith } from "../temporary_queue.ts";
import { testWith, whyNo } from "../left_out.ts";
import { PROGRAM, Program } from "./program.ts";

const noTmux = await whyNo("tmux", "-V");
const watchTest = (name: string, fn: () => Promise<void>) =>
  testWith(noTmux, `status --watch ${name}`, fn);

/** What a test's terminal is. */
interface Terminal {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  /** Have bash start the program, as a job of its own. */
  inShell?: boolean;
}

/** `status --watch` on a terminal of tmux. */
class Watch implements Disposable {
  readonly tmux: Tmux;

  constructor({ home, dir }: Program, { columns = 100, rows = 24, env, inShell }: Terminal = {}) {
    const words = [...PROGRAM, "--dir", dir, "status", "--watch"];
    this.tmux = new Tmux(
      `${home}/tmux`,
      columns,
      rows,
      inShell ? ["bash", "--norc", "--noprofile"] : words,
      { LC_ALL: "C.UTF-8", NO_COLOR: "", PS1: "READY> ", ...env },
    );
    if (!inShell) return;
    this.tmux.type(shellQuote(words));
    this.tmux.press("Enter");
  }

  /** Presses keys by tmux's names, then waits until the screen matches. */
  async press(keys: string, shown: RegExp): Promise<string> {
    for (const key of keys.split(" ").filter(Boolean)) this.tmux.press(key);
    return await this.shows(shown);
  }

  /** Waits until the screen matches; gives it. */
  async shows(pattern: RegExp): Promise<string> {
    try {
      return await eventually(`the screen shows ${pattern}`, () => {
        const text = this.tmux.text();
        return pattern.test(text) && text;
      });
    } catch (error) {
      throw new Error(`${(error as Error).message}:\n${this.tmux.text()}`);
    }
  }

  /** Waits until the program has ended, which ends the terminal. */
  async ends(): Promise<void> {
    await eventually("it has ended", () => !this.tmux.alive);
  }

  [Symbol.dispose](): void {
    this.tmux[Symbol.dispose]();
  }
}

const JOB = JSON.stringify({ command: "make site" });

watchTest(
  "retries, holds, releases and cancels the chosen job, and shows the command",
  async () => {
    await using program = new Program();
    drop(program.dir, "dead/broken.json", JOB);
    using watch = new Watch(program);
    await watch.press("3", /▸ broken {2}dead/);
    await watch.press("r", /queuectl retry broken$/m);
    await watch.press("2", /▸ broken {2}no worker {2}make site/);
    await watch.press("h", /queuectl hold broken$/m);
    await watch.shows(/▸ broken {2}held/);
    await watch.press("h", /queuectl release broken$/m);
    await watch.shows(/▸ broken {2}no worker/);
    await watch.press("x", /queuectl cancel broken$/m);
    await watch.press("3", /▸ broken {2}dead {3}\d+s {3}cancelled/);
    await watch.press("h", /^cannot hold job broken: it has ended \(dead\)$/m);
    assertEquals((await program.json("show", "broken")).history.at(-1).outcome, "cancelled");
    watch.tmux.press("q");
    await watch.ends();
  },
);

watchTest("asks before it cancels what runs, and shows its log live", async () => {
  await using program = new Program();
  const loop =
    "printf '\\033[31mred\\033[0m 日本\\n'; until test -e go; do sleep 0.05; done; echo more";
  await program.answer("enqueue", "--id", "long", `${loop}; sleep 600`);
  const worker = program.spawn(["worker", "start"]);
  using watch = new Watch(program);
  await watch.shows(/▸ long {2}\d+s[^]*^red 日本$/m);
  await watch.press("Enter", /^long {2}running for \d+s {2}attempt 1 of 4[^]*^red 日本$/m);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  await watch.shows(/^more$/m);
  await watch.press("/ m o r Enter", /^more$/m);
  await watch.press("q", /▸ long/);
  await watch.press("s", /queuectl suspend long$/m);
  await watch.shows(/^long {2}suspended {2}attempt 1/m);
  await watch.press("s", /queuectl resume long$/m);
  await watch.shows(/^long {2}running for/m);
  await watch.press("x", /^Cancel what runs\? y: queuectl cancel long$/m);
  await watch.press("n", /q quits/);
  assertEquals((await program.json("show", "long")).state, "processing");
  await watch.press("x", /^Cancel what runs\?/m);
  await watch.press("y", /nothing runs/);
  await watch.press("3", /▸ long {2}dead .* cancelled/);
  await watch.press("6", /▸ \S+ {2}0\/1/);
  await watch.press("x", /^Stop the worker\? y: queuectl worker stop /m);
  await watch.press("y", /no worker is alive/);
  assertEquals((await worker.ended).code, 0);
});

watchTest("pauses and resumes the queue and a schedule, and runs a schedule", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "nightly", "30 2 * * *", "true");
  using watch = new Watch(program);
  await watch.press("p", /PAUSED[^]*queuectl worker pause$/m);
  await watch.press("p", /queuectl worker resume$/m);
  await eventually("the queue goes on", async () => !(await program.json("status")).paused);
  await watch.press("5", /▸ nightly {2}30 2 \* \* \* {2}in \d+\w/);
  await watch.press(
    "h",
    /▸ nightly {2}30 2 \* \* \* {2}paused[^]*queuectl schedule pause nightly$/m,
  );
  await watch.press("r", /Waiting 1[^]*queuectl schedule run nightly$/m);
  await watch.press("h", /▸ nightly {2}30 2 \* \* \* {2}in \d+\w/);
});

watchTest("filters by ID, command, label and tag", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "one", "--label", "Größe", "true");
  await program.answer("enqueue", "--id", "two", "--tag", "night", "true");
  await program.answer("enqueue", "--id", "three", "make 日本");
  using watch = new Watch(program);
  await watch.press("2", /1 of 3$/);
  for (const [text, id] of [["größ", "one"], ["night", "two"], ["日", "three"], ["ree", "three"]]) {
    watch.tmux.press("/");
    watch.tmux.type(text!);
    await watch.shows(new RegExp(`▸ ${id} [^]*filter: ${text}█$`));
    await watch.press("Enter", /1 of 1$/);
    await watch.press("Escape", /1 of 3$/);
  }
  watch.tmux.press("Escape");
  await watch.ends();
});

watchTest("fits 80 by 24 and 40 by 10, and follows a change of size", async () => {
  await using program = new Program();
  for (let n = 0; n < 30; n++) {
    drop(program.dir, `pending/nightly-build-of-the-site-${n}.json`, '{"command":"make 日本語"}');
  }
  using watch = new Watch(program, { columns: 80 });
  const high = await watch.press("2", /▸ \S*-the-site-\d+ {2}no worker {2}make 日本語/);
  assertEquals(high.split("\n").length, 24);
  watch.tmux.resize(40, 10);
  const low = await watch.press("", /^q quits {2}\? keys .* 1 of 30$/m);
  assertEquals(low.split("\n").length, 10);
  assertStringIncludes(low, "[Waiting 30]");
  for (const line of low.split("\n")) assert(line.length <= 40, line);
  await watch.press("G", /^▸ \S*site-\d+ [^]* 30 of 30$/m);
  watch.tmux.resize(100, 30);
  await watch.shows(/pending 30 {3}delayed 0/);
});

watchTest("writes no colour if NO_COLOR is set, and colours if not", async () => {
  await using program = new Program();
  drop(program.dir, "dead/broken.json", JOB);
  for (const NO_COLOR of ["1", ""]) {
    using watch = new Watch(program, { env: { NO_COLOR } });
    await watch.press("3", /▸ broken/);
    assertEquals(watch.tmux.colouredText().includes("\x1b["), NO_COLOR === "");
    watch.tmux.press("C-c");
    await watch.ends();
  }
});

watchTest("lets nothing of a command or a log reach the terminal", async () => {
  await using program = new Program();
  const hostile = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202e\x9b2J";
  drop(program.dir, "dead/broken.json", JSON.stringify({ command: `ab${hostile}cd` }));
  drop(program.dir, "dead/broken.log", `one\n${hostile}two${hostile}\n`);
  using watch = new Watch(program, { env: { NO_COLOR: "1" } });
  const shown = await watch.press("3", /▸ broken[^]*^one$/m);
  assertStringIncludes(shown, "$ ab\\x1b]0;owned\\x07\\x1b[2J\\x1b[31m\\u202e\\x9b2Jcd");
  await watch.press("Enter", /^broken {2}dead[^]*two/m);
  assert(!watch.tmux.colouredText().includes("\x1b"));
  assert(!watch.tmux.title().includes("owned"));
});

watchTest("leaves the choice at its place when the chosen job is removed", async () => {
  await using program = new Program();
  for (const id of ["a", "b", "c"]) await program.answer("enqueue", "--id", id, `echo ${id}`);
  using watch = new Watch(program);
  await watch.press("2 Down", /▸ b [^]*^b {2}waits: no worker/m);
  await program.answer("rm", "b");
  await watch.shows(/▸ c [^]*^c {2}waits: no worker/m);
  await program.answer("rm", "c");
  await watch.shows(/▸ a /);
  await program.answer("rm", "a");
  await watch.shows(/nothing waits/);
});

watchTest("gives the shell its screen at Ctrl-Z and takes it again at fg", async () => {
  await using program = new Program();
  drop(program.dir, "dead/broken.json", JOB);
  using watch = new Watch(program, { inShell: true });
  await watch.press("3", /▸ broken/);
  for (let round = 0; round < 2; round++) {
    const shell = await watch.press("C-z", /Stopped/);
    assert(!shell.includes("▸"), shell);
    watch.tmux.type("echo $((20+3))\n");
    await watch.shows(/^23$/m);
    watch.tmux.type("clear; fg\n");
    await watch.shows(/▸ broken[^]*1 of 1$/);
  }
  const shell = await watch.press("q", /READY> $|READY>$/);
  assert(!shell.includes("▸"), shell);
  watch.tmux.type("echo left=$? $(stty -a | grep -o '[-]*icanon')\n");
  await watch.shows(/^left=0 icanon$/m);
});

watchTest("ends when its terminal is closed", async () => {
  await using program = new Program();
  const watch = new Watch(program, { inShell: true });
  await watch.shows(/nothing runs/);
  assertEquals(processesWith(`${program.dir}\0status`).length, 1);
  watch[Symbol.dispose]();
  await eventually("it has ended", () => processesWith(`${program.dir}\0status`).length === 0);
});

watchTest("reads on where the rows end, and answers keys while it searches", async () => {
  await using program = new Program();
  const queue = await Queue.open(program.dir);
  const jobs = Array.from(
    { length: 2000 },
    (_, n) => ({ command: `echo ${n}` }),
  );
  await queue.enqueueMany(jobs);
  using watch = new Watch(program);
  await watch.press("2", /\[Waiting 2000\][^]*▸ \w+ [^]*1 of 200\+$/);
  await watch.press("G", /200 of (200|400)\+$/);
  await watch.press("Down", /201 of 400\+$/);
  watch.tmux.press("/");
  watch.tmux.type("echo 1777");
  // Esc does not wait for the search.
  await watch.press("Escape", /1 of \d+\+$/);
  watch.tmux.press("q");
  await watch.ends();
});

watchTest("says that the queue is gone, and shows it again", async () => {
  await using program = new Program();
  using watch = new Watch(program);
  await watch.shows(/nothing runs/);
  await Deno.rename(program.dir, `${program.dir}-away`);
  await watch.press("2", /the queue .* is gone/);
  await Deno.rename(`${program.dir}-away`, program.dir);
  assertMatch(await watch.press("2", /nothing waits[^]*q quits/), /Waiting 0/);
});
