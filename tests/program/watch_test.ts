import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { Program, type Running } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

/** What it writes when it takes the terminal, and when it gives it back. */
const [ENTER, LEAVE] = ["\x1b[?1049h\x1b[?25l\x1b[?7l", "\x1b[?7h\x1b[?25h\x1b[?1049l"];

/** `status --watch` on a terminal of its own, by `script(1)`. */
class Watch {
  readonly running: Running;
  readonly #program: Program;

  constructor(program: Program, columns = 80, rows = 24) {
    this.#program = program;
    new Deno.Command("mkfifo", { args: [`${program.home}/keys`] }).outputSync();
    this.running = program.spawnShell(
      `printf -v call '%q ' "$@" status --watch
       exec 3<>keys
       exec script -qfec "tty; stty cols ${columns} rows ${rows}; $call; echo left=\\$?" /dev/null <&3`,
      { env: { TERM: "xterm" } },
    );
  }

  /** All that it has written. */
  get text(): string {
    return this.running.stdout;
  }

  type(keys: string): void {
    Deno.writeTextFileSync(`${this.#program.home}/keys`, keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    const terminal = /\/dev\/\S+/.exec(this.text)![0];
    const words = ["-F", terminal, "cols", `${columns}`, "rows", `${rows}`];
    await new Deno.Command("stty", { args: words }).output();
  }

  /** Its process. */
  pid(): number {
    const children = (pid: number): number[] =>
      Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean)
        .map(Number);
    const isIt = (pid: number) =>
      Deno.readTextFileSync(`/proc/${pid}/cmdline`).endsWith("\0status\0--watch\0");
    for (const all = [this.running.pid]; all.length > 0;) {
      const pid = all.shift()!;
      if (isIt(pid)) return pid;
      all.push(...children(pid));
    }
    throw new Error("it does not run");
  }
}

const noScript = await whyNo("script", "--version");
const watchTest = (name: string, fn: () => Promise<void>) =>
  testWith(noScript, `status --watch ${name}`, fn);

watchTest("draws anew when a job ends, and writes nothing but the screen", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--hold", "true");
  const watch = new Watch(program);
  for (let ended = 0; ended < 3; ended++) {
    await watch.running.says(new RegExp(`dead ${ended}`));
    // Longer than the least time between two drawings: the next is due at once.
    await new Promise((resolve) => setTimeout(resolve, 250));
    Deno.writeTextFileSync(`${program.dir}/dead/job${ended}.json`, '{"command":"false"}');
  }
  await watch.running.says(/dead 3/);
  watch.type("q");
  const { stdout } = await watch.running.ended;
  assert(!stdout.includes("Warning"), stdout);
  assertMatch(stdout.slice(stdout.indexOf(LEAVE)), /left=0\r\n$/);
});

for (
  const [name, end, status] of [
    ["q", (watch: Watch) => watch.type("q"), 0],
    ["Ctrl-C", (watch: Watch) => watch.type("\x03"), 0],
    ["SIGTERM", (watch: Watch) => Deno.kill(watch.pid(), "SIGTERM"), 143],
  ] as const
) {
  watchTest(`gives the terminal back at ${name}`, async () => {
    await using program = new Program();
    await program.answer("enqueue", "true");
    const watch = new Watch(program);
    await watch.running.says(/pending 1/);
    end(watch);
    const { stdout } = await watch.running.ended;
    assertStringIncludes(stdout, ENTER);
    assertEquals(stdout.slice(stdout.lastIndexOf(LEAVE) + LEAVE.length), `left=${status}\r\n`);
  });
}

watchTest("fits terminals of any size, and follows their changes", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  const watch = new Watch(program, 10, 3);
  await watch.running.says(/too small/);
  assert(!watch.text.includes("pending"));
  await watch.resize(400, 200);
  await watch.running.says(/pending 1/);
  const before = watch.text.length;
  await watch.resize(21, 5);
  await eventually("it draws anew", () => watch.text.slice(before).includes("q quits"));
  assert(!watch.text.slice(before).includes("\x1b[6;1H"));
  watch.type("q");
  assertMatch((await watch.running.ended).stdout, /left=0/);
});

// tmux would bring a stopped program back by itself.
watchTest("takes no Ctrl-Z where no shell could bring it back", async () => {
  await using program = new Program();
  const watch = new Watch(program);
  await watch.running.says(/nothing runs/);
  watch.type("\x1a?");
  await watch.running.says(/KEYS/);
  watch.type("\x03");
  assertMatch((await watch.running.ended).stdout, /left=0/);
});
