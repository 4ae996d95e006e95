import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hear, type State } from "../../../src/cli/watch/state.ts";
import type { ScreenStyle } from "../../../src/cli/watch/style.ts";
import { screenLines } from "../../../src/cli/watch/view.ts";
import { textWidth } from "../../../src/cli/terminal/text_width.ts";
import { jobRow, keys, NOW, runningRow, screen, withRows } from "./screen.ts";

const SIZE: ScreenStyle = { columns: 100, rows: 24 };

function text(state: State, style = SIZE): string {
  return screenLines(state, NOW, style).join("\n");
}

const BUILD = runningRow("build", {
  command: "make\n-C 日本",
  progress: { text: "3/4 linking", fraction: 0.75 },
});
const IMPORT = jobRow("import", {
  state: "failed",
  attempts: 1,
  run_at: new Date(NOW + 30_000).toISOString(),
  history: [{
    ...{ attempt: 1, worker: "w", started_at: "", finished_at: "", duration_ms: 1 },
    ...{ exit_code: 3, signal: null, outcome: "failed", log_offset: 0 },
  }],
}, { lastLine: "cannot reach \x1b[31mdb", waits: "in 30s" });

function withLog(state: State, lines: string[]): State {
  const news = { id: state.log!.id, isAnew: true, lines, rest: "", isCut: false };
  return hear(state, { log: news }).state;
}

Deno.test("screenLines() shows counts, rates, the tables' names and the chosen one's rows", () => {
  const shown = text(screen([BUILD]));
  assertEquals(shown.split("\n").length, 24);
  assertStringIncludes(shown, "queuectl /srv/queue");
  assertStringIncludes(
    shown,
    "pending 7   delayed 0   processing 1   done 120   failed 1   dead 0",
  );
  assertStringIncludes(shown, "ended 1.50/s in 1 min, 0.50/s in 5 min  ··▁█");
  assertStringIncludes(
    shown,
    "[Running 1]  Waiting 7   Failed 1   Done 120   Schedules 0   Workers 1",
  );
  assertStringIncludes(shown, "▸ build  1m 5s  ███████▌░░ 3/4 linking  make\\n-C 日本");
});

Deno.test("screenLines() shows a failed job's last line, its end and its next attempt", () => {
  const state = withRows(keys(screen([]), "3").state, [IMPORT]).state;
  const shown = text(state);
  assertStringIncludes(shown, "▸ import  failed  5s   exit 3  cannot reach \\x1b[31mdb");
  assertStringIncludes(shown, "import  failed: exit 3  5s ago  attempt 1 of 4  again: in 30s");
});

Deno.test("screenLines() says of no job that was cancelled before it ran that it was tried", () => {
  const row = jobRow("never", {
    state: "dead",
    history: [{
      ...{ attempt: 1, worker: "", started_at: "", finished_at: "", duration_ms: 0 },
      ...{ exit_code: null, signal: null, outcome: "cancelled", log_offset: 0, led_to: "dead" },
    }],
  });
  const shown = text(withRows(keys(screen([]), "3").state, [row]).state);
  assertStringIncludes(shown, "dead: cancelled");
  assertEquals(/attempt|0ms/.test(shown), false);
});

