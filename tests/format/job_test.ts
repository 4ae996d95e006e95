import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../src/text/errors.ts";
import { forgetLastEnd, type Job, jobBytes, type JobInput, newJob } from "../../src/format/job.ts";
import { parseJob } from "../../src/format/parse_job.ts";
import { MAX_COMMAND_BYTES } from "../../src/format/field_checks.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 32, 11, 123);
const defaults = { max_retries: 3, timeout: null };
const make = (input: JobInput) => newJob(input, defaults, NOW);
const parse = (text: string) => parseJob(new TextEncoder().encode(text), "job1", defaults, NOW);
const refused = (input: unknown, says: string) =>
  assertThrows(() => make(input as JobInput), UsageError, says);

Deno.test("newJob() fills in all that the input leaves out", () => {
  const { id, ...job } = make({ command: "make" });
  assertMatch(id, /^[0-9A-Z]{26}$/);
  const at = "2026-11-22T04:32:11.123Z";
  assertEquals(job, {
    command: "make",
    priority: 5,
    max_retries: 3,
    timeout: null,
    run_at: at,
    created_at: at,
    updated_at: at,
    attempts: 0,
    history: [],
  });
});

Deno.test("newJob() keeps fields that it does not know", () => {
  const job = make({ command: "make", team: "web", sizes: [1, { deep: null }] });
  assertEquals([job.team, job.sizes], ["web", [1, { deep: null }]]);
});

Deno.test("newJob() keeps a field named __proto__ as data, and gives no object a prototype", () => {
  const input = JSON.parse('{"command":"make","__proto__":{"priority":9},"constructor":1}');
  const job = make(input);
  assertEquals(job.priority, 5);
  assertEquals(Object.getPrototypeOf(job), Object.prototype);
  const written = JSON.parse(new TextDecoder().decode(jobBytes(job)));
  assertEquals(Object.getOwnPropertyDescriptor(written, "__proto__")?.value, { priority: 9 });
  assertEquals(parseJob(jobBytes(job), job.id, defaults, NOW).job?.priority, 5);
  refused(JSON.parse('{"__proto__":{"command":"make"}}'), "command is missing");
});

Deno.test("newJob() takes nothing from outside that only a worker can know, nor the state", () => {
  const job = make({
    command: "make",
    attempts: 7,
    history: [{ led_to: "dead" }],
    state: "done",
    created_at: "2001-01-01T00:00:00Z",
    updated_at: "2001-01-01T00:00:00Z",
  });
  assertEquals([job.attempts, job.history, job.state], [0, [], undefined]);
  assertMatch(job.created_at, /^2026/);
});

Deno.test("newJob() names the field that is wrong and says what it may be", () => {
  refused({}, "a job's command is missing");
  refused({ command: 7 }, "command must be a string");
  refused({ command: " \n" }, "command must not be empty");
  refused({ command: "a", id: "a/b" }, "id must be 1 to 64 letters");
  refused({ command: "a", id: "x".repeat(65) }, "id must be");
  refused({ command: "a", id: 7 }, "id must be");
  refused({ command: "a", id: "-a" }, "id must be");
  refused({ command: "a", priority: 10 }, "priority must be a whole number from 0 to 9");
  refused({ command: "a", priority: "5" }, "priority must be");
  refused({ command: "a", priority: 1.5 }, "priority must be");
  refused({ command: "a", max_retries: -1 }, "max_retries must be a whole number");
  refused({ command: "a", timeout: 0 }, "timeout must be a number of seconds above 0");
  refused({ command: "a", timeout: Infinity }, "timeout must be");
  refused({ command: "a", timeout: "9" }, "timeout must be");
  refused(
    { command: "a", backoff_base: -1 },
    "backoff_base must be a number of seconds from 0 to 3153600000 (36500d)",
  );
  refused({ command: "a", backoff_factor: NaN }, "backoff_factor must be");
  refused({ command: "a", run_at: "9998-01-01T00:00:00Z" }, "must be before the year 9998");
  refused({ command: "a", run_at: "soon" }, "run_at must be a time");
  refused({ command: "a", run_at: 1795321931123 }, "run_at must be a time");
  refused({ command: "a", cwd: "" }, "cwd must not be empty");
  refused({ command: "a", cwd: 1 }, "cwd must be a string");
  refused({ command: "a", env: [] }, "env must be an object of strings");
  refused({ command: "a", env: null }, "env must be an object of strings");
  refused({ command: "a", env: { A: 1 } }, 'env "A" must be a string');
  refused({ command: "a", env: { "A=B": "1" } }, "env has a name that no environment can hold");
  refused({ command: "a", env: { "": "1" } }, "env has a name");
});

