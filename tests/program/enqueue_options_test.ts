import { assertEquals, assertMatch } from "@std/assert";
import { ENQUEUE_OPTIONS, FILE_OPTIONS } from "../../src/cli/table/add_commands.ts";
import { Program } from "./program.ts";

/**
 * What each option of `enqueue` changes in a job that has no other: a value if it takes one, and a
 * field or name.
 */
const ALONE: Record<string, [value: string | undefined, seen: RegExp]> = {
  command: ["echo x", /"command": "echo x"/],
  id: ["x1", /"id": "x1"/],
  priority: ["8", /"priority": 8/],
  delay: ["30000d", /"run_at": "21\d\d-/],
  at: ["2090-01-01T00:00:00Z", /"run_at": "2090-01-01/],
  timeout: ["7s", /"timeout": 7/],
  "max-retries": ["9", /"max_retries": 9/],
  "backoff-base": ["11s", /"backoff_base": 11/],
  "backoff-factor": ["3.5", /"backoff_factor": 3.5/],
  host: ["node1", /"host": "node1"/],
  on: ["gpu", /"on": \[\s*"gpu"/],
  label: ["Photos, 2026", /"label": "Photos, 2026"/],
  tag: ["photos,web", /"tags": \[\s*"photos",\s*"web"/],
  group: ["night", /"group": "night"/],
  resource: ["gpu", /"resource": "gpu"/],
  after: ["parent", /"after": \[\s*"parent"/],
  "after-any": [undefined, /"after_any": true/],
  unique: ["key", /"unique": "key"/],
  "give-up-on": ["3", /"give_up_on": "3"/],
  "retry-on": ["4", /"retry_on": "4"/],
  tempfail: [undefined, /"tempfail": true/],
  shell: ["/bin/bash", /"shell": "\/bin\/bash"/],
  "on-done": ["echo d", /"on_done": "echo d"/],
  "on-dead": ["echo d", /"on_dead": "echo d"/],
  "on-failure": ["echo f", /"on_failure": "echo f"/],
  nice: ["-5", /"nice": -5/],
  timestamps: [undefined, /"timestamps": true/],
  "max-log": ["1.5M", /"max_log": 1572864/],
  cwd: ["/usr", /"cwd": "\/usr"/],
  env: ["K=V", /"K": "V"/],
  "capture-env": [undefined, /"PATH": "/],
  hold: [undefined, /^99980101T/],
};

Deno.test("each option of enqueue has its effect where it is the only one", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "1");
  await program.answer("enqueue", "--id", "parent", "--priority", "0", "--hold", "true");
  const all = [...ENQUEUE_OPTIONS, ...FILE_OPTIONS].map(({ name }) => name);
  // What these do is told by tests of their own.
  const elsewhere = ["stdin", "env-file", "start", "now"];
  const others = ["file", "skip", "unique-fail", "strict", "null", "no-comments", ...elsewhere];
  assertEquals(all.filter((name) => !others.includes(name)).sort(), Object.keys(ALONE).sort());
  for (const [name, [value, seen]] of Object.entries(ALONE)) {
    const before = program.names("pending");
    const option = value === undefined ? [`--${name}`] : [`--${name}`, value];
    const parents = name === "after-any" ? ["--after", "parent"] : [];
    await program.answer("enqueue", ...option, ...parents, ...(name === "command" ? [] : ["true"]));
    const added = program.names("pending").filter((each) => !before.includes(each));
    assertEquals(added.length, 1, name);
    const text = Deno.readTextFileSync(`${program.dir}/pending/${added[0]}`);
    assertMatch(`${added[0]}\n${text}`, seen, name);
  }
});
