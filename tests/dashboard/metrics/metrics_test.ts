import { assert, assertEquals, assertMatch } from "@std/assert";
import { expositionText, histogramSamples } from "../../../src/dashboard/metrics/exposition.ts";
import { Metrics, metricsOnce } from "../../../src/dashboard/metrics/metrics.ts";
import { appendHistory, type HistoryLine } from "../../../src/contents/history.ts";
import { KnownNames } from "../../../src/inspect/known_names.ts";
import { pruneJobs } from "../../../src/moves/prune.ts";
import type { Store } from "../../../src/store/store.ts";
import { testWith, whyNo } from "../../left_out.ts";
import { Program } from "../../program/program.ts";
import { drop, temporaryQueue } from "../../temporary_queue.ts";

/** The samples of a text by their names and labels; fails unless each has HELP and TYPE. */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const head = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line);
    if (head) {
      if (head[1] === "TYPE") types.set(head[2]!, head[3]!);
      continue;
    }
    const sample = /^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (\S+)$/.exec(line);
    assert(sample, line);
    const family = sample[1]!.replace(/_(bucket|sum|count)$/, "");
    assert(types.has(sample[1]!) || types.get(family) === "histogram", line);
    assert(Number.isFinite(Number(sample[3])), line);
    samples.set(sample[1]! + (sample[2] ?? ""), Number(sample[3]));
  }
  return samples;
}

function attempt(finished: number, outcome: HistoryLine["outcome"], duration_ms: number) {
  const finished_at = new Date(finished).toISOString();
  const exit_code = outcome === "done" ? 0 : 1;
  return {
    id: "a",
    finished_at,
    wait_ms: 40,
    duration_ms,
    outcome,
    led_to: "done",
    exit_code,
  } as const;
}

/** The queue's store on another day. */
function on(store: Store, time: number): Store {
  return { ...store, now: () => time };
}

Deno.test("metrics have each state, attempt, worker slot and the disk, with HELP and TYPE", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "pending/20260101T000000.000Z-5-old.json", '{"command":"make"}');
  drop(dir, "done/a.json", '{"command":"make"}');
  await queue.enqueue({ command: "make", hold: true });
  await queue.setPaused(true);
  drop(dir, "schedules-are-missing.json", "");
  Deno.mkdirSync(`${dir}/schedules`, { mode: 0o700 });
  drop(dir, "schedules/20260101T000000.000Z-nightly.json", '{"when":"@daily","job":{}}');
  const now = Date.now();
  appendHistory(queue.store, "w-1-a", [
    { ...attempt(now, "done", 20), attempt: 1 },
    { ...attempt(now, "failed", 90_000_000), attempt: 1 },
    { ...attempt(now, "lost", 5), attempt: 1 },
  ]);
  const samples = samplesOf(await metricsOnce(queue));
  for (
    const [name, value] of [
      ['queuectl_jobs{state="pending"}', 1],
      ['queuectl_jobs{state="delayed"}', 1],
      ['queuectl_jobs{state="done"}', 1],
      ['queuectl_attempts_total{outcome="failed"}', 1],
      ['queuectl_attempts_total{outcome="timeout"}', 0],
      ['queuectl_run_seconds_bucket{le="0.01"}', 0],
      ['queuectl_run_seconds_bucket{le="0.05"}', 1],
      ['queuectl_run_seconds_bucket{le="86400"}', 1],
      ['queuectl_run_seconds_bucket{le="+Inf"}', 2],
      ["queuectl_run_seconds_count", 2],
      ["queuectl_run_seconds_sum", 90_000.02],
      ["queuectl_wait_seconds_count", 3],
      ["queuectl_workers", 0],
      ["queuectl_worker_slots", 0],
      ["queuectl_worker_busy", 0],
      ["queuectl_paused", 1],
      ["queuectl_schedules_late", 1],
    ] as const
  ) assertEquals(samples.get(name), value, name);
  const age = (now - Date.UTC(2026, 0, 1)) / 1000;
  assert(Math.abs(samples.get("queuectl_oldest_ready_seconds")! - age) < 60);
  const free = samples.get("queuectl_disk_free_bytes")!;
  assert(free > 0 && free <= samples.get("queuectl_disk_size_bytes")!);
});

Deno.test("counters never fall: not by pruning, nor when the day changes", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { store } = queue;
  using names = new KnownNames(queue);
  const counted = async () => {
    const samples = samplesOf(await new Metrics(queue, names).text());
    return ['queuectl_attempts_total{outcome="done"}', "queuectl_run_seconds_count"]
      .map((name) => samples.get(name));
  };
  const midnight = Date.UTC(2026, 0, 2);
  appendHistory(on(store, midnight - 5), "w-1-a", [{
    ...attempt(midnight, "done", 1),
    attempt: 1,
  }]);
  assertEquals(await counted(), [1, 1]);
  appendHistory(on(store, midnight + 5), "w-1-a", [{
    ...attempt(midnight, "done", 1),
    attempt: 1,
  }]);
  assertEquals(await counted(), [2, 2]);
  assertEquals((await pruneJobs(store, { olderThan: 0 })).history, 2);
  assertEquals(await counted(), [2, 2]);
  appendHistory(store, "w-1-a", [{ ...attempt(Date.now(), "done", 1), attempt: 1 }]);
  assertEquals(await counted(), [3, 3]);
});

