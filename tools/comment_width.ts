/** Fails if a line with a comment is wider than 100 columns; code is for `deno fmt` to break. */

import { report, sourceFiles } from "./source_files.ts";

const COLUMNS = 100;

/** A comment that begins the line, goes on in it, or follows code. */
const COMMENT = /^\s*(?:\/\/|\/?\*)|[;,{})\]]\s+\/\/ /;

const faults: string[] = [];
for (const { path, text } of sourceFiles()) {
  for (const [index, line] of text.split("\n").entries()) {
    const columns = [...line].length;
    if (columns <= COLUMNS || !COMMENT.test(line)) continue;
    faults.push(`${path}:${index + 1}: a comment of ${columns} columns; break it at ${COLUMNS}`);
  }
}
report(faults, `no comment is wider than ${COLUMNS} columns`);
