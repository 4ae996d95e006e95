/**
 * The binary of `deno task compile`, or another that is given, does all that the program does: a
 * detached worker, the dashboard, threads, jobs that call queuectl.
 *
 * ```sh
 * DENORT_BIN=/path/to/denort deno task compiled
 * deno task compiled --binary dist/queuectl    # another program that is queuectl
 * ```
 */

const ROOT = decodeURIComponent(new URL("..", import.meta.url).pathname);

/** The tests of the whole program: each of them starts it. */
const TESTS = [
  // The server, its pages, its thread.
  "tests/dashboard/command_long_test.ts",
  // What is loaded on demand, and started in the background.
  ...["enqueue", "help", "launch", "main", "run", "stdin", "worker"].map(testOf),
  // The screen and its thread.
  ...["terminal", "watch_keys"].map(testOf),
];

function testOf(name: string): string {
  return `tests/program/${name}_test.ts`;
}

/** Runs a command of the runtime; ends this program with it if it fails. */
async function deno(args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env,
    stdin: "null",
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

const [option, given] = Deno.args;
if (option !== undefined && (option !== "--binary" || given === undefined)) {
  console.error("compiled: the one option is --binary PATH");
  Deno.exit(2);
}
if (given === undefined) await deno(["task", "compile"]);
const binary = Deno.realPathSync(given ?? `${ROOT}dist/queuectl.bin`);
await deno(["test", "-A", "--no-check", "--parallel", ...TESTS], { TESTED_BINARY: binary });
console.log(`${binary} does what the program does`);
