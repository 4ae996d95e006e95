import { assert, assertStringIncludes } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { changedLines } from "../../src/cli/terminal/full_screen.ts";
import { watchedScreens } from "../cli/watch/watched_screens.ts";
import { callMain } from "../program/in_process.ts";
import { Program } from "../program/program.ts";
import { drop, temporaryDirectory } from "../temporary_queue.ts";

/**
 * What a terminal would obey: a title, a cleared screen, colours, C1, DEL, a reversed direction, a
 * faked line.
 */
const HOSTILE =
  "a\x1b]0;title\x07\x1b[2J\x1b[31m\x9b2J\x7f\u202e\u2066\u200f\u2028\ufeff\rqueuectl: fake\b";
/** A colour in the text above that has stayed, before the next of its characters. */
const COLOUR_OF_ITS_OWN = "\x1b[31m\\x9b";

/** The same with what a name of a file can hold besides. */
const OF_FILE = `${HOSTILE}\n$(touch x)'"`;

/** Whatever is neither text, nor a tab or line break, nor a colour of queuectl's own. */
// Built of a text, as the linter takes control characters in a pattern for a slip.
const OBEYED = new RegExp(
  "[\\0-\\x08\\x0b-\\x1a\\x1c-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]|" +
    "\\x1b(?!\\[(?:0|1|2|22|3[12346]|39|90)m)",
  "u",
);

const ESC = "\x1b";

/** What the screen of status --watch moves the cursor and clears with. */
/** What draws a progress bar in its place. */
const IN_PLACE = new RegExp(`\r|${ESC}\\[K`, "g");
const MOVES = new RegExp(`${ESC}\\[(2J|K|J|\\d+;1H)`, "g");

function assertHarmless(text: string, about: string): void {
  const at = Math.max(text.search(OBEYED), text.indexOf(COLOUR_OF_ITS_OWN));
  assert(at < 0, `${about}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`);
}

const TIME = "2026-11-22T09:00:00.000Z";
const ATTEMPT = {
  ...{ attempt: 1, worker: HOSTILE, started_at: TIME, finished_at: TIME, duration_ms: 5 },
  ...{ exit_code: null, signal: HOSTILE, outcome: "failed", log_offset: 0, reason: HOSTILE },
};
const JOB = {
  ...{ command: `${HOSTILE}\n${HOSTILE}`, cwd: `/${HOSTILE}`, env: { [HOSTILE]: HOSTILE } },
  ...{ unique: HOSTILE, reason: HOSTILE, result: HOSTILE, schedule: HOSTILE, max_retries: 0 },
  ...{
    created_at: TIME,
    updated_at: TIME,
    run_at: TIME,
    attempts: 1,
    [HOSTILE]: { [HOSTILE]: HOSTILE },
  },
};

/** Fills a queue so that whatever can hold a text of somebody's own holds a hostile one. */
function plant(dir: string, held: Deno.FsFile[]): void {
  const job = (id: string, more: object) => JSON.stringify({ ...JOB, id, ...more });
  const signal = { history: [ATTEMPT] };
  const reason = { history: [{ ...ATTEMPT, signal: null }] };
  const worker = "w-1-a";
  drop(dir, "pending/20260101T000000.000Z-5-ready.json", job("ready", reason));
  drop(dir, "pending/99990101T000000.000Z-5-after.json", job("after", { after: ["ready"] }));
  drop(dir, `failed/20990101T000000.000Z-5-failed.json`, job("failed", signal));
  drop(dir, `processing/20260101T000000.000Z-5-runs@${worker}.json`, job("runs", signal));
  drop(dir, "done/done.json", job("done", signal));
  drop(dir, "dead/dead.json", job("dead", { ...reason, reason: undefined }));
  drop(dir, "dead/died.json", job("died", { history: [] }));
  drop(dir, "dead/signal.json", job("signal", { ...signal, reason: undefined }));
  drop(dir, "dead/odd.json", JSON.stringify({ command: "x", [HOSTILE]: 1, env: { [HOSTILE]: 5 } }));
  drop(dir, "dead/odd.log", HOSTILE);
  for (
    const state of ["pending", "failed", "processing", "done", "dead", "tmp", "workers", "unique"]
  ) {
    Deno.mkdirSync(`${dir}/${state}`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/${state}/${OF_FILE.replaceAll("/", "")}.json`, job("x", signal));
  }
  for (const part of ["schedules", "history", "after/ready", `progress/${worker}`, "limits"]) {
    Deno.mkdirSync(`${dir}/${part}`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/${part}/${OF_FILE}`, HOSTILE);
  }
  Deno.writeTextFileSync(`${dir}/progress/${worker}/runs`, `50% ${HOSTILE}`);
  Deno.writeTextFileSync(
    `${dir}/workers/${worker}.json`,
    JSON.stringify({
      ...{ host: HOSTILE, pid: 1, slots: 2, started_at: TIME, version: HOSTILE, name: HOSTILE },
    }),
  );
  const lock = Deno.openSync(`${dir}/workers/${worker}.json`);
  lock.lockSync();
  held.push(lock);
  const schedule = (more: object) =>
    JSON.stringify({
      ...{ when: "@daily", tz: "UTC", catch_up: "latest", overlap: "skip", created_at: TIME },
      ...{
        name: HOSTILE,
        job: { command: HOSTILE, env: { [HOSTILE]: HOSTILE } },
        [HOSTILE]: HOSTILE,
      },
      ...{ skipped: [{ due: TIME, reason: HOSTILE }] },
      ...more,
    });
  drop(dir, "schedules/20990101T000000.000Z-right.json", schedule({}));
  drop(dir, "schedules/20990101T000000.000Z-zone.json", schedule({ tz: HOSTILE }));
  drop(
    dir,
    "schedules/20990101T000000.000Z-every.json",
    schedule({ when: "every 5m", tz: HOSTILE }),
  );
  drop(dir, "schedules/20990101T000000.000Z-when.json", schedule({ when: HOSTILE }));
  const line = {
    ...{ id: HOSTILE, finished_at: new Date().toISOString(), wait_ms: 1, duration_ms: 1 },
    ...{ outcome: HOSTILE, led_to: HOSTILE, exit_code: 0, attempt: 1 },
  };
  const day = new Date().toISOString().slice(0, 10);
  drop(dir, `history/${day}.w-1-a.jsonl`, `${JSON.stringify(line)}\n${HOSTILE}\n`);
}

