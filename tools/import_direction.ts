/**
 * Fails if a file of src/ imports from a room above its own, or lies in no room of this list; the
 * dashboard imports nothing but mod.ts.
 * ARCHITECTURE.md describes the rooms. Imports on demand count too, but for the command line's.
 */

import { importsOf, report, ROOT, sourceFiles } from "./source_files.ts";

/**
 * The rooms of src/, the lowest first: a file imports from its own room and from those before it.
 */
const ROOMS = [
  "text",
  "format",
  "fs",
  "process",
  "service",
  "store",
  "contents",
  "constraints",
  "inspect",
  "moves",
  "schedules",
  "queue.ts",
  "backup",
  "recovery",
  "control",
  "doctor",
  "worker/fetching",
  "worker/maintenance",
  "worker",
  "dashboard",
  "cli/terminal",
  "cli/table",
  "cli/args",
  "cli/text",
  "cli/completions",
  "cli/watch",
  "cli/commands",
  "cli",
];

/** Rooms that import nothing of src/ but their own, and mod.ts. */
const OUTSIDE = ["dashboard"];

/** Files that every room may import. */
const COMMON = ["version.ts", "std.d.ts"];

/** The number of the room of a file: the longest name in the list that its path begins with. */
function floorOf(path: string): number {
  const rooms = ROOMS.filter((room) => path === room || path.startsWith(`${room}/`));
  return ROOMS.indexOf(rooms.sort((a, b) => b.length - a.length)[0] ?? "");
}

const src = new URL("src/", ROOT).href;
const faults: string[] = [];
let count = 0;
for (const file of sourceFiles(["src"])) {
  const path = file.path.slice("src/".length);
  if (COMMON.includes(path)) continue;
  count++;
  const floor = floorOf(path);
  if (floor < 0) faults.push(`${file.path} is in no room of tools/import_direction.ts`);
  for (const specifier of importsOf(file)) {
    if (!specifier.startsWith(".")) continue;
    const url = new URL(specifier, src + path).href;
    const target = url.slice(src.length);
    if (OUTSIDE.includes(ROOMS[floor]!)) {
      if (url === new URL("mod.ts", ROOT).href || floorOf(target) === floor) continue;
      faults.push(`${file.path} imports past mod.ts, from src/${target}`);
      continue;
    }
    if (COMMON.includes(target) || floorOf(target) <= floor) continue;
    faults.push(`${file.path} imports upward, from src/${target}`);
  }
}
report(faults, `no import runs upward in ${count} files`);
