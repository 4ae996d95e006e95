/**
 * The source files that the checks in this directory look at.
 *
 * @module
 */

/** The root of the repository. */
export const ROOT = new URL("../", import.meta.url);

/** Everything that is written in TypeScript. */
export const ALL = ["mod.ts", "src", "tests", "trials", "bench", "tools", "examples"];

/** A source file. */
export interface SourceFile {
  /** Its path from the repository's root. */
  path: string;
  /** Its text. */
  text: string;
}

/** The TypeScript files in some files and directories, in the order of their names. */
export function* sourceFiles(places: readonly string[] = ALL): Generator<SourceFile> {
  for (const path of places) {
    const url = new URL(path, ROOT);
    if (Deno.statSync(url).isDirectory) {
      const names = [...Deno.readDirSync(url)].map(({ name }) => `${path}/${name}`);
      yield* sourceFiles(names.sort());
    } else if (path.endsWith(".ts")) {
      yield { path, text: Deno.readTextFileSync(url) };
    }
  }
}

/** What a file imports: each specifier, static or on demand. */
export function importsOf({ text }: SourceFile): string[] {
  const code = text.replace(/\/\*\*.*?\*\//gs, "");
  const pattern =
    /^(?:import|export)\b[^;]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;
  return Array.from(code.matchAll(pattern), (match) => (match[1] ?? match[2] ?? match[3])!);
}

/** Ends a check: prints its faults and fails, or says that all is well. */
export function report(faults: readonly string[], allWell: string): never {
  if (faults.length === 0) console.log(allWell);
  else console.error(faults.join("\n"));
  Deno.exit(faults.length === 0 ? 0 : 1);
}
