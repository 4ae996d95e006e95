import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { screenLines, shareRows } from "../../../src/cli/text/screen_lines.ts";
import type { QueueView } from "../../../src/inspect/watched_queue.ts";
import { textWidth } from "../../../src/cli/terminal/text_width.ts";

const NOW = Date.UTC(2026, 10, 22, 12);

function view(changes: Partial<QueueView> = {}): QueueView {
  return {
    dir: "/srv/queue",
    paused: false,
    counts: { pending: 7, delayed: 0, processing: 1, done: 120, failed: 1, dead: 0 },
    countedAgo: 0,
    rates: [1.5, 0.5],
    ends: [0, 0, 1, 8],
    running: [{
      id: "build",
      command: "make\n-C 日本",
      worker: "w-1-a",
      since: NOW - 65_000,
      progress: { text: "3/4 linking", fraction: 0.75 },
    }],
    workers: [{ name: "w-1-a", slots: 2, busy: 1, since: NOW - 3_600_000 }],
    failures: [{
      id: "import",
      state: "failed",
      job: {
        ...{ id: "import", command: "x", priority: 5, max_retries: 3, timeout: null, attempts: 1 },
        ...{ run_at: "", created_at: "", updated_at: new Date(NOW - 5000).toISOString() },
        history: [{
          ...{ attempt: 1, worker: "w", started_at: "", finished_at: "", duration_ms: 1 },
          ...{ exit_code: 3, signal: null, outcome: "failed", log_offset: 0 },
        }],
        state: "failed",
      },
      lastLine: "cannot reach \x1b[31mdb",
    }],
    ...changes,
  };
}

Deno.test("screenLines() shows counts, rates, what runs, who works and what failed", () => {
  const lines = screenLines(view(), NOW, { columns: 100, rows: 20 });
  assertEquals(lines.length, 20);
  const text = lines.join("\n");
  assertStringIncludes(text, "queuectl /srv/queue");
  assertStringIncludes(text, "pending 7   delayed 0   processing 1   done 120   failed 1   dead 0");
  assertStringIncludes(text, "ended 1.50/s in 1 min, 0.50/s in 5 min  ··▁█");
  assertStringIncludes(text, "build    1m 5s  ███████▌░░ 3/4 linking  make\\n-C 日本");
  assertStringIncludes(text, "w-1-a   1/2   1h");
  assertStringIncludes(text, "import  failed  5s   exit 3  cannot reach \\x1b[31mdb");
});

Deno.test("screenLines() fits every size of terminal", () => {
  const running = Array.from({ length: 50 }, (_, n) => ({ ...view().running[0]!, id: `job-${n}` }));
  for (let columns = 1; columns < 130; columns += 7) {
    for (let rows = 1; rows < 60; rows++) {
      const lines = screenLines(view({ running, paused: true }), NOW, { columns, rows });
      assert(lines.length <= rows, `${lines.length} lines in ${rows}`);
      for (const line of lines) assert(textWidth(line) <= columns, `${columns}: ${line}`);
    }
  }
});

Deno.test("screenLines() says how many rows it has no room for, and that an old count is old", () => {
  const running = Array.from({ length: 50 }, (_, n) => ({ ...view().running[0]!, id: `job-${n}` }));
  const lines = screenLines(view({ running, countedAgo: 20_000 }), NOW, { columns: 80, rows: 24 });
  assert(lines.some((line) => /^… \d+ more$/.test(line)), lines.join("\n"));
  assertEquals(lines.at(-1), "q quits   waiting jobs were counted 20s ago");
});

Deno.test("shareRows() gives the small sections what they want, and drops the last where rows are few", () => {
  assertEquals(shareRows([30, 3, 3], 20), [14, 3, 3]);
  assertEquals(shareRows([3, 3, 3], 20), [3, 3, 3]);
  assertEquals(shareRows([30, 30, 30], 8), [4, 4, 0]);
  assertEquals(shareRows([30, 30, 30], 2), [2, 0, 0]);
});
