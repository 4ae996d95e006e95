import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { JOB_FIELDS, type JobView } from "../../mod.ts";
import {
  clonedValues,
  editedJob,
  enqueueLine,
  enqueueManyLine,
  faultsOf,
  FIELDS_OF,
  jobOf,
  jobsOfLines,
  valuesOf,
} from "../../src/dashboard/page/job_form.ts";
import { scheduleLine } from "../../src/dashboard/page/views/schedule_form.ts";

const JOB: JobView = {
  id: "job1",
  command: "make",
  state: "pending",
  priority: 7,
  attempts: 1,
  max_retries: 3,
  timeout: null,
  run_at: "2026-11-27T10:00:00.123Z",
  created_at: "2026-11-26T10:00:00.000Z",
  updated_at: "2026-11-26T10:00:00.000Z",
  history: [],
  resource: "gpu",
  resources: { db: 2 },
  on: ["big", "fast"],
  tags: ["photos", "web"],
  env: { A: "1", B: "x=y" },
  after: ["a", "b"],
  tempfail: true,
  unique: "key",
  stdin: true,
  mine: { kept: true },
  waits_for: ["a"],
};

Deno.test("every option of enqueue that gives a job a field is in the form, by itself", () => {
  const options = [...JOB_FIELDS].filter(([, { help }]) => help !== undefined);
  assertEquals(FIELDS_OF.one.map(({ name }) => name), options.map(([name]) => name));
});

Deno.test("a form makes the job that the same command line makes", () => {
  const values = {
    ...{ command: "echo 'a b'", priority: "9", delay: "10m", timeout: "none", on: "big, fast" },
    ...{ label: "all of 2026", tags: "photos web", group: "night" },
    ...{ resource: "gpu db=2", env: "A=1\nB=x=y\n", after: "a b", after_any: "true", hold: "true" },
    ...{ stdin: "one\ntwo", unique: "", backoff_factor: "1.5", give_up_on: "2,64-78" },
  };
  assertEquals(faultsOf("one", values), {});
  assertEquals(jobOf("one", values), {
    command: "echo 'a b'",
    priority: 9,
    delay: "10m",
    timeout: null,
    backoff_factor: 1.5,
    label: "all of 2026",
    tags: ["photos", "web"],
    group: "night",
    resources: { gpu: 1, db: 2 },
    on: ["big", "fast"],
    after: ["a", "b"],
    after_any: true,
    give_up_on: "2,64-78",
    env: { A: "1", B: "x=y" },
    stdin: "one\ntwo",
    hold: true,
  });
  assertEquals(
    enqueueLine(values),
    "queuectl enqueue --priority 9 --delay 10m --timeout none --backoff-factor 1.5 " +
      "--label 'all of 2026' --tag photos,web --group night " +
      "--resource gpu --resource db=2 --on big,fast --after a,b --after-any --give-up-on 2,64-78 " +
      `--env A=1 --env B=x=y --stdin --hold -- 'echo '\\''a b'\\''' <<'EOF'\none\ntwo\nEOF`,
  );
});

Deno.test("a command that begins like JSON is given as an option, and its input ends where it ends", () => {
  assertEquals(enqueueLine({ command: "{ ls; }" }), "queuectl enqueue --command '{ ls; }'");
  assertEquals(enqueueLine({}), "queuectl enqueue COMMAND");
  assertMatch(enqueueLine({ command: "cat", stdin: "EOF\n" }), /<<'EOFF'\nEOF\nEOFF$/);
});

Deno.test("what is wrong is said while somebody types, and an empty field never is", () => {
  const faults = faultsOf("one", {
    ...{ priority: "10", max_retries: "1.5", delay: "soon", id: "a/b", env: "A", at: "now" },
    ...{ resource: "gpu=x", timeout: "1h30m", backoff_factor: "0.5", host: "a b", shell: "" },
  });
  assertEquals(Object.keys(faults), [
    ...["id", "priority", "delay", "at", "max_retries", "resource", "host", "env"],
  ]);
  assertEquals(faults.priority, "must be a whole number from 0 to 9");
  assertEquals(
    faultsOf("one", { delay: "1m", at: "2026-11-27T10:00" }).at,
    [
      "cannot be given beside delay",
    ][0],
  );
});

Deno.test("a clone has all that makes a job, but not its ID, its time or what it reads", () => {
  const values = clonedValues(JOB);
  assertEquals(jobOf("one", values), {
    command: "make",
    priority: 7,
    timeout: null,
    max_retries: 3,
    resources: { gpu: 1, db: 2 },
    on: ["big", "fast"],
    tags: ["photos", "web"],
    after: ["a", "b"],
    unique: "key",
    tempfail: true,
    env: { A: "1", B: "x=y" },
  });
});

Deno.test("editing changes what was changed, and keeps fields that the form does not have", () => {
  const values = valuesOf("edit", JOB);
  const { resource: _one, resources: _many, ...rest } = JOB;
  const { id: _id, state: _state, attempts: _a, history: _h, waits_for: _w, ...fields } = rest;
  const { created_at: _c, updated_at: _u, ...kept } = fields;
  assertEquals(editedJob(JOB, values), { ...kept, resources: { gpu: 1, db: 2 } });
  const changed = editedJob(JOB, { ...values, at: "", priority: "1", env: "", tempfail: "" });
  assertEquals([changed.run_at, changed.priority, changed.env, changed.tempfail, changed.mine], [
    ...["now", 1, undefined, undefined, { kept: true }],
  ]);
});

Deno.test("many lines are many jobs, as enqueue --file reads them", () => {
  const values = {
    ...{ priority: "2", command: 'one\n\n# no job\n{"command": "two", "priority": 8}\n three' },
  };
  assertEquals(jobsOfLines(values), [
    { priority: 2, command: "one" },
    { priority: 8, command: "two" },
    { priority: 2, command: " three" },
  ]);
  assertEquals(
    enqueueManyLine({ priority: "2", command: "one\ntwo" }),
    "queuectl enqueue --priority 2 --file - <<'EOF'\none\ntwo\nEOF",
  );
  assertThrows(() => jobsOfLines({ command: "a\n{no" }), Error, "Line 2 begins like a JSON job");
});

Deno.test("a schedule's form has no field that its jobs cannot have, and says its command line", () => {
  const names = FIELDS_OF.schedule.map(({ name }) => name);
  for (const none of ["id", "delay", "at", "after", "unique", "stdin", "hold", "run_at"]) {
    assertEquals(names.includes(none), false, none);
  }
  const times = {
    name: "nightly",
    when: "30 2 * * *",
    tz: "UTC",
    catch_up: "all",
    overlap: "allow",
  };
  assertEquals(
    scheduleLine(times, { command: "make backup", priority: "3" }),
    "queuectl schedule add --tz UTC --catch-up all --overlap allow --priority 3 nightly " +
      "'30 2 * * *' -- 'make backup'",
  );
});

Deno.test("one place of one resource is given as the command line gives it", () => {
  assertEquals(jobOf("one", { command: "a", resource: " gpu " }), {
    command: "a",
    resource: "gpu",
  });
  const job = { ...JOB, resources: undefined };
  assertEquals(editedJob(job, valuesOf("edit", job)).resource, "gpu");
});
