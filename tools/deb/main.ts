/**
 * Makes the Debian package of queuectl, of dist/ and dist/man/: `deno task deb [FOLDER]`. Needs
 * dpkg-deb and no root. It holds the Deno that runs this, as Debian has none. The same sources and
 * the same Deno give the same bytes.
 */

import { VERSION } from "../../src/version.ts";
import { ROOT } from "../source_files.ts";
import { packagedUnit } from "./unit.ts";

const root = decodeURIComponent(ROOT.pathname);
const out = Deno.args[0] ?? `${root}dist`;
const MAINTAINER = "the queuectl maintainers <queuectl@users.noreply.github.com>";

/** Where the program lies. */
const LIB = "usr/lib/queuectl";
const DOC = "usr/share/doc/queuectl";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The texts of what comes with the program, by path. Those in *.gz are compressed. */
async function texts(): Promise<Record<string, string>> {
  const changes = readText("CHANGELOG.md");
  return {
    "usr/share/man/man1/queuectl.1.gz": readText("dist/man/queuectl.1"),
    "usr/share/man/man5/queuectl-queue.5.gz": readText("dist/man/queuectl-queue.5"),
    "usr/share/bash-completion/completions/queuectl": await queuectl("completions", "bash"),
    "usr/share/zsh/vendor-completions/_queuectl": await queuectl("completions", "zsh"),
    "usr/share/fish/vendor_completions.d/queuectl.fish": await queuectl("completions", "fish"),
    "usr/lib/systemd/user/queuectl.service": packagedUnit(`/${LIB}`),
    "usr/share/lintian/overrides/queuectl": OVERRIDES,
    [`${DOC}/copyright`]: copyright(),
    [`${DOC}/changelog.gz`]: debianChanges(changes),
    [`${DOC}/CHANGELOG.md.gz`]: changes,
  };
}

function readText(path: string): string {
  return Deno.readTextFileSync(root + path);
}

/** What the bundle prints. */
async function queuectl(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", `${root}dist/main.js`, ...args],
    stdin: "null",
  }).output();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** What lintian finds at a program that is built elsewhere, each with its reason. */
const OVERRIDES =
  `# Deno as its authors publish it on npm: it has its libraries linked in, at the versions that it is
# tested with, and is linked without Debian's flags.
queuectl: embedded-library lcms2 [usr/lib/queuectl/deno]
queuectl: hardening-no-relro [usr/lib/queuectl/deno]
`;

function copyright(): string {
  const licence = readText("LICENSE").split(/Copyright[^\n]*\n\n/)[1]!.trim().split("\n")
    .map((line) => ` ${line === "" ? "." : line}`).join("\n");
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: queuectl

Files: *
Copyright: 2026 the queuectl maintainers
License: Expat

Files: ${LIB}/deno
Copyright: 2018-2026 the Deno authors
License: Expat
Comment: Deno ${Deno.version.deno}, as npm has it. V8 and the libraries in it have licences of
 their own: https://github.com/denoland/deno

License: Expat
${licence}
`;
}

/** The changelog in Debian's form: a line for each version. */
function debianChanges(changes: string): string {
  const released = [...changes.matchAll(/^## \[([\d.]+)\] - (\S+)$/gm)];
  return released.map(([, version, day]) => {
    const date = new Date(`${day}T00:00:00Z`).toUTCString().replace("GMT", "+0000");
    return `queuectl (${version}) unstable; urgency=medium

  * Version ${version}: CHANGELOG.md.gz says what changed.

 -- ${MAINTAINER}  ${date}
`;
  }).join("\n");
}

/** Before it is removed: workers go on, and afterwards nothing is left that could stop them. */
const PRERM = `#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
pids=
for each in /proc/[0-9]*/exe; do
  [ "$(readlink "$each" || true)" != /${LIB}/deno ] || { each=\${each%/exe}; pids="$pids \${each##*/}"; }
done
[ -z "$pids" ] ||
  echo "queuectl: workers still run; to let them finish their jobs and exit: kill$pids"
`;

function control(kilobytes: number): string {
  return `Package: queuectl
Version: ${VERSION}
Architecture: amd64
Maintainer: ${MAINTAINER}
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.27), libgcc-s1 (>= 3.0)
Section: utils
Priority: optional
Description: durable job queue that is a directory
 queuectl runs shell commands in the background, durably, with retries. Its
 whole state is a directory: each job is a JSON file, and an atomic rename is
 every transition. There is no database, no daemon and no port.
 .
 This package contains the Deno ${Deno.version.deno} that it runs on.
