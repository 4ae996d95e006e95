/**
 * Makes the npm package of queuectl in dist/npm, of dist/ and dist/man/: `deno task npm [FOLDER]`.
 */

import { VERSION } from "../../src/version.ts";
import { ROOT } from "../source_files.ts";

/** The Deno that the package brings. */
const DENO = "2.9.6";

const root = decodeURIComponent(ROOT.pathname);
const folder = Deno.args[0] ?? `${root}dist/npm`;

/** Copies the files of a folder whose names match. */
function copyFiles(from: string, to: string, names: RegExp): void {
  Deno.mkdirSync(`${folder}/${to}`, { recursive: true });
  for (const { name } of Deno.readDirSync(root + from)) {
    if (names.test(name)) Deno.copyFileSync(`${root}${from}/${name}`, `${folder}/${to}/${name}`);
  }
}

for (const part of ["bin", "dist", "man"]) {
  try {
    Deno.removeSync(`${folder}/${part}`, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
copyFiles("dist", "dist", /\.(?:js|md)$/);
copyFiles("dist/docs", "dist/docs", /\.md$/);
copyFiles("dist/man", "man", /\.\d$/);
copyFiles("tools/npm", "bin", /^queuectl\.js$/);
copyFiles(".", ".", /^(?:README|CHANGELOG)\.md$|^LICENSE$/);
Deno.chmodSync(`${folder}/bin/queuectl.js`, 0o755);
const about = {
  name: "queuectl",
  version: VERSION,
  description: "A durable job queue that is a directory",
  license: "MIT",
  type: "module",
  bin: { queuectl: "bin/queuectl.js" },
  man: ["man/queuectl.1", "man/queuectl-queue.5"],
  engines: { node: ">=18" },
  os: ["linux", "darwin"],
  dependencies: { deno: DENO },
};
Deno.writeTextFileSync(`${folder}/package.json`, JSON.stringify(about, null, 2) + "\n");
