/**
 * Prints the import map of deno.json with JSR's own packages in the place of the npm build of the
 * standard library: `deno task jsr`. With `--check` it fails unless that map is all that would have
 * to change.
 */

import { importsOf, report, ROOT, sourceFiles } from "./source_files.ts";

/**
 * The packages of the standard library that are in use: JSR's version, and the modules they export.
 */
const PACKAGES: Readonly<Record<string, { version: string; modules: readonly string[] }>> = {
  assert: { version: "^1", modules: ["."] },
  "data-structures": {
    version: "^1",
    modules: [".", "binary-heap", "binary-search-tree", "comparators", "red-black-tree"],
  },
  fmt: { version: "^1", modules: ["bytes", "colors", "duration", "printf"] },
  path: {
    version: "^1",
    modules: [
      ...["posix", "posix/basename", "posix/common", "posix/dirname", "posix/extname"],
      ...["posix/from-file-url", "posix/is-absolute", "posix/join", "posix/normalize"],
      ...["posix/parse", "posix/relative", "posix/resolve", "posix/to-file-url"],
    ],
  },
  text: {
    version: "^1",
    modules: [
      ...[".", "closest-string", "compare-similarity", "levenshtein-distance"],
      "word-similarity-sort",
    ],
  },
  // Not by module: its 1.0.0 exports decode-time under a misspelled name.
  ulid: { version: "^1", modules: ["."] },
};

const NPM_BUILD = "npm:deno-std@1.4.0";

const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
const map: Record<string, string> = config.imports;

const faults: string[] = [];
const jsrMap: Record<string, string> = {};
for (const [name, target] of Object.entries(map)) {
  const [, library, module = "."] = /^@std\/([^/]+)(?:\/(.+))?$/.exec(name) ?? [];
  if (library === undefined) {
    jsrMap[name] = target;
    continue;
  }
  const known = PACKAGES[library];
  if (!known?.modules.includes(module)) faults.push(`JSR's @std/${library} exports no "${module}"`);
  jsrMap[name] = `jsr:@std/${library}@${known?.version}${module === "." ? "" : `/${module}`}`;
  const file = `${library}/${module === "." ? "mod" : module}`.replaceAll("-", "_");
  const wanted = `${NPM_BUILD}/${file}.js`;
  if (target !== wanted) faults.push(`deno.json maps "${name}" to ${target}, not to ${wanted}`);
}

if (!Deno.args.includes("--check")) {
  console.log(JSON.stringify({ imports: jsrMap }, null, 2));
  Deno.exit();
}

const used = new Set<string>();
for (const file of sourceFiles()) {
  // These have an import map of their own, so that the program does not carry their packages.
  if (/^(?:trials\/browser|tools\/bundle)\//.test(file.path)) continue;
  const packages = /["'`](?:npm|jsr):(?:@?[a-z])/.exec(file.text);
  if (packages && !file.path.startsWith("tools/")) {
    faults.push(`${file.path} names a package by ${packages[0]}…, not by a name of the map`);
  }
  for (const specifier of importsOf(file)) {
    if (/^(?:\.|node:|\$)/.test(specifier)) continue;
    used.add(specifier);
    if (!(specifier in map)) {
      faults.push(`${file.path} imports "${specifier}", not by a name of the map`);
    }
  }
}
for (const name of Object.keys(map)) {
  if (!used.has(name)) faults.push(`deno.json maps "${name}", which no file imports`);
}
report(faults, `to take JSR's packages only the import map has to change (${used.size} names)`);
