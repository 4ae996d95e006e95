/**
 * Writes the table of job fields in docs/protocol.md, made from those of the sources: `deno task
 * docs`. With --check it writes nothing, and fails if the table is not what the sources say.
 */

import type { Check } from "../src/format/field_checks.ts";
import { WRITTEN_FIELDS } from "../src/format/written_fields.ts";
import { JOB_FIELDS } from "../src/format/job_fields.ts";
import { code, formatted, table, writePage } from "./markdown.ts";
import { ROOT } from "./source_files.ts";

const PAGE = "docs/protocol.md";
const [BEGIN, END] = ["<!-- job fields, by deno task docs -->", "<!-- end of job fields -->"];

/** What a field takes, in the words in which its check refuses something else. */
function takes(check: Check): string {
  return check(Symbol())!.replace("must be ", "").replace(", or none", ", or null");
}

const rows = [...JOB_FIELDS]
  .filter(([name, { sets }]) => sets === undefined && name !== "hold")
  .map(([name, { check, help, meaning = help!, default: usual, hasSetting }]) => {
    const standard = hasSetting ? "the setting of that name" : usual;
    const otherwise = standard === undefined ? "" : `; default: ${standard}`;
    return [code(name), takes(check), meaning + otherwise];
  });
const written = [...WRITTEN_FIELDS].map((
  [name, { check, meaning }],
) => [code(name), takes(check), meaning]);

const page = await Deno.readTextFile(new URL(PAGE, ROOT));
const [before, rest] = page.split(BEGIN) as [string, string];
const after = rest.split(END)[1]!;
const fields = table(["field", "takes", "meaning"], [...rows, ...written]);
await writePage(PAGE, await formatted(`${before}${BEGIN}\n\n${fields}\n\n${END}${after}`));
