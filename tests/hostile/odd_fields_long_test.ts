import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { watchedScreens } from "../cli/watch/watched_screens.ts";
import { releaseOverlooked } from "../../src/constraints/dependencies.ts";
import { QueueError } from "../../src/text/errors.ts";
import { scheduleEntries } from "../../src/schedules/read_schedule.ts";
import { timetable } from "../../src/schedules/timetable.ts";
import { turnSchedule } from "../../src/schedules/turn_schedule.ts";
import { holderOf } from "../../src/constraints/unique.ts";
import { callMain } from "../program/in_process.ts";
import { drop, temporaryQueue } from "../temporary_queue.ts";
import { seededRandom } from "../simulation/seeded.ts";
import { pick, type Random } from "./hostile_content.ts";

/** A failure names it; set, it gives the same files again. */
const SEED = Number(
  Deno.env.get("QUEUECTL_ODD_FIELDS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0],
);

/** Some JSON value, of whatever type. */
function anyValue(random: Random, depth = 0): unknown {
  const simple = [
    ...[
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e300,
      5,
      99_999_999_999,
      "",
      "x",
      "\0",
      "9",
      "../../x",
      "done",
    ],
    ...[
      "2026-11-22T09:00:00.000Z",
      "0000-01-01",
      "__proto__",
      "toString",
      "dead",
      "\u001b[2J",
      "-Infinity",
    ],
  ];
  if (depth > 2 || random() < 0.7) return pick(random, simple);
  const inner = Array.from({ length: Math.floor(random() * 3) }, () => anyValue(random, depth + 1));
  if (random() < 0.5) return inner;
  return Object.fromEntries(
    inner.map((value) => [pick(random, ["a", "id", "due", "led_to"]), value]),
  );
}

/** An object that is right but for one or two of its fields, or not one at all. */
function spoilt(random: Random, right: Record<string, unknown>): unknown {
  if (random() < 0.1) return anyValue(random);
  const fields = { ...right };
  for (let count = random() < 0.7 ? 1 : 2; count > 0; count--) {
    const name = pick(random, Object.keys(right));
    if (random() < 0.1) delete fields[name];
    else fields[name] = anyValue(random);
  }
  return fields;
}

const TIME = "2026-11-22T09:00:00.000Z";
const ATTEMPT = {
  attempt: 1,
  worker: "w-1-a",
  started_at: TIME,
  finished_at: TIME,
  duration_ms: 5,
  exit_code: 3,
  signal: "SIGTERM",
  outcome: "failed",
  log_offset: 0,
  led_to: "failed",
  log_end: 5,
  reason: "x",
};
const JOB = {
  ...{ command: "true", cwd: "/tmp", env: { A: "b" }, priority: 5, max_retries: 3, timeout: 5 },
  ...{ backoff_base: 1, backoff_factor: 2, after: ["other"], after_any: true, unique: "k" },
  ...{ give_up_on: "2", retry_on: "3", tempfail: true, reason: "x", run_at: TIME, resource: "gpu" },
  ...{ label: "x", tags: ["a"], group: "g" },
  ...{ result: "r", result_encoding: "base64", created_at: TIME, updated_at: TIME, attempts: 1 },
  ...{ history: [ATTEMPT], schedule: "nightly", state: "done", malformed: "x", held: true },
  ...{ waits_for: ["x"], waited_for_by: ["x"], limited_by: "x", progress: { text: "x" }, x: 1 },
};
const SCHEDULE = {
  ...{
    when: "@daily",
    tz: "UTC",
    catch_up: "all",
    overlap: "skip",
    created_at: TIME,
    paused: true,
  },
  ...{ job: { command: "true", env: {}, priority: 5 }, name: "x", next: [TIME] },
  turn: { from: TIME, job: "x", waiting: "20260101T000000.000Z-5-x.json", next: TIME },
  last: { due: TIME, id: "x", waiting: "20260101T000000.000Z-5-x.json" },
  skipped: [{ due: TIME, reason: "x" }],
};
const LINE = {
  ...{ id: "x", finished_at: TIME, wait_ms: 1, duration_ms: 1, outcome: "done", led_to: "done" },
  ...{ exit_code: 0, attempt: 1 },
};
const PRESENCE = { host: "h", pid: 1, slots: 1, started_at: TIME, version: "1", name: "w" };
const WORKER = "w-1-a";

/** Fills a queue with files of which each has an odd field. */
function plant(
  dir: string,
  random: Random,
): { ids: string[]; schedules: string[]; locks: Deno.FsFile[] } {
  const ids: string[] = [];
  const job = () => {
    const fields = { ...JOB, history: [random() < 0.5 ? ATTEMPT : spoilt(random, ATTEMPT)] };
    return JSON.stringify(random() < 0.3 ? { ...fields } : spoilt(random, fields));
  };
  for (let count = 0; count < 15; count++) {
    const id = `j${count}`;
    for (
      const [state, path] of [
        ["pending", `20260101T000000.000Z-5-p${id}.json`],
        ["pending", `99980101T000000.000Z-5-h${id}.json`],
        ["pending", `99990101T000000.000Z-5-a${id}.json`],
        ["pending", `b${id}.json`],
        ["failed", `20260101T000000.000Z-5-f${id}.json`],
        ["processing", `20260101T000000.000Z-5-r${id}@${WORKER}.json`],
        ["done", `d${id}.json`],
        ["dead", `x${id}.json`],
      ] as const
    ) {
      drop(dir, `${state}/${path}`, job());
      ids.push(path.replace(/^\d{8}T\d{6}\.\d{3}Z-\d-|(@.*)?\.json$/g, ""));
    }
  }
  const schedules = Array.from({ length: 40 }, (_, index) => `s${index}`);
  Deno.mkdirSync(`${dir}/schedules`, { recursive: true });
  for (const name of schedules) {
    const parts = pick(random, ["turn", "last", "job"] as const);
    const fields = random() < 0.5
      ? SCHEDULE
      : { ...SCHEDULE, [parts]: spoilt(random, SCHEDULE[parts]) };
    drop(
      dir,
      `schedules/20260101T000000.000Z-${name}.json`,
      JSON.stringify(spoilt(random, fields)),
    );
  }
  Deno.mkdirSync(`${dir}/history`, { recursive: true });
  const lines = Array.from({ length: 200 }, () => JSON.stringify(spoilt(random, LINE)));
  drop(dir, `history/2026-11-22.w-1-a.jsonl`, lines.join("\n"));
  Deno.mkdirSync(`${dir}/unique`, { recursive: true });
  for (let count = 0; count < 30; count++) {
    const content = `${pick(random, ["x", "pj1", anyValue(random)])}\n${anyValue(random)}\n`;
    drop(dir, `unique/k${count}`, content);
  }
  const locks: Deno.FsFile[] = [];
  for (const name of [WORKER, ...Array.from({ length: 20 }, (_, index) => `w-2-${index}`)]) {
    drop(dir, `workers/${name}.json`, JSON.stringify(spoilt(random, PRESENCE)));
    const file = Deno.openSync(`${dir}/workers/${name}.json`);
    file.lockSync();
    locks.push(file);
  }
  Deno.mkdirSync(`${dir}/progress/${WORKER}`, { recursive: true });
  for (const id of ids) {
    drop(dir, `progress/${WORKER}/${id}`, String(anyValue(random)));
  }
  return { ids, schedules, locks };
}

Deno.test("whatever JSON is in the fields of a queue's files, every command that reads them works", async () => {
  const random = seededRandom(SEED);
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const { ids, schedules, locks } = plant(dir, random);
  const call = async (args: string[], codes: number[], isTerminal = false) => {
    const result = await callMain(["--dir", dir, ...args], isTerminal);
    const about = `seed ${SEED}, ${args.join(" ")}, exit ${result.code}: ${result.stderr}`;
    assert(
      !/fault in queuectl|NaN|undefined/.test(result.stderr + result.stdout),
      `${about}${result.stdout}`,
    );
    assert(codes.includes(result.code), about);
    return result.stdout;
  };
  try {
    for (const isTerminal of [false, true]) {
      for (
        const words of [
          ...[
            "list --limit 10000",
            "list --limit 10000 --state dead",
            "status",
            "stats --since 36500d",
          ],
          ...["stats", "schedule list", "worker list", "dlq list", "config show", "queue path"],
          ...["prune --keep 1 --dry-run", "completions names id", "completions names worker"],
        ]
      ) {
        await call(words.split(" "), [0, 1], isTerminal);
        JSON.parse(
          await call(["--json", ...words.replace(/^completions.*/, "status").split(" ")], [0, 1]),
        );
      }
      for (const id of ids) {
        assertStringIncludes(await call(["show", id], [0], isTerminal), id);
        await call(["logs", id], [0], isTerminal);
      }
      for (const name of schedules) await call(["schedule", "show", name], [0, 1], isTerminal);
    }
    for (const id of ids) assertEquals(JSON.parse(await call(["--json", "show", id], [0])).id, id);
    assertEquals(
      JSON.parse(await call(["--json", "list", "--limit", "10000"], [0])).length,
      ids.length,
    );
    await call(["doctor"], [1]);
    for (const columns of [20, 80, 200]) await watchedScreens(queue, { columns, rows: 60 });
    for (let count = 0; count < 30; count++) await holderOf(queue.store, `k${count}`);
    await releaseOverlooked(queue.store);
    // What a worker does with schedules: it adds a job, or says in a sentence why not.
    for (const entry of scheduleEntries(queue.store)) {
      try {
        await turnSchedule(queue.store, entry, WORKER, timetable);
      } catch (error) {
        if (!(error instanceof QueueError)) throw error;
      }
    }
  } finally {
    locks.forEach((lock) => lock.close());
  }
});
