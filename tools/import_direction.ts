/**
 * Fails if a file of src/ imports from a room above its own, or if a room has no number here.
 * What the rooms are is in ARCHITECTURE.md. Imports on demand count too, except for the command line's.
 */

/** The rooms of src/, the lowest first: a file imports from its own room and from those before it. */
const ROOMS = [
  "text",
  "format",
  "fs",
  "process",
  "store",
  "contents",
  "constraints",
  "inspect",
  "moves",
  "schedules",
  "queue.ts",
  "recovery",
  "control",
  "doctor",
  "worker/fetching",
  "worker/maintenance",
  "worker",
  "cli/terminal",
  "cli/table",
  "cli/args",
  "cli/text",
  "cli/completions",
  "cli/commands",
  "cli",
];

/** Files that every room may import. */
const COMMON = ["version.ts", "std.d.ts"];

const root = new URL("../src/", import.meta.url);

/** All source files below a directory, as paths from src/. */
function* sources(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(directory, root))) {
    if (isDirectory) yield* sources(`${directory}${name}/`);
    else if (!COMMON.includes(directory + name)) yield directory + name;
  }
}

/** The number of the room of a file: the longest name in the list that its path begins with. */
function floorOf(path: string): number {
  const rooms = ROOMS.filter((room) => path === room || path.startsWith(`${room}/`));
  return ROOMS.indexOf(rooms.sort((a, b) => b.length - a.length)[0] ?? "");
}

const IMPORT = /^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
const faults: string[] = [];
let count = 0;
for (const path of sources("")) {
  count++;
  const floor = floorOf(path);
  if (floor < 0) faults.push(`src/${path} is in no room of tools/import_direction.ts`);
  const code = Deno.readTextFileSync(new URL(path, root)).replace(/\/\*\*.*?\*\//gs, "");
  for (const match of code.matchAll(IMPORT)) {
    const target = new URL((match[1] ?? match[2])!, new URL(path, root)).href.slice(
      root.href.length,
    );
    if (COMMON.includes(target) || floorOf(target) <= floor) continue;
    faults.push(`src/${path} imports upward, from src/${target}`);
  }
}
if (faults.length > 0) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
console.log(`no import runs upward in ${count} files`);
