import { assert } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

function* sources(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, directory));
    else yield new URL(name, directory);
  }
}

/** Names imported from src/queue/ or src/worker/, wherever in a source they are. */
function importedNames(source: string): string[] {
  const names: string[] = [];
  for (
    const [, list] of source.matchAll(
      /import (?:type )?\{([^}]*)\} from "[./]+\/(?:queue|worker)\//g,
    )
  ) {
    names.push(
      ...list!.split(",").map((name) => name.replace(/^\s*type /, "").trim()).filter(Boolean),
    );
  }
  for (
    const [, name] of source.matchAll(/\{ (\w+) \} = await import\("[./]+\/(?:queue|worker)\//g)
  ) {
    names.push(name!);
  }
  return names;
}

Deno.test("the command line uses only what mod.ts exports", async () => {
  const face = await Deno.readTextFile(new URL("mod.ts", ROOT));
  const exported = new Set(face.match(/\w+/g));
  for (const url of sources(new URL("src/cli/", ROOT))) {
    for (const name of importedNames(await Deno.readTextFile(url))) {
      assert(exported.has(name), `${name}, in ${url.pathname}`);
    }
  }
});
