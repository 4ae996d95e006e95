/**
 * JavaScript as Deno's parser has it, which tests can ask through the linter, and what a bundler
 * has to make of a module by that.
 *
 * @module
 */

/** A node of a syntax tree, without its place. */
export interface Node {
  type: string;
  [name: string]: Node | Node[] | string | boolean | null | undefined;
}

/**
 * The statements of a script or a module.
 *
 * @throws {Error} If it is none.
 */
export function statementsOf(text: string): Node[] {
  let statements: Node[] = [];
  const rule: Deno.lint.Rule = {
    create: () => ({
      Program({ body }) {
        statements = plain(body) as Node[];
      },
    }),
  };
  Deno.lint.runPlugin({ name: "read", rules: { read: rule } }, "module.js", text);
  return statements;
}

/** A copy without places and parents; what is no JSON as text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) {
    return typeof value === "bigint" ? String(value) : value;
  }
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    if (key !== "range" && key !== "parent") copy[key] = plain(value[key as keyof typeof value]);
  }
  return copy;
}

/** All nodes below some, and these. */
export function* nodesIn(value: Node[string]): Generator<Node> {
  if (Array.isArray(value)) { for (const each of value) yield* nodesIn(each); }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  yield value;
  for (const key in value) yield* nodesIn(value[key]);
}

/** What a module imports, exports, and does beside that. */
export interface Module {
  /** Each import or export from another module: `local = specifier:imported`. */
  imports: { from: string; name: string; as: string }[];
  /** What it exports by name: a name of its own, or `specifier:name`. */
  exports: Map<string, string>;
  /** The statements without `import` and `export`. */
  rest: Node[];
  /** What a joined script cannot have: a sentence each. */
  faults: string[];
}

/** Reads what a bundler needs to know of a module. */
export function moduleOf(text: string): Module {
  const module: Module = { imports: [], exports: new Map(), rest: [], faults: [] };
  for (const node of statementsOf(text)) read(node, module);
  for (const { type } of nodesIn(module.rest)) {
    if (type === "ImportExpression" || type === "MetaProperty") module.faults.push(type);
  }
  return module;
}

function read(node: Node, { imports, exports, rest, faults }: Module): void {
  const { type } = node;
  const specifiers = (node.specifiers ?? []) as Node[];
  const from = node.source ? textOf(node.source) : undefined;
  if ((node.attributes as Node[] | undefined)?.length) faults.push(`attributes of ${from}`);
  if (type === "ImportDeclaration") {
    for (const each of specifiers) {
      if (each.type !== "ImportSpecifier") faults.push(each.type);
      else imports.push({ from: from!, name: textOf(each.imported), as: textOf(each.local) });
    }
    if (specifiers.length === 0) faults.push(`an import of nothing from ${from}`);
  } else if (type === "ExportNamedDeclaration") {
    for (const { local, exported } of specifiers) {
      exports.set(textOf(exported), (from === undefined ? "" : `${from}:`) + textOf(local));
    }
    const declared = node.declaration as Node | null;
    if (!declared) return;
    rest.push(declared);
    const names = declared.declarations
      ? (declared.declarations as Node[]).map(({ id }) => id)
      : [declared.id];
    for (const name of names) exports.set(textOf(name), textOf(name));
    if (declared.kind === "let" || declared.kind === "var") faults.push(`export ${declared.kind}`);
  } else if (type.startsWith("Export") || type.startsWith("Import")) {
    faults.push(type);
  } else {
    rest.push(node);
  }
}

/** An identifier's name, or the text of a literal. */
function textOf(node: Node[string]): string {
  const { name, value, type } = node as Node;
  if (typeof (name ?? value) !== "string") throw new Error(`${type} is no name`);
  return (name ?? value) as string;
}

/** A module as a joined script has it. */
export interface JoinedModule {
  path: string;
  /** The variable that holds what it exports. */
  variable: string;
  /** As {@linkcode Module} has them, but with variables for other modules. */
  imports: string[];
  exports: string[];
  rest: Node[];
}

/** Reads a script that `bundle` joined. */
export function joinedModules(script: string): JoinedModule[] {
  const paths = [...script.matchAll(/^\/\/ (\S+)\nconst m\d+ = /gm)].map(([, path]) => path!);
  return statementsOf(script).map((statement, index) => {
    const [{ id, init } = {} as Node] = statement.declarations as Node[];
    const { body } = ((init as Node).callee as Node).body as Node;
    const inner = body as Node[];
    const end = inner.at(-1)!.argument as Node;
    const joined: JoinedModule = {
      path: paths[index]!,
      variable: textOf(id),
      imports: [],
      exports: (end.properties as Node[]).map(({ key, value }) => `${textOf(key)}: ${of(value)}`),
      rest: [],
    };
    for (const node of inner.slice(0, -1)) {
      const [first] = (node.declarations ?? []) as Node[];
      const from = first?.init as Node | undefined;
      const pattern = first?.id as Node | undefined;
      if (pattern?.type !== "ObjectPattern" || !/^m\d+$/.test(String(from?.name))) {
        joined.rest.push(node);
        continue;
      }
      for (const { key, value } of pattern.properties as Node[]) {
        joined.imports.push(`${textOf(value)} = ${textOf(from)}.${textOf(key)}`);
      }
    }
    return joined;
  });
}

/** A name, or a property of one: `m1.name`. */
function of(value: Node[string]): string {
  const { type, object, property } = value as Node;
  return type === "MemberExpression" ? `${textOf(object)}.${textOf(property)}` : textOf(value);
}