Deno.test("screenLines() fills the room below a short table with the chosen job's log", () => {
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n}`);
  const shown = screenLines(withLog(screen([BUILD]), lines), NOW, SIZE);
  assertEquals(shown.at(-2), "line 49");
  assert(shown.includes("build  running for 1m 5s  attempt 1 of 4  by w-1-a"), shown.join("\n"));
  assert(shown.filter((line) => line.startsWith("line ")).length >= 10);
});

Deno.test("screenLines() says why a job waits, and how long as of now", () => {
  const run_at = new Date(NOW + 90_000).toISOString();
  const rows = [
    jobRow("a", {}, { waits: "held" }),
    jobRow("b", { run_at }, { waits: "in 5m" }),
    jobRow("c"),
  ];
  const { state } = withRows(keys(screen([]), "2").state, rows);
  const lines = screenLines(state, NOW, SIZE).filter((line) => /^[▸ ] [abc] /.test(line));
  assertEquals(lines.map((line) => line.slice(2).split(/ {2,}/)[1]), ["held", "in 1m", "ready"]);
});

Deno.test("screenLines() shows IDs as short as they are typed, and cuts other names in the middle", () => {
  const row = { ...runningRow("01M80ZWB6S3G6W7Z0Y6B9Q5V3K"), short: "5V3K" };
  assertStringIncludes(text(screen([row])), "▸ 5V3K  1m 5s");
  const { state } = keys(screen([]), "6");
  const crew = { ...state.facts!.workers[0]!, running: ["build"] };
  const shown = text(
    withRows(state, [{ name: "a-very-long-host-name-1234-abcdef01", crew }]).state,
  );
  assertMatch(shown, /▸ a-very-lon\S*…\S*34-abcdef01 {2}1\/2 {3}1h {2}build/);
});

Deno.test("screenLines() fits every size of terminal, on every page", () => {
  const rows = Array.from(
    { length: 50 },
    (_, n) => ({ ...BUILD, name: `job-${n}-日本語`.repeat(3) }),
  );
  const table = withLog(screen(rows, { paused: true }), [
    "日本".repeat(99),
  ]);
  const pages = [[], ["enter"], ["?"], ["x"], ["/", "a"], ["p"]].map((each) =>
    keys(table, ...each).state
  );
  for (const state of pages) {
    for (let columns = 1; columns < 130; columns += 13) {
      for (let height = 1; height < 60; height += 5) {
        const lines = screenLines(state, NOW, { columns, rows: height });
        assert(lines.length <= height, `${lines.length} lines in ${height}`);
        for (const line of lines) assert(textWidth(line) <= columns, `${columns}: ${line}`);
      }
    }
  }
});

Deno.test("screenLines() keeps the chosen row in sight, and says where it is", () => {
  const rows = Array.from({ length: 300 }, (_, n) => runningRow(`job-${n}`));
  const { state } = keys(screen(rows), ...Array<string>(25).fill("pagedown"));
  for (const [columns, height] of [[80, 24], [40, 10]] as const) {
    const lines = screenLines(state, NOW, { columns, rows: height });
    assert(lines.some((line) => line.startsWith("▸ job-250")), lines.join("\n"));
    assert(lines.at(-1)!.endsWith("251 of 300"), lines.at(-1));
  }
});

Deno.test("screenLines() says what an empty table means", () => {
  assertStringIncludes(
    text(screen([], { workers: [] })),
    "no worker is alive (queuectl worker start)",
  );
  assertStringIncludes(text(screen([])), "nothing runs");
  const { state } = withRows(keys(screen([]), "/", "x", "enter").state, []);
  assertStringIncludes(text(state), 'nothing has "x"');
});

Deno.test("screenLines() shows a log from where it was scrolled to, and marks what was searched", () => {
  const lines = Array.from({ length: 100 }, (_, n) => `line ${n}`);
  const log = withLog({ ...screen([BUILD]), room: 22 }, lines);
  const shown = (...names: string[]) =>
    screenLines(keys(log, "enter", ...names).state, NOW, {
      ...SIZE,
      paint: {
        ...{ state: (line) => line, title: (line) => line, quiet: (line) => line },
        ...{ chosen: (line) => `<${line}>`, error: (line) => line },
      },
    });
  assertEquals([shown()[1], shown()[22]], ["line 78", "line 99"]);
  assert(shown().at(-1)!.endsWith("follows"));
  assertEquals([shown("g")[1], shown("g", "pagedown")[1]], ["line 0", "line 22"]);
  assertEquals(shown("g", "/", ..."e 5", "enter")[1], "lin<e 5>");
  assertEquals(shown("g", "/", ..."e 5", "enter", "n")[1], "lin<e 5>0");
  assertEquals(shown("g", "/", ..."e 5", "enter", "n", "N")[1], "lin<e 5>");
  assertStringIncludes(shown("/", ..."none", "enter").at(-1)!, '"none" is not in the log');
  assertEquals(shown("g", "right")[1], "");
});
