/**
 * Joins modules to one, so that a browser asks once and not for each. It knows what the pages'
 * modules and their packages have: imports and exports by name, and no circles. It goes by lines
 * and not by a parser, so that the program runs from its source: page_bundle_test.ts holds each
 * file against what Deno's parser makes of it, and lists the texts that this does not know.
 *
 * @module
 */

const IMPORT = /(?<=^|[;\n])\s*import\s*\{([^}]*)\}\s*from\s*"([^"]+)";?/g;
const EXPORT_FROM = /(?<=^|[;\n}])export\s*\{([^}]*)\}\s*from\s*"([^"]+)";?/g;
const EXPORT_LIST = /(?<=^|[;\n}])export\s*\{([^}]*)\};?/g;
const EXPORT_DECLARED = /^export ((?:async function|function|class|const)\s+([\w$]+))/gm;

/**
 * One script that does what a module does.
 *
 * @param entry The path of the module.
 * @param sources The JavaScript of each module by its path, and of each package by its name.
 * @throws {Error} If a module is missing, imports itself by others, or has what is not known here.
 */
export function bundle(entry: string, sources: ReadonlyMap<string, string>): string {
  /** The variable of each module that is joined; `undefined` while what it imports is. */
  const variables = new Map<string, string | undefined>();
  const parts: string[] = [];

  const variableOf = (path: string): string => {
    const known = variables.get(path);
    if (known !== undefined) return known;
    if (variables.has(path)) throw new Error(`${path} imports itself by others`);
    const source = sources.get(path);
    if (source === undefined) throw new Error(`${path} is not among the files of the pages`);
    variables.set(path, undefined);
    const text = joined(source, (specifier) => variableOf(resolved(specifier, path)));
    if (/(?<=^|[;\n}])(?:import|export)\b/.test(text)) {
      throw new Error(`${path} imports or exports in a way that bundle.ts does not know`);
    }
    const variable = `m${parts.length}`;
    variables.set(path, variable);
    parts.push(`// ${path}\nconst ${variable} = (() => {\n${text}\n})();`);
    return variable;
  };

  variableOf(entry);
  return parts.join("\n");
}

/** A module's text as that of a function which returns what the module exports. */
function joined(source: string, variableOf: (specifier: string) => string): string {
  const exported: string[] = [];
  const body = source
    .replace(IMPORT, (_, names, specifier) => {
      const listed = namesIn(names).map(([name, as]) => as === name ? name : `${name}: ${as}`);
      return `\nconst { ${listed.join(", ")} } = ${variableOf(specifier)};`;
    })
    .replace(EXPORT_FROM, (_, names, specifier) => {
      const variable = variableOf(specifier);
      for (const [name, as] of namesIn(names)) exported.push(`${as}: ${variable}.${name}`);
      return "";
    })
    .replace(EXPORT_LIST, (_, names) => {
      for (const [name, as] of namesIn(names)) exported.push(`${as}: ${name}`);
      return "";
    })
    .replace(EXPORT_DECLARED, (_, declaration, name) => {
      exported.push(name);
      return declaration;
    });
  return `${body}\nreturn { ${exported.join(", ")} };`;
}

/** The names in a list such as `a, b as c`: what each is there, and what it is here. */
function namesIn(list: string): [name: string, as: string][] {
  return list.split(",").map((part) => part.trim()).filter(Boolean).map((part) => {
    const [name, as = name] = part.split(/\s+as\s+/);
    return [name!, as!];
  });
}

/** The path of a module that another imports; a package's name as it is. */
function resolved(specifier: string, from: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** A script without comments on lines of their own. */
export function withoutComments(text: string): string {
  return text
    .replace(/^[ \t]*(?:\/\*\*.*?\*\/|\/\/[^\n]*)[ \t]*$|\/\/# source[^\n]*$/gms, "")
    .replace(/^[ \t]+$/gm, "")
    .replace(/\n{2,}/g, "\n");
}
