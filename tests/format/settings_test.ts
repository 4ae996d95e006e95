import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  configKey,
  parseConfigValue,
  withDefaults,
} from "../../src/format/settings.ts";
import { readConfig } from "../../src/store/config_file.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { Queue } from "../../src/queue.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("withDefaults() gives every setting its default", () => {
  const config = withDefaults({});
  assertEquals({ ...config }, {
    max_retries: 3,
    backoff_base: 2,
    backoff_factor: 2,
    backoff_max: 3600,
    jitter: 0,
    timeout: null,
    worker_count: 1,
    poll_interval: 1,
    kill_grace: 5,
    fence_after: 10,
    shell: "/bin/sh",
    fsync: true,
    one_machine: false,
    pause_on_failure: false,
    autostart: false,
    capture_env: false,
    max_log: null,
    on_failure: null,
    secret_names: "*TOKEN*,*SECRET*,*PASSW*,*CREDENTIAL*,*KEY*,*AUTH*",
    concurrency: null,
    keep_done: "100000,1d",
    keep_dead: "100000,30d",
    keep_history: "30d",
    on_done: null,
    on_dead: null,
  });
  assertEquals(Object.keys(config), [...CONFIG_KEYS]);
});

Deno.test("withDefaults() lets the factor follow the base until it is set", () => {
  assertEquals(withDefaults({ backoff_base: 3 }).backoff_factor, 3);
  assertEquals(withDefaults({ backoff_base: 3, backoff_factor: 1.5 }).backoff_factor, 1.5);
});

Deno.test("configKey() takes dashes for underscores and refuses what is no setting", () => {
  assertEquals(configKey("max-retries"), "max_retries");
  for (const word of ["retries", "__proto__", "constructor", ""]) {
    assertThrows(() => configKey(word), UsageError, `unknown setting "${word}" (there are: max_`);
  }
});

Deno.test("parseConfigValue() takes what a setting allows", () => {
  const takes: [ConfigKey, string, Config[ConfigKey]][] = [
    ["max_retries", "0", 0],
    ["backoff_base", "0.5", 0.5],
    ["backoff_base", ".5", 0.5],
    ["jitter", "1", 1],
    ["timeout", "none", null],
    ["timeout", "90", 90],
    ["timeout", "1h30m", 5400],
    ["kill_grace", "10s", 10],
    ["fsync", "false", false],
    ["worker_count", " 4 ", 4],
    ["backoff_max", "36500d", 36500 * 86400],
    ["keep_done", "1000", 1000],
    ["keep_done", "1000, 7d", "1000, 7d"],
    ["keep_dead", "none", null],
    ["keep_history", "90d", "90d"],
  ];
  for (const [key, word, value] of takes) assertEquals(parseConfigValue(key, word), value);
});

Deno.test("parseConfigValue() refuses the rest and says what is allowed", () => {
  const refuses: [ConfigKey, string, string][] = [
    ["max_retries", "-1", 'max_retries must be a whole number from 0 to 1000000, not "-1"'],
    ["max_retries", "1.5", "a whole number"],
    ["max_retries", "", "a whole number"],
    ["max_retries", "1e3", "a whole number"],
    ["max_retries", "0x10", "a whole number"],
    ["backoff_base", "two", "a number of seconds from 0 to 3153600000 (36500d)"],
    ["backoff_base", "Infinity", "a number of seconds"],
    ["jitter", "1.1", "a number from 0 to 1"],
    ["timeout", "0", "a number of seconds above 0 and up to 3153600000 (36500d), or none"],
    ["poll_interval", "2x", 'to 3600 (or a span such as 90s, 10m or 1h30m), not "2x"'],
    ["worker_count", "0", "a whole number from 1 to 1024"],
    ["poll_interval", "0", "a number of seconds from 0.05 to 3600"],
    ["fsync", "yes", 'fsync must be true or false, not "yes"'],
    ["fsync", "none", "true or false"],
    ["keep_done", "7d,1000", "a number of jobs such as 1000, a span such as 7d or 12h, both as in"],
    ["keep_done", "1000,7", "a number of jobs"],
    ["keep_history", "1000", 'must be a span with a unit, such as 7d or 12h, or none, not "1000"'],
    ["keep_history", "1000,7d", "must be a span"],
  ];
  for (const [key, word, says] of refuses) {
    assertThrows(() => parseConfigValue(key, word), UsageError, says);
  }
});

Deno.test("configure() keeps what it does not name, and config.json holds only what was set", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.resetConfig();
  await queue.configure({ max_retries: 5 });
  await queue.configure({ backoff_base: 3 });
  assertEquals(JSON.parse(Deno.readTextFileSync(`${dir}/config.json`)), {
    max_retries: 5,
    backoff_base: 3,
  });
  const another = await Queue.open(dir);
  assertEquals(another.config().max_retries, 5);
  assertEquals(another.config().backoff_factor, 3);
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("configure() refuses what no setting allows, so that the queue still opens", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await assertRejects(
    () => queue.configure({ max_retries: -1 }),
    UsageError,
    "max_retries must be a whole number",
  );
  assertEquals((await Queue.open(dir)).config().max_retries, 3);
});

Deno.test("resetConfig() gives the named settings, or all, their defaults back", async () => {
  await using temporary = await temporaryQueue({ max_retries: 9, jitter: 0.5 });
  const { queue } = temporary;
  await queue.resetConfig(["jitter"]);
  assertEquals([queue.config().jitter, queue.config().max_retries], [0, 9]);
  await queue.resetConfig();
  assertEquals(queue.config(), withDefaults({}));
});

Deno.test("settings changed by several at once are all kept", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const changes: Partial<Config>[] = [
    { max_retries: 7 },
    { backoff_base: 7 },
    { backoff_max: 7 },
    { jitter: 0.7 },
    { timeout: 7 },
    { worker_count: 7 },
    { poll_interval: 7 },
    { kill_grace: 7 },
  ];
  await Promise.all(changes.map(async (change) => (await Queue.open(dir)).configure(change)));
  const set = readConfig(nativeFiles, dir, Deno.uid());
  assertEquals(set, Object.assign({ fsync: false }, ...changes));
});

Deno.test("readConfig() ignores keys that it does not know", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  Deno.writeTextFileSync(`${dir}/config.json`, '{"max_retries":1,"colour":"red","__proto__":{}}');
  assertEquals(readConfig(nativeFiles, dir, Deno.uid()), { max_retries: 1 });
});

Deno.test("readConfig() refuses a file that holds something else, and says how to fix it", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const refused: [string, string][] = [
    ["", "config.json is not JSON; fix it, or remove it for the defaults"],
    ["{", "is not JSON"],
    ["[]", "is not a JSON object"],
    ["null", "is not a JSON object"],
    ['{"max_retries":"3"}', 'max_retries must be a whole number from 0 to 1000000, not "3"'],
    ['{"fsync":0}', "fsync must be true or false, not 0"],
    [
      '{"timeout":-1}',
      "timeout must be a number of seconds above 0 and up to 3153600000 (36500d), or none, not -1",
    ],
  ];
  for (const [content, says] of refused) {
    Deno.writeTextFileSync(`${dir}/config.json`, content);
    assertThrows(() => readConfig(nativeFiles, dir, Deno.uid()), QueueError, says);
    await assertRejects(() => Queue.open(dir), QueueError, says);
  }
});
