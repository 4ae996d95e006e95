import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

function* sources(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, directory));
    else yield new URL(name, directory);
  }
}

/** The names that a source of the command line imports from outside src/cli/. */
function importedNames(source: string, url: URL): string[] {
  const names: string[] = [];
  const imports = /(?:import|const) (?:type )?\{([^}]*)\} (?:from|= await import\() ?"(\.[^"]+)"/g;
  for (const [, list, path] of source.matchAll(imports)) {
    // How this very process was started and loads its parts is the program's own business, not the
    // library's; the dashboard uses mod.ts itself.
    if (
      /\/src\/(cli\/|dashboard\/|process\/launcher|text\/later)/.test(new URL(path!, url).pathname)
    ) continue;
    names.push(...list!.split(",").map((name) => name.replace(/^\s*type /, "").trim()));
  }
  return names.filter(Boolean);
}

Deno.test("the command line uses only what mod.ts exports", async () => {
  const face = await Deno.readTextFile(new URL("mod.ts", ROOT));
  const exported = new Set(face.match(/\w+/g));
  for (const url of sources(new URL("src/cli/", ROOT))) {
    for (const name of importedNames(await Deno.readTextFile(url), url)) {
      assert(exported.has(name), `${name}, in ${url.pathname}`);
    }
  }
});
