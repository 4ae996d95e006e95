import { assert, assertEquals } from "@std/assert";
import { firstState, hear, type State } from "../../../src/cli/watch/state.ts";
import { jobRow, keys, runningRow, screen, withRows } from "./screen.ts";

const ROWS = [runningRow("a"), runningRow("b"), runningRow("c")];

/** What a key makes of a screen: the acts that it asks for. */
function acts(state: State, ...names: string[]): string[] {
  return keys(state, ...names).asks.flatMap((ask) =>
    ask.ask === "act" ? [`${ask.act.verb} ${ask.act.name ?? ""}`.trim()] : []
  );
}

Deno.test("a job that vanishes while it is chosen leaves its place to the next", () => {
  const { state } = keys(screen(ROWS), "down");
  assertEquals(state.chosen?.name, "b");
  const after = withRows(state, [ROWS[0]!, ROWS[2]!]);
  assertEquals(after.state.chosen?.name, "c");
  assertEquals(after.asks, [{ ask: "log", id: "c" }]);
  const last = withRows(after.state, [ROWS[0]!]).state;
  assertEquals(last.chosen?.name, "a");
  const none = withRows(last, []);
  assertEquals([none.state.chosen, none.state.log, none.asks], [undefined, undefined, [{
    ask: "log",
  }]]);
  assertEquals(acts(none.state, "r"), []);
  assertEquals(keys(none.state, "down", "enter", "x").state.page, "table");
});

Deno.test("the chosen job stays chosen when others come before it", () => {
  const { state } = keys(screen(ROWS), "down");
  const after = withRows(state, [runningRow("z"), ...ROWS]).state;
  assertEquals([after.chosen?.name, after.index], ["b", 2]);
});

Deno.test("a log stays on the screen while its job leaves the table, and keys still act on it", () => {
  const { state } = keys(screen(ROWS), "down", "enter");
  const after = withRows(state, [ROWS[0]!]).state;
  assertEquals([after.page, after.log?.id], ["log", "b"]);
  assertEquals(acts(after, "r"), ["retry b"]);
  assertEquals(keys(after, "q").state.chosen?.name, "a");
});

Deno.test("a running job is cancelled only after y; a waiting one at once", () => {
  assertEquals(acts(screen(ROWS), "x"), []);
  assertEquals(acts(screen(ROWS), "x", "y"), ["cancel a"]);
  for (const key of ["n", "enter", "escape", "x"]) {
    const { state, isOver } = keys(screen(ROWS), "x", key);
    assertEquals([state.asked, isOver, acts(screen(ROWS), "x", key)], [undefined, undefined, []]);
  }
  const { state } = withRows(keys(screen([]), "2").state, [jobRow("w")]);
  assertEquals(acts(state, "x"), ["cancel w"]);
});

Deno.test("h, p, r and s hold, pause, retry and suspend, or undo that", () => {
  const waiting = (held?: boolean) =>
    withRows(keys(screen([]), "tab").state, [jobRow("w", { held })]).state;
  assertEquals([acts(waiting(), "h"), acts(waiting(true), "h")], [["hold w"], ["release w"]]);
  assertEquals(acts(waiting(), "r"), ["retry w"]);
  assertEquals(acts(waiting(), "s"), ["start w"]);
  assertEquals(acts(screen(ROWS), "s"), ["suspend a"]);
  assertEquals(acts(screen([runningRow("a", { suspended: true })]), "s"), ["resume a"]);
  assertEquals(acts(screen([]), "p"), ["worker pause"]);
  assertEquals(acts(screen([], { paused: true }), "p"), ["worker resume"]);
});

Deno.test("an act shows its command line while it goes on, then how it failed", () => {
  const act = { verb: "retry", name: "it's" } as const;
  const { state } = keys(screen([runningRow("it's")]), "r");
  assertEquals(state.note, { text: "queuectl retry 'it'\\''s'", isError: false, isOpen: true });
  // Another key does not hide what goes on.
  assert(keys(state, "down").state.note);
  const failed = hear(state, { did: act, error: "it runs already" }).state;
  assertEquals(failed.note, { text: "it runs already", isError: true, isOpen: false });
  assertEquals(keys(failed, "down").state.note, undefined);
});