`;
}

/** Compresses without a time or a name, so that the bytes are the same each time. */
async function gzipped(text: string): Promise<Uint8Array> {
  const child = new Deno.Command("gzip", { args: ["-9n"], stdin: "piped", stdout: "piped" })
    .spawn();
  await new Blob([text]).stream().pipeTo(child.stdin);
  return (await child.output()).stdout;
}

/** Copies the bundle and Deno, and writes the rest. */
async function fill(stage: string): Promise<void> {
  Deno.mkdirSync(`${stage}/${LIB}/docs`, { recursive: true });
  for (const { name, isFile } of Deno.readDirSync(`${root}dist`)) {
    const isPart = isFile && (/\.(?:js|md)$/.test(name) || name === "queuectl");
    if (isPart) Deno.copyFileSync(`${root}dist/${name}`, `${stage}/${LIB}/${name}`);
  }
  for (const { name } of Deno.readDirSync(`${root}dist/docs`)) {
    Deno.copyFileSync(`${root}dist/docs/${name}`, `${stage}/${LIB}/docs/${name}`);
  }
  Deno.copyFileSync(Deno.execPath(), `${stage}/${LIB}/deno`);
  for (const [path, text] of Object.entries(await texts())) {
    Deno.mkdirSync(`${stage}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    const bytes = path.endsWith(".gz") ? await gzipped(text) : encoder.encode(text);
    Deno.writeFileSync(`${stage}/${path}`, bytes);
  }
  Deno.mkdirSync(`${stage}/usr/bin`);
  Deno.symlinkSync("../lib/queuectl/queuectl", `${stage}/usr/bin/queuectl`);
}

/** The paths of all files and folders below one, the deepest first. */
function below(folder: string): string[] {
  return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory ? [...below(path), path] : [path];
  });
}

async function md5sums(stage: string): Promise<string> {
  const files = below(stage).filter((path) => Deno.lstatSync(path).isFile)
    .map((path) => path.slice(stage.length + 1));
  const { stdout } = await new Deno.Command("md5sum", { args: files, cwd: stage }).output();
  return decoder.decode(stdout);
}

const day = readText("CHANGELOG.md").match(/^## \[[\d.]+\] - (\S+)$/m)![1]!;
const epoch = Deno.env.get("SOURCE_DATE_EPOCH") ?? String(Date.parse(`${day}T00:00:00Z`) / 1000);
const stage = Deno.makeTempDirSync({ prefix: "queuectl-deb-" });
try {
  await fill(stage);
  const files = below(stage);
  const bytes = files.reduce((sum, path) => sum + Deno.lstatSync(path).size, 0);
  const sums = await md5sums(stage);
  Deno.mkdirSync(`${stage}/DEBIAN`);
  Deno.writeTextFileSync(`${stage}/DEBIAN/control`, control(Math.ceil(bytes / 1024)));
  Deno.writeTextFileSync(`${stage}/DEBIAN/md5sums`, sums);
  Deno.writeTextFileSync(`${stage}/DEBIAN/prerm`, PRERM);
  for (const path of [...below(stage), stage]) {
    const { isSymlink, isDirectory } = Deno.lstatSync(path);
    // The time of a link is cut to SOURCE_DATE_EPOCH by dpkg-deb.
    if (isSymlink) continue;
    const isProgram = isDirectory ||
      [`${LIB}/deno`, `${LIB}/queuectl`, "DEBIAN/prerm"].some((name) =>
        path === `${stage}/${name}`
      );
    Deno.chmodSync(path, isProgram ? 0o755 : 0o644);
    Deno.utimeSync(path, Number(epoch), Number(epoch));
  }
  Deno.mkdirSync(out, { recursive: true });
  const file = `${out}/queuectl_${VERSION}_amd64.deb`;
  const { success, stderr } = await new Deno.Command("dpkg-deb", {
    // Harder compression saves a few MB and takes minutes.
    args: ["--root-owner-group", "-Zxz", "-z0", "--build", stage, file],
    env: { SOURCE_DATE_EPOCH: epoch },
  }).output();
  if (!success) throw new Error(decoder.decode(stderr));
  console.log(file);
} finally {
  Deno.removeSync(stage, { recursive: true });
}
