/** Fails if a file of src/ has more than 300 lines: then it holds more than one idea. */

import { report, sourceFiles } from "./source_files.ts";

const LINES = 300;

const faults: string[] = [];
let total = 0;
for (const { path, text } of sourceFiles(["src"])) {
  const lines = text.split("\n").length - 1;
  total += lines;
  if (lines > LINES) faults.push(`${path} has ${lines} lines; split it, ${LINES} are the most`);
}
report(faults, `no file of src/ has more than ${LINES} lines (${total} in all)`);
