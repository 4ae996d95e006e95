/**
 * Fails if modules import each other in a circle: `deno run -A tools/circular_imports.ts mod.ts`.
 * Type-only imports count too, as a reader follows them all the same. What is loaded on demand does
 * not: that is how the table of commands reaches each command, and a few of those read the table.
 */

import { report, ROOT } from "./source_files.ts";

interface Module {
  specifier: string;
  dependencies?: {
    code?: { specifier?: string };
    type?: { specifier?: string };
    isDynamic?: boolean;
  }[];
}

const imports = new Map<string, string[]>();
for (const entry of Deno.args) {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
  }).output();
  if (!success) report([new TextDecoder().decode(stderr)], "");
  const modules: Module[] = JSON.parse(new TextDecoder().decode(stdout)).modules;
  for (const { specifier, dependencies = [] } of modules) {
    const targets = dependencies.filter(({ isDynamic }) => !isDynamic).map(({ code, type }) =>
      code?.specifier ?? type?.specifier
    );
    imports.set(specifier, targets.filter((target) => target !== undefined));
  }
}

/** The modules on a circle that is reached from one, or `undefined`. */
function circleFrom(module: string, path: string[], clear: Set<string>): string[] | undefined {
  const at = path.indexOf(module);
  if (at >= 0) return [...path.slice(at), module];
  if (clear.has(module)) return undefined;
  for (const target of imports.get(module) ?? []) {
    const circle = circleFrom(target, [...path, module], clear);
    if (circle) return circle;
  }
  clear.add(module);
}

const clear = new Set<string>();
for (const module of imports.keys()) {
  const circle = circleFrom(module, [], clear);
  if (circle) {
    report(["circular import:", ...circle.map((one) => `  ${one.replace(ROOT.href, "")}`)], "");
  }
}
report([], `no circular imports in ${imports.size} modules`);
