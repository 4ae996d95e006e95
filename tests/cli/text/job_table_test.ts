import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CONFIG_KEYS, UsageError } from "../../../mod.ts";
import { optionValue } from "../../../src/cli/args/job_options.ts";
import { GivenOptions } from "../../../src/cli/table/option.ts";
import { type JobInput, newJob } from "../../../src/format/job.ts";
import { JOB_FIELDS, optionName } from "../../../src/format/job_fields.ts";
import { parseConfigValue, SETTINGS } from "../../../src/format/settings.ts";

const DEFAULTS = { max_retries: 3, timeout: null };

/** Whether a value is taken in a job, as JSON has it; if not, the sentence's end that says why. */
function faultInJson(field: string, value: unknown): string | undefined {
  try {
    newJob({ command: "true", [field]: value } as JobInput, DEFAULTS, 0);
  } catch (error) {
    assert(error instanceof UsageError);
    return error.message.replace(`a job's ${field} `, "");
  }
}

function faultOf(read: () => unknown, value: unknown): string | undefined {
  try {
    assertEquals(read(), value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return error.message.replace(/^\S+ /, "").replace(/( \(or a span .*\))?, not ".*"$/, "");
  }
}

Deno.test("what a job and the queue can both be set to has the same bounds, and the same words, in each place", () => {
  const shared = CONFIG_KEYS.filter((key) =>
    ["number", "span"].includes(JOB_FIELDS.get(key)?.type ?? "")
  );
  assertEquals(shared, ["max_retries", "backoff_base", "backoff_factor", "timeout"]);
  const values = [0, 0.001, 1, 5000, 1_000_000, 1_000_001, 3_153_600_000, 3_153_600_001];
  for (const field of shared) {
    for (const value of values) {
      const inJson = faultInJson(field, value);
      const options = new GivenOptions(new Map([[optionName(field), [String(value)]]]));
      const inOption = faultOf(() => optionValue(options, field), value);
      const inConfig = faultOf(() => parseConfigValue(field, String(value)), value);
      const tooLong = value > 3_153_600_000 && JOB_FIELDS.get(field)!.type === "span";
      if (tooLong) assertEquals(inOption, "must be at most 36500d");
      assertEquals(
        [inOption, inConfig],
        [tooLong ? inOption : inJson, inJson],
        `${field} ${value}`,
      );
    }
  }
});

Deno.test("a span of a century is taken by every setting and option that takes long spans", () => {
  for (const key of ["backoff_base", "backoff_max", "timeout"] as const) {
    assertEquals(parseConfigValue(key, "36500d"), 3_153_600_000, key);
    assertThrows(() => parseConfigValue(key, "36501d"), UsageError, "36500d");
  }
});

Deno.test("docs/commands.md names every option of a job and every setting, and protocol.md every field", async () => {
  const read = (name: string) =>
    Deno.readTextFile(new URL(`../../../docs/${name}.md`, import.meta.url));
  const [commands, protocol] = [await read("commands"), await read("protocol")];
  for (const [field, { help, sets }] of JOB_FIELDS) {
    if (help !== undefined) assertStringIncludes(commands, `--${optionName(field)}`);
    assertStringIncludes(commands, `| \`${field}\``);
    if (sets === undefined && field !== "hold") assertStringIncludes(protocol, `\`${field}\``);
  }
  for (const key of Object.keys(SETTINGS)) assertStringIncludes(commands, `| \`${key}\``);
});
