import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Percentiles, Tally } from "../../src/inspect/stats.ts";
import { chartLines } from "../../src/cli/text/chart.ts";
import { Program } from "./program.ts";

Deno.test("stats tells how attempts ended, and how long they waited and ran", async () => {
  await using program = new Program();
  await program.answer("config", "set", "backoff_base", "0");
  for (let job = 0; job < 3; job++) await program.answer("enqueue", "true");
  await program.answer("enqueue", "--max-retries", "1", "exit 3");
  await program.answer("enqueue", "--max-retries", "0", "--timeout", "0.1", "sleep 9");
  await program.drain(2);
  const stats = await program.json("stats", "--since", "10m");
  assertEquals(stats.attempts, 6);
  assertEquals(stats.outcomes, { done: 3, failed: 2, timeout: 1, cancelled: 0, lost: 0 });
  assertEquals(stats.jobs, { done: 3, dead: 2 });
  assertEquals(stats.success_rate, 0.5);
  const active = Date.parse(stats.active_until) - Date.parse(stats.active_from);
  assertEquals(stats.per_minute, 6 / (Math.max(1000, active) / 60_000));
  assertEquals(stats.run_ms.max >= 100, true);
  const said = await program.answer("stats");
  assertStringIncludes(said, "6: 3 done, 2 failed, 1 timeout");
  assertMatch(said, /ran +\d/);
  assertEquals(program.names("history").length, 1);
});

Deno.test("stats of a queue that ran nothing says so", async () => {
  await using program = new Program();
  assertMatch(await program.answer("stats"), /^attempts {4}none ended$[^]*^throughput {2}-$/m);
  assertEquals((await program.json("stats")).success_rate, null);
});

Deno.test("stats looks no further back than it is asked, and passes over torn lines", async () => {
  await using program = new Program();
  await program.answer("config", "show");
  Deno.mkdirSync(`${program.dir}/history`);
  const line = (ago: number) =>
    JSON.stringify({
      id: "a",
      finished_at: new Date(Date.now() - ago * 1000).toISOString(),
      wait_ms: 5,
      duration_ms: 10,
      outcome: "done",
      led_to: "done",
    });
  const day = new Date().toISOString().slice(0, 10);
  Deno.writeTextFileSync(
    `${program.dir}/history/${day}.w-1-ab.jsonl`,
    [line(7200), line(1800), line(60), line(1).slice(0, 20)].join("\n"),
  );
  assertEquals((await program.json("stats", "--since", "1h")).attempts, 2);
  assertEquals((await program.json("stats", "--since", "5m")).attempts, 1);
});

Deno.test("stats passes over what is no history in a file of any size, and says so", async () => {
  await using program = new Program();
  await program.answer("config", "show");
  Deno.mkdirSync(`${program.dir}/history`);
  const now = new Date().toISOString();
  const line = JSON.stringify({
    id: "a",
    finished_at: now,
    wait_ms: 1e6,
    duration_ms: 10,
    outcome: "done",
    led_to: "done",
  });
  const odd = line.replace('"done"', '"constructor"').replace("1e6", "-1");
  const path = `${program.dir}/history/${now.slice(0, 10)}.w-1-ab.jsonl`;
  const long = "x".repeat(200_000);
  Deno.writeTextFileSync(path, "");
  // 4 GB of which the disk holds nothing: more than a string can be.
  Deno.truncateSync(path, 4 * 1024 ** 3);
  Deno.writeTextFileSync(path, ["", line, long, line, odd, line].join("\n"), { append: true });
  const { code, stdout, stderr } = await program.run(["stats", "--json"]);
  assertEquals(code, 0, stderr);
  const { attempts, wait_ms } = JSON.parse(stdout);
  assertEquals([attempts, wait_ms.p50], [3, 1e6]);
  assertMatch(
    stderr,
    /^queuectl: .*w-1-ab.jsonl: stopped reading after 64 MB without the end of a line/,
  );
  Deno.writeTextFileSync(path, [line, long, line, "", long].join("\n"));
  const shorter = await program.run(["stats", "--json"]);
  assertEquals(JSON.parse(shorter.stdout).attempts, 2);
  assertMatch(shorter.stderr, /: skipped 2 lines of more than 64 KB/);
});

Deno.test("stats gives the rate over the time in which there were jobs, and says which that is", async () => {
  await using program = new Program();
  await program.answer("config", "show");
  Deno.mkdirSync(`${program.dir}/history`);
  const begun = Date.now() - 30 * 60_000;
  const lines = Array.from({ length: 5000 }, (_, job) =>
    JSON.stringify({
      id: `j${job}`,
      finished_at: new Date(begun + 12 * (job + 1)).toISOString(),
      wait_ms: 5,
      duration_ms: 12,
      outcome: "done",
      led_to: "done",
    }));
  const day = new Date(begun).toISOString().slice(0, 10);
  Deno.writeTextFileSync(`${program.dir}/history/${day}.w-1-ab.jsonl`, lines.join("\n") + "\n");
  const { per_minute, active_from, active_until } = await program.json("stats", "--since", "1h");
  assertEquals([per_minute, active_from], [5000, new Date(begun).toISOString()]);
  assertEquals(active_until, new Date(begun + 60_000).toISOString());
  assertMatch(
    await program.answer("stats"),
    /^throughput {2}5000 attempts a minute, from .*\d\d:\d\d:\d\d to .*\d\d:\d\d:\d\d \(1m\)$/m,
  );
});

Deno.test("a history that cannot be written fails no job", async () => {
  await using program = new Program();
  await program.answer("config", "show");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/started/);
  const name = program.names("workers")[0]!.replace(".json", "");
  // Folders in the way of its file, of today and tomorrow: midnight may be near.
  for (const ahead of [0, 86_400_000]) {
    const day = new Date(Date.now() + ahead).toISOString().slice(0, 10);
    Deno.mkdirSync(`${program.dir}/history/${day}.${name}.jsonl`, { recursive: true, mode: 0o700 });
  }
  const id = await program.answer("enqueue", "true");
  await worker.says(/cannot write the history/);
  assertEquals((await program.json("show", id)).state, "done");
  await program.answer("worker", "stop");
  assertEquals((await worker.ended).code, 0);
});

function percentiles(spans: Iterable<number>): Percentiles {
  const tally = new Tally();
  for (const span of spans) tally.add(span);
  return tally.percentiles();
}

Deno.test("a percentile is the least value that so large a share does not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assertEquals(percentiles(hundred), { p50: 50, p90: 90, p99: 99, max: 100 });
  assertEquals(percentiles([]), { p50: null, p90: null, p99: null, max: null });
  assertEquals(percentiles([123_456, 123_456, 1e9 + 1]).p50, 123_500);
  assertEquals(percentiles([1e9 + 1]).max, 1e9 + 1);
  assertEquals(percentiles([7]), { p50: 7, p90: 7, p99: 7, max: 7 });
});

Deno.test("a chart is as high as its highest value, and shows the smallest", () => {
  assertEquals(chartLines([0, 1, 4, 8], 1), [" ▁▄█"]);
  assertEquals(chartLines([1, 1000], 2), [" █", "▁█"]);
});