Deno.test("Tab and Shift-Tab go through the tables in a ring, and digits go to one", () => {
  const tabs = (...names: string[]) => keys(firstState(), ...names).state.tab;
  assertEquals(tabs("tab"), "waiting");
  assertEquals(tabs("shift-tab"), "workers");
  assertEquals(tabs("tab", "tab", "tab", "tab", "tab", "tab"), "running");
  assertEquals(tabs("4"), "done");
  const step = keys(firstState(), "tab");
  const wanted = { tab: "waiting", filter: "", limit: 200 } as const;
  assertEquals(step.asks, [{ ask: "rows", wanted }, { ask: "log" }]);
});

Deno.test("rows that were asked for before the last key are not shown", () => {
  const { state } = keys(screen(ROWS), "tab");
  const wanted = { tab: "running", filter: "", limit: 200 } as const;
  assertEquals(hear(state, { rows: { wanted, rows: ROWS, hasMore: false } }).state.rows, undefined);
});

Deno.test("a filter is asked for at each letter, and Esc gives up what was typed", () => {
  const typed = keys(screen(ROWS), "/", "日", "q");
  assertEquals(typed.state.filter, "日q");
  assertEquals(typed.asks, [{
    ask: "rows",
    wanted: { tab: "running", filter: "日q", limit: 200 },
  }]);
  assertEquals(keys(typed.state, "backspace").state.filter, "日");
  const given = keys(typed.state, "escape");
  assertEquals([given.state.filter, given.state.typing], ["", undefined]);
  const kept = keys(typed.state, "enter").state;
  assertEquals([kept.filter, kept.typing], ["日q", undefined]);
  // q and Esc first give the filter up, then quit.
  assertEquals(keys(kept, "q").state.filter, "");
  assertEquals(keys(kept, "q").isOver, undefined);
  assertEquals(keys(kept, "escape", "escape").isOver, true);
});

Deno.test("keys that come before the rows choose among them", () => {
  const { state } = keys(firstState(), "down", "down", "up");
  assertEquals(withRows(state, ROWS).state.chosen?.name, "b");
  assertEquals(withRows(keys(firstState(), "G").state, ROWS).state.chosen?.name, "c");
});

Deno.test("rows are read on when the chosen one comes near to the last", () => {
  const rows = Array.from({ length: 200 }, (_, n) => runningRow(`job-${n}`));
  const state = withRows(firstState(), rows, { hasMore: true }).state;
  const step = keys(state, "G");
  assertEquals(step.asks.map((ask) => ask.ask === "rows" ? ask.wanted.limit : ask.ask), [
    "log",
    400,
  ]);
  assertEquals(keys(step.state, "up").asks.length, 1);
});

Deno.test("q, Esc and Ctrl-C quit from the tables; q and Esc go back from a log and the keys", () => {
  for (const key of ["q", "escape", "ctrl-c"]) assertEquals(keys(screen(ROWS), key).isOver, true);
  for (const page of ["enter", "?"]) {
    for (const key of ["q", "escape"]) {
      const { state, isOver } = keys(screen(ROWS), page, key);
      assertEquals([state.page, isOver], ["table", undefined]);
    }
    assertEquals(keys(screen(ROWS), page, "ctrl-c").isOver, true);
  }
  assertEquals(keys(screen(ROWS), "/", "ctrl-c").isOver, true);
});

Deno.test("a log that is scrolled stays where it is while it grows, and keeps 20,000 lines", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);
  const news = { id: "a", lines: lines(100), rest: "", isCut: false, isAnew: true };
  let { state } = keys(hear(screen(ROWS), { log: news }).state, "enter", "up");
  assertEquals(state.top, 79);
  state = hear(state, { log: { ...news, lines: lines(20_000), isAnew: false } }).state;
  assertEquals([state.top, state.log?.lines.length, state.log?.gone], [79, 20_000, 100]);
  assertEquals(keys(state, "up").state.top, 100);
  assertEquals(keys(state, "G").state.top, undefined);
});