Deno.test("newJob() refuses a NUL wherever the kernel could not take it", () => {
  refused({ command: "a\0b" }, "command must not contain a NUL");
  refused({ command: "a", cwd: "/\0" }, "cwd must not contain a NUL");
  refused({ command: "a", env: { A: "\0" } }, 'env "A" must not contain a NUL');
  refused({ command: "a", env: { "A\0": "" } }, "env has a name");
});

Deno.test("newJob() takes a command of 100 KB in bytes, and not one more", () => {
  const full = "x".repeat(MAX_COMMAND_BYTES);
  assertEquals(make({ command: full }).command, full);
  refused({ command: full + "x" }, "command must not be longer than 100 KB");
  const umlauts = "ü".repeat(MAX_COMMAND_BYTES / 2);
  assertEquals(make({ command: umlauts }).command, umlauts);
  refused({ command: umlauts + "x" }, "longer than 100 KB");
  refused({ command: "😀".repeat(MAX_COMMAND_BYTES / 4) + "x" }, "longer than 100 KB");
});

Deno.test("newJob() takes a variable as long as the kernel does, and not one byte more", () => {
  const longest = "x".repeat(128 * 1024 - 1 - "A=".length);
  const job = make({ command: "a", env: { A: longest } });
  refused({ command: "a", env: { A: longest + "x" } }, 'env "A" must not be longer than 128 KB');
  const start = (env: Record<string, string>) =>
    new Deno.Command("/bin/true", { env, clearEnv: true }).outputSync();
  assert(start(job.env!).success);
  assertThrows(() => start({ A: longest + "x" }));
});

Deno.test("newJob() takes an optional field that is undefined as one that is missing", () => {
  const job = make({ command: "a", cwd: undefined, env: undefined, priority: undefined });
  assertEquals([job.priority, "cwd" in job, "env" in job], [5, false, false]);
});

Deno.test("newJob() writes times in UTC with milliseconds", () => {
  const { run_at } = make({ command: "a", run_at: "2026-11-22T09:00:00+02:00" });
  assertEquals(run_at, "2026-11-22T07:00:00.000Z");
});

Deno.test("parseJob() needs nothing but a command, and takes the ID of the name", () => {
  const { job } = parse('{"command":"make","id":"another"}');
  assertEquals([job?.id, job?.command, job?.priority, job?.max_retries], ["job1", "make", 5, 3]);
});

Deno.test("parseJob() reads what jobBytes() wrote, history and unknown fields included", () => {
  const job = { ...make({ command: "é\n'\"", team: "web" }), attempts: 2 };
  job.history = [{ attempt: 1, outcome: "failed" } as Job["history"][number]];
  assertEquals(parseJob(jobBytes(job), job.id, defaults, 0).job, job);
});

Deno.test("parseJob() drops a state that someone wrote into the file", () => {
  assertEquals(parse('{"command":"make","state":"done"}').job?.state, undefined);
});

Deno.test("parseJob() says why something is no job", () => {
  const faults: [string, string][] = [
    ["", "not JSON"],
    ["make", "not JSON"],
    ["[]", "not a JSON object"],
    ["null", "not a JSON object"],
    ['"make"', "not a JSON object"],
    ["{}", "command is missing"],
    ['{"command":null}', "command must be a string"],
    ['{"command":["make", 7]}', "command must be a string"],
    ['{"command":"a","attempts":-1}', "attempts must be"],
    ['{"command":"a","history":{}}', "history must be an array"],
    ['{"command":"a","history":[null]}', "history must be an array"],
    ['{"command":"a","created_at":"x"}', "created_at must be a time"],
    ['{"command":"a","priority":"high"}', "priority must be"],
  ];
  for (const [text, says] of faults) assertStringIncludes(parse(text).fault ?? "", says, text);
});

Deno.test("parseJob() refuses bytes that are not UTF-8, and more than 1 MiB", () => {
  const bytes = new TextEncoder().encode('{"command":"echo _"}');
  bytes[bytes.indexOf(95)] = 0xff;
  assertStringIncludes(parseJob(bytes, "a", defaults, 0).fault ?? "", "not JSON in UTF-8");
  const large = JSON.stringify({ command: "a", filling: "x".repeat(1024 * 1024) });
  assertStringIncludes(parse(large).fault ?? "", "larger than 1048576 bytes");
});

Deno.test("forgetLastEnd() has a job that had ended count its attempts anew, with no reason", () => {
  const after = (led_to: string | undefined, reason?: string) => {
    const history = [{ led_to } as Job["history"][number]];
    const job: Job = { ...make({ command: "a" }), attempts: 4, history, reason };
    forgetLastEnd(job);
    return [job.attempts, "reason" in job];
  };
  assertEquals(["done", "dead"].map((state) => after(state, "its end")), [[0, false], [0, false]]);
  for (const state of ["failed", "pending", undefined]) {
    assertEquals(after(state), [4, false]);
    assertEquals(after(state, "its input was missing"), [0, false], "no attempt led to its end");
  }
});
