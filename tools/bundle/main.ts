/**
 * Makes dist/: queuectl as a few JavaScript files that need no package and no compiler, and the
 * script that starts them. `deno task bundle [FOLDER]`.
 *
 * 1. A copy of src/ in which `import(later("./x.ts"))` is a plain `import("./x.ts")`, so that a
 *    bundler finds it.
 * 2. `deno bundle` takes the types out, resolves packages by the import map of deno.json and parts
 *    what is loaded later from what is not.
 * 3. Rollup joins all that `enqueue` begins with to one file: a file costs more than its size.
 * 4. The imports on demand are hidden from the runtime again, which would load them at once.
 */

import { rollup } from "rollup";

const ROOT = new URL("../../", import.meta.url);

/** A path that is loaded on demand, and how it stands in the sources. */
const LATER = /\blater\(\s*(["`][^"`]+["`]),?\s*\)/g;

/** The folder of the pages that `queuectl help` shows. */
const PAGES = /new URL\("(?:\.\.\/)+docs\/", import\.meta\.url\)/g;

/** A module that another process or thread begins with. */
const STARTED = /new URL\("([^"]+)\.ts", import\.meta\.url\)/g;

const dist = Deno.args[0] ?? decodeURIComponent(new URL("dist", ROOT).pathname);
const work = Deno.makeTempDirSync({ prefix: "queuectl-bundle-" });
try {
  const entries = copySources();
  await partSources(entries);
  await joinStart(entries);
} finally {
  Deno.removeSync(work, { recursive: true });
}

/** Copies the sources as a bundler can read them; gives the modules that something begins with. */
function copySources(): string[] {
  const entries = new Set(["src/cli/main.ts"]);
  const commands = filesIn("src/cli/commands").map((path) => path.slice("src/cli/".length));
  const loaders = commands.map((path) => `"../${path}": () => import("../${path}")`).join(", ");
  for (const path of ["deno.json", "deno.lock", "mod.ts", ...filesIn("src")]) {
    const text = Deno.readTextFileSync(new URL(path, ROOT))
      .replace(/\bimport\(\s*later\((`[^`]+`)\),?\s*\)/g, `({ ${loaders} })[$1]!()`)
      .replaceAll(LATER, "$1")
      .replaceAll(PAGES, 'new URL("./docs/", import.meta.url)')
      .replaceAll(STARTED, (_, started: string) => {
        const entry = new URL(`${started}.ts`, `file:///${path}`).pathname.slice(1);
        entries.add(entry);
        return `new URL("./${nameOf(entry)}.js", import.meta.url)`;
      });
    Deno.mkdirSync(`${work}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${work}/${path}`, text);
  }
  return [...entries];
}

/** Bundles the copy to `parts/`. */
async function partSources(entries: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--code-splitting", "--outdir", "parts", ...entries],
    cwd: work,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Joins what the program begins with, and writes all to dist/. */
async function joinStart(entries: readonly string[]): Promise<void> {
  const parts = `${work}/parts`;
  const main = `${parts}/cli/main.js`;
  const input = Object.fromEntries(entries.map((entry) => {
    const part = `${parts}${entry.slice("src".length, -".ts".length)}.js`;
    return [nameOf(entry), part];
  }));
  const bundle = await rollup({
    input,
    preserveEntrySignatures: false,
    external: (id) => id.startsWith("node:"),
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  const begun = new Set([main]);
  const { output } = await bundle.generate({
    dir: dist,
    format: "es",
    chunkFileNames: "[name].js",
    manualChunks: (id, { getModuleInfo }) => {
      for (const each of begun) getModuleInfo(each)?.importedIds.forEach((path) => begun.add(path));
      return begun.has(id) ? "main" : null;
    },
  });
  await bundle.close();
  Deno.mkdirSync(dist, { recursive: true });
  for (const { name } of Deno.readDirSync(dist)) {
    if (name.endsWith(".js")) Deno.removeSync(`${dist}/${name}`);
  }
  for (const file of output) {
    if (file.type !== "chunk") throw new Error(`${file.fileName} is no script`);
    const code = file.code.replaceAll(/\bimport\((['"]\.[^'"]+['"])\)/g, "import([$1][0])");
    Deno.writeTextFileSync(`${dist}/${file.fileName}`, code);
  }
  Deno.mkdirSync(`${dist}/docs`, { recursive: true });
  for (const path of filesIn("docs").filter((path) => /^docs\/[^/]+\.md$/.test(path))) {
    Deno.copyFileSync(new URL(path, ROOT), `${dist}/${path}`);
  }
  for (const name of ["README.md", "SECURITY.md", "CHANGELOG.md"]) {
    Deno.copyFileSync(new URL(name, ROOT), `${dist}/${name}`);
  }
  const script = Deno.readTextFileSync(new URL("bin/queuectl", ROOT));
  Deno.writeTextFileSync(
    `${dist}/queuectl`,
    script.replace("${main%/bin/*}/src/cli/main.ts", "${main%/*}/main.js")
      .replace(
        '[ -n "$(command -v deno)" ]',
        'deno=${main%/*}/deno\n[ -x "$deno" ] || deno=deno\n[ -n "$(command -v "$deno")" ]',
      )
      .replace("exec deno run", 'exec "$deno" run --no-config'),
    { mode: 0o755 },
  );
}

/** The name of a module without its folder: all files of dist/ lie in one. */
function nameOf(path: string): string {
  return path.replace(/^.*\/(.*)\.ts$/, "$1");
}

/** The paths of all files below a folder. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}
