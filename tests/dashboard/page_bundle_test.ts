/** The joined script of the pages, held against what a parser makes of each file. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { stripTypeScriptTypes } from "node:module";
import preact from "preact" with { type: "text" };
import preactHooks from "preact/hooks" with { type: "text" };
import signals from "@preact/signals" with { type: "text" };
import signalsCore from "@preact/signals-core" with { type: "text" };
import { bundle, withoutComments } from "../../src/dashboard/page/bundle.ts";
import { assets } from "../../src/dashboard/page/assets.ts";
import { joinedModules, type Module, moduleOf, type Node, nodesIn } from "./parsed_script.ts";

const PAGES = new URL("../../src/dashboard/page/", import.meta.url);

const PACKAGES: Readonly<Record<string, string>> = {
  "preact": preact,
  "preact/hooks": preactHooks,
  "@preact/signals": signals,
  "@preact/signals-core": signalsCore,
};

/** What a joined script does otherwise than its modules: a sentence each. */
function faultsOf(script: string, sourceOf: (path: string) => string): string[] {
  const broken = syntaxFaults(script);
  if (broken.length > 0) return broken;
  const joined = joinedModules(script);
  const variables = new Map(joined.map(({ path, variable }) => [path, variable]));
  const modules = new Map(joined.map(({ path }) => [path, moduleOf(sourceOf(path))]));
  return joined.flatMap(({ path, imports, exports, rest }) => {
    const module = modules.get(path)!;
    const pathOf = (from: string) =>
      from.startsWith(".") ? new URL(from, `file:///${path}`).pathname.slice(1) : from;
    const variableOf = (from: string) => variables.get(pathOf(from));
    const wantedImports = module.imports.map(({ from, name, as }) =>
      `${as} = ${variableOf(from)}.${name}`
    );
    const wantedExports = [...module.exports].map(([name, value]) => {
      const [, from, of] = /^(.+):(.+)$/.exec(value) ?? [];
      return `${name}: ${from === undefined ? value : `${variableOf(from)}.${of}`}`;
    });
    return [
      ...module.faults,
      ...module.imports.filter(({ from, name }) => !modules.get(pathOf(from))?.exports.has(name))
        .map(({ from, name }) => `${from} exports no ${name}`),
      ...(path.endsWith(".ts") ? changedExports(module) : []),
      ...differences("imports", imports, wantedImports),
      ...differences("exports", exports, wantedExports),
      ...differences("does", rest.map(jsonOf), module.rest.map(jsonOf)),
    ].map((fault) => `${path}: ${fault}`);
  });
}

/** What keeps a browser from running a script, by its modules. */
function syntaxFaults(script: string): string[] {
  return script.split(/^(?=\/\/ \S+\nconst m\d+ = )/m).flatMap((part) => {
    try {
      new Function(part);
      return [];
    } catch (error) {
      return [`${part.slice(3, part.indexOf("\n"))}: ${error}`];
    }
  });
}

const jsonOf = (node: Node) => JSON.stringify(node);

/** Exports that get another value later: a joined script passes the first on. */
function changedExports({ exports, rest }: Module): string[] {
  const own = new Set(exports.values());
  return [...nodesIn(rest)].flatMap(({ type, left, argument }) => {
    const target = type === "AssignmentExpression" ? left : argument;
    if (!/^(?:Assignment|Update)Expression$/.test(type)) return [];
    const { name } = target as Node;
    return typeof name === "string" && own.has(name) ? [`${name} changes`] : [];
  });
}

function differences(what: string, got: readonly string[], wanted: readonly string[]): string[] {
  const [has, wants] = [new Set(got), new Set(wanted)];
  return [
    ...wanted.filter((each) => !has.has(each)).map((each) => `${what} not: ${each.slice(0, 300)}`),
    ...got.filter((each) => !wants.has(each)).map((each) => `${what}: ${each.slice(0, 300)}`),
  ];
}

/** A file of the pages, without types; a package by its name. */
function pageSource(path: string): string {
  if (PACKAGES[path] !== undefined) return PACKAGES[path];
  return stripTypeScriptTypes(Deno.readTextFileSync(new URL(path, PAGES)));
}

Deno.test("the pages' scripts import, export and do what a parser finds in their files", () => {
  let modules = 0;
  for (const [path, { body }] of assets()) {
    if (!path.endsWith(".js")) continue;
    const script = new TextDecoder().decode(body);
    // The browser gets this one without what makes it.
    const sourceOf = (path: string) =>
      path === "job_fields.ts"
        ? "export const FORM_FIELDS = [];\nexport const ADDED_FIELDS = [];"
        : pageSource(path);
    const faults = faultsOf(script, sourceOf).filter((fault) =>
      !/^job_fields.ts: does/.test(fault)
    );
    assertEquals(faults, []);
    modules += joinedModules(script).length;
  }
  assert(modules > 40);
});

/** Joins a module that imports `./x.ts`, and says what is wrong with it. */
function faultsWith(source: string, x = "export const x = 1;"): string[] {
  const sources = new Map([["main.ts", source], ["x.ts", x]]);
  const script = bundle(
    "main.ts",
    new Map([...sources].map(([path, text]) => [path, withoutComments(text)])),
  );
  return faultsOf(script, (path) => sources.get(path)!);
}

Deno.test("a module that a joined script may have has no fault", () => {
  assertEquals(
    faultsWith(
      [
        'import { x as y } from "./x.ts";',
        "/** Says it. */",
        "export const a = `${y} in /* text */`;",
        "  // A comment.",
        "export async function b() {}",
        "export class C {}",
        "let d = 1;",
        "d++;",
        "export { a as e };",
      ].join("\n"),
    ),
    [],
  );
});

for (
  const [what, source] of Object.entries({
    "a default export": "export default 1;",
    "an export of all": 'export * from "./x.ts";',
    "a variable": "export let a = 1;",
    "a pattern": "export const { a } = {};",
    "a generator": "export function* a() {}",
    "an import of all": 'import * as all from "./x.ts";',
    "a default import": 'import x from "./x.ts";',
    "an import for its effects": 'import "./x.ts";',
    "a module that is missing": 'import { y } from "./y.ts";',
    "a module that imports itself": 'import { a } from "./main.ts";\nexport const a = 1;',
  })
) {
  Deno.test(`a script with ${what} cannot be joined`, () => {
    assertThrows(() => faultsWith(source), Error);
  });
}

for (
  const [what, source] of Object.entries({
    "an import of another type": 'import { x } from "./x.ts" with { type: "json" };',
    "a wait": "export const a = await 1;",
    "an export after a comment": "/* a */ export const a = 1;",
    "two constants in one export": "export const a = 1, b = 2;",
    "an import that is not exported": 'import { y } from "./x.ts";',
    "an import on demand": 'export const a = () => import("./x.ts");',
    "its own address": "export const a = import.meta.url;",
    "an export that changes": "let a = 1;\nexport { a };\nexport const b = () => a++;",
    "text like an import": 'export const a = `\nimport { x } from "./x.ts";`;',
    "text like an export": "export const a = `\nexport const b = 1;`;",
    "text like a comment": "export const a = `\n// b\n/** c */`;",
    "text with a blank line": "export const a = `b\n\nc`;",
    "text with a line of blanks": "export const a = `b\n \nc`;",
  })
) {
  Deno.test(`a script with ${what} is found to be another than its module`, () => {
    assert(faultsWith(source).length > 0);
  });
}
