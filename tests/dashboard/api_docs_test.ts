/** docs/api.md and docs/openapi.json say what the table of routes has, and nothing else. */

import { assert, assertEquals } from "@std/assert";
import { ROUTES } from "../../src/dashboard/server/routes.ts";
import { JOB_FIELDS } from "../../src/format/job_fields.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const page = Deno.readTextFileSync(new URL("api.md", DOCS));
const openapi = JSON.parse(Deno.readTextFileSync(new URL("openapi.json", DOCS)));

const routes = ROUTES.map(({ method, path }) => `${method} ${path}`).sort();

Deno.test("docs/api.md has a row for each route", () => {
  const rows = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` +\| \S/gm)].map(([, route]) => route!);
  assertEquals(rows.sort(), routes);
});

Deno.test("docs/openapi.json describes each route, with the parameters in its path", () => {
  const described: string[] = [];
  for (const [path, item] of Object.entries<Record<string, unknown>>(openapi.paths)) {
    const { parameters = [], ...methods } = item;
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assertEquals(
      (parameters as { $ref: string }[]).map(({ $ref }) => $ref.split("/").at(-1)),
      named,
      path,
    );
    for (const [method, operation] of Object.entries(methods)) {
      described.push(`${method.toUpperCase()} ${path}`);
      const { summary, requestBody, responses } = operation as Record<string, unknown>;
      assert(typeof summary === "string" && responses, path);
      assertEquals(requestBody !== undefined, method === "post", path);
    }
  }
  assertEquals(described.sort(), routes);
});

Deno.test("docs/openapi.json refers to nothing that it does not have", () => {
  const refs = [...JSON.stringify(openapi).matchAll(/"\$ref":"#\/([^"]+)"/g)];
  assert(refs.length > 10);
  for (const [, path] of refs) {
    const found = path!.split("/").reduce((at, name) => at?.[name], openapi);
    assert(found !== undefined, path);
  }
});

Deno.test("docs/openapi.json has each field of a job", () => {
  const described = Object.keys(openapi.components.schemas.JobInput.properties);
  assertEquals(described.sort(), [...JOB_FIELDS.keys()].filter((name) => name !== "at").sort());
});