Deno.test("one reader counts each line once, though it reads again as files grow", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using names = new KnownNames(queue);
  const { AttemptTotals } = await import("../../../src/inspect/attempt_totals.ts");
  const totals = new AttemptTotals(queue);
  const path = () => `${dir}/history/${new Date().toISOString().slice(0, 10)}.w-1-a.jsonl`;
  const line = { ...attempt(Date.now(), "done", 1), attempt: 1 };
  appendHistory(queue.store, "w-1-a", [line]);
  assertEquals((await totals.read()).attempts.done, 1);
  // A torn line, which another call ends; and one that is too long to be a line.
  const [half, rest] = [JSON.stringify(line).slice(0, 30), JSON.stringify(line).slice(30)];
  Deno.writeTextFileSync(path(), half, { append: true });
  assertEquals((await totals.read()).attempts.done, 1);
  Deno.writeTextFileSync(path(), `${rest}\n${"x".repeat(400_000)}`, { append: true });
  assertEquals((await totals.read()).attempts.done, 2);
  Deno.writeTextFileSync(path(), `\n${JSON.stringify(line)}\n`, { append: true });
  assertEquals((await totals.read()).attempts.done, 3);
  const text = new Metrics(queue, names);
  assertEquals(await text.text(), await text.text());
});

Deno.test("labels and help are escaped, and buckets count those before them", () => {
  const text = expositionText([
    {
      name: "a_seconds",
      help: "two\nlines \\",
      type: "histogram",
      samples: histogramSamples({ buckets: [[0.5, 2], [1, 3]], count: 6, sum: 9.5 }),
    },
    { name: "b", help: "B.", type: "gauge", samples: [{ labels: { c: '"\\\n' }, value: 1 }] },
    { name: "none", help: "None.", type: "gauge", samples: [] },
  ]);
  assertEquals(text.split("\n"), [
    "# HELP a_seconds two\\nlines \\\\",
    "# TYPE a_seconds histogram",
    'a_seconds_bucket{le="0.5"} 2',
    'a_seconds_bucket{le="1"} 5',
    'a_seconds_bucket{le="+Inf"} 6',
    "a_seconds_sum 9.5",
    "a_seconds_count 6",
    "# HELP b B.",
    "# TYPE b gauge",
    'b{c="\\"\\\\\\n"} 1',
    "",
  ]);
});

Deno.test("metrics prints the text, and --output replaces a file at once", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  const printed = samplesOf(await program.answer("metrics") + "\n");
  assertEquals(printed.get('queuectl_jobs{state="pending"}'), 1);
  const file = `${program.dir}/../${crypto.randomUUID()}.prom`;
  try {
    Deno.writeTextFileSync(file, "old");
    assertEquals(await program.answer("metrics", "--output", file), "");
    assertEquals([...samplesOf(Deno.readTextFileSync(file)).keys()], [...printed.keys()]);
  } finally {
    Deno.removeSync(file);
  }
  const refused = await program.run(["metrics", "--output", `${program.dir}/no/such/folder.prom`]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(
    refused.stderr,
    /cannot write .*folder\.prom: no such file or directory; name another/,
  );
  const metrics = JSON.parse((await program.run(["metrics", "--json"])).stdout);
  const jobs = metrics.find(({ name }: { name: string }) => name === "queuectl_jobs");
  assertEquals(jobs.type, "gauge");
  assertEquals(jobs.samples[0].labels, { state: "pending" });
});

testWith(
  await whyNo("promtool", "--version"),
  "promtool finds nothing wrong with the metrics",
  async () => {
    await using temporary = await temporaryQueue();
    const text = await metricsOnce(temporary.queue);
    const check = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = check.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await check.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([code, said], [0, ""]);
  },
);

Deno.test("each metric that docs/grafana.json and docs/metrics.md name exists", async () => {
  await using temporary = await temporaryQueue();
  const names = new Set([...samplesOf(await metricsOnce(temporary.queue)).keys()]
    .map((name) => name.replace(/\{.*/, "")));
  const grafana = Deno.readTextFileSync("docs/grafana.json");
  const { panels, templating, title } = JSON.parse(grafana);
  assertEquals(title, "queuectl");
  assertEquals(templating.list[0].type, "datasource");
  const shown = new Set<string>();
  for (const { targets, datasource } of panels) {
    assertEquals(datasource.uid, "${datasource}");
    for (const { expr } of targets) {
      for (const [name] of expr.matchAll(/queuectl_\w+/g)) {
        assert(names.has(name), name);
        shown.add(name.replace(/_(bucket|sum|count)$/, ""));
      }
    }
  }
  assert(shown.size >= 10, [...shown].join());
  const documented = new Set<string>();
  for (const [, name] of Deno.readTextFileSync("docs/metrics.md").matchAll(/`(queuectl_\w+)/g)) {
    assert(names.has(name!) || names.has(`${name}_bucket`), name);
    documented.add(name!);
  }
  for (const name of names) {
    assert(documented.has(name) || documented.has(name.replace(/_(bucket|sum|count)$/, "")), name);
  }
});