const JOBS = ["ready", "after", "failed", "runs", "done", "dead", "died", "signal", "odd"];
const CALLS = [
  ...[
    "list",
    "list --state dead",
    "status",
    "stats",
    "doctor",
    "worker list",
    "dlq list",
    "config show",
  ],
  ...["config get on_dead", "schedule list", "queue path", "prune --keep 9 --dry-run", "--help"],
  ...["worker stop nobody", "cancel done", "move done", "hold runs", "release done", "retry runs"],
  ...["rm runs", "rm nobody", "dlq show done", "edit done", "schedule rm nobody", "logs ready"],
  ...JOBS.map((id) => `show ${id}`),
  ...["right", "zone", "every", "when"].map((name) => `schedule show ${name}`),
  ...["done", "dead", "died", "signal", "odd"].map((id) => `wait ${id}`),
].map((text) => text.split(" "));
const HOSTILE_CALLS = [
  ...[[HOSTILE], ["show", HOSTILE], ["list", "--state", HOSTILE], [
    "config",
    "set",
    "on_dead",
    HOSTILE,
  ]],
  ...[["config", "get", HOSTILE], ["enqueue", "--id", HOSTILE, "x"], ["schedule", "show", HOSTILE]],
  ...[["schedule", "add", "x", HOSTILE, "true"], ["--" + HOSTILE], [
    "enqueue",
    "--at",
    HOSTILE,
    "x",
  ]],
  ...[["schedule", "add", "x", "@daily", "--tz", HOSTILE, "true"], ["worker", "stop", HOSTILE]],
  ...[["enqueue", `{${HOSTILE}`], ["enqueue", "--file", HOSTILE], ["completions", HOSTILE]],
  ...[["enqueue", "--unique", HOSTILE, "true"], ["--dir", `/proc/${HOSTILE}`, "list"]],
];

Deno.test("nothing in a queue, its name or a call makes queuectl write what a terminal obeys", async () => {
  await using directory = await temporaryDirectory();
  const dir = `${directory.path}/${OF_FILE.replaceAll("/", "")}`;
  const queue = await Queue.open(dir);
  const held: Deno.FsFile[] = [];
  try {
    await queue.configure({ on_dead: HOSTILE });
    plant(dir, held);
    let told = "";
    for (const words of [...CALLS, ...HOSTILE_CALLS]) {
      for (const [json, isTerminal] of [[false, false], [false, true], [true, false]] as const) {
        const args = [
          ...(words[0] === "--dir" ? [] : ["--dir", dir]),
          ...(json ? ["--json"] : []),
          ...words,
        ];
        const { stdout, stderr } = await callMain(args, isTerminal);
        assertHarmless(stdout, `stdout of ${words.join(" ")}`);
        assertHarmless(stderr.replaceAll(IN_PLACE, ""), `stderr of ${words.join(" ")}`);
        assert(
          !/^queuectl: fake|fault in queuectl/m.test(stdout + stderr),
          words.join(" ") + stderr,
        );
        if (json && stdout !== "" && !["logs", "--help"].includes(words[0]!)) {
          JSON.parse(stdout);
        }
        told += stdout + stderr;
      }
    }
    // They did print it.
    assert(told.split("\\x1b]0;title\\x07").length > 100);
    assert(told.split("\\u001b]0;title\\u0007").length > 50);
    for (const lines of await watchedScreens(queue, { columns: 300, rows: 80 })) {
      assertStringIncludes(lines.join("\n"), "title");
      assertHarmless(changedLines([], lines).replaceAll(MOVES, ""), "status --watch");
    }
  } finally {
    held.forEach((lock) => lock.close());
  }
});

Deno.test("a worker and run say nothing that a terminal obeys", async () => {
  await using program = new Program();
  const dir = `${program.home}/${OF_FILE.replaceAll("/", "")}`;
  const call = async (...args: string[]) => {
    const result = await program.run(["--dir", dir, ...args]);
    assertHarmless(result.stdout + result.stderr, args.join(" "));
    return result.stdout + result.stderr;
  };
  await call("enqueue", "--max-retries", "0", `: '${HOSTILE}'; exit 3`);
  await call("enqueue", "--cwd", `/${HOSTILE}`, "--max-retries", "0", "true");
  await call("config", "set", "on_dead", `exit 1 # ${HOSTILE}`);
  drop(dir, "pending/odd.json", JSON.stringify({ command: "x", env: { [HOSTILE]: 5 } }));
  Deno.writeTextFileSync(
    `${dir}/pending/${OF_FILE.replaceAll("/", "")}.json`,
    '{"command":"true"}',
  );
  assertStringIncludes(await call("worker", "start", "--drain"), "\\x1b]0;title");
  assertStringIncludes(
    await call("run", "--cwd", `/${HOSTILE}`, "--max-retries", "0", "true"),
    "\\x1b]0;",
  );
  await call("enqueue", "--max-retries", "0", `: '${HOSTILE}'; exit 3`);
  assertStringIncludes(await call("--json", "worker", "start", "--drain"), "\\u001b]0;title");
});
