import { assertEquals } from "@std/assert";
import {
  DIRENT,
  ERRNO,
  FLAGS_BY_ARCH,
  INOTIFY_EVENT,
  KERNEL,
  LIBC,
  ROOM,
  SOCKADDR_UN,
  STATFS,
  STATX,
  UTSNAME,
} from "../../src/fs/linux_abi.ts";
import * as fileSystems from "../../src/fs/file_systems.ts";
import { SIGNAL_NAMES } from "../../src/process/signals.ts";
import { spawnError } from "../../src/process/spawn_error.ts";
import * as errors from "../../src/text/errors.ts";
import { testWith, whyNo } from "../left_out.ts";

/** What the C library's headers have to say, or musl's. */
const LIBRARY_HEADERS = [
  ..."errno fcntl unistd dirent sched signal spawn".split(" ").map((name) => `<${name}.h>`),
  ..."stat statfs inotify utsname wait socket un".split(" ").map((name) => `<sys/${name}.h>`),
];

/** What the kernel's headers have to say; they cannot be read beside the others. */
const KERNEL_HEADERS = "fcntl fs stat magic".split(" ").map((name) => `<linux/${name}.h>`)
  .concat("<asm/unistd.h>", "<stddef.h>");

/** A program that can be compiled only if each C expression has its value. */
function program(headers: readonly string[], ...claims: readonly string[]): string {
  return [
    "#define _GNU_SOURCE",
    ...headers.map((header) => `#include ${header}`),
    ...claims.map((claim) => `_Static_assert(${claim}, "");`),
  ].join("\n");
}

const equal = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => `${name} == ${value}`);

const placed = (struct: string, places: Readonly<Record<string, number>>) =>
  Object.entries(places).map(([field, at]) => `offsetof(struct ${struct}, ${field}) == ${at}`);

const roomy = (isOfKernel: boolean) =>
  Object.entries(ROOM).filter(([type]) => (type === "struct statx") === isOfKernel)
    .map(([type, room]) => `sizeof(${type}) <= ${room}`);

/** The numbers of errors that a command's start is told by. */
const spawnErrors = Object.fromEntries(
  Array.from({ length: 134 }, (_, number) => [spawnError(number, undefined).code, number] as const)
    .filter(([name]) => !/^E\d/.test(name)),
);

const libraryProgram = (arch: keyof typeof FLAGS_BY_ARCH) =>
  program(
    [...LIBRARY_HEADERS, "<stddef.h>"],
    ...equal(spawnErrors),
    ...equal({ ENOSYS: errors.ENOSYS }),
    ...equal(ERRNO),
    ...equal({ ...LIBC, ...FLAGS_BY_ARCH[arch] }),
    ...equal(Object.fromEntries(SIGNAL_NAMES.map((name, index) => [name, index + 1]))),
    ...placed("statfs", STATFS),
    ...placed("dirent", DIRENT),
    ...placed("inotify_event", INOTIFY_EVENT),
    ...placed("utsname", UTSNAME),
    ...placed("sockaddr_un", SOCKADDR_UN),
    ...roomy(false),
    "sizeof(((struct sockaddr_un *)0)->sun_path) == 108",
    "sizeof(((struct dirent *)0)->d_reclen) == 2",
    "sizeof(((struct statfs *)0)->f_type) == 8",
    "sizeof(void *) == 8",
    "__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__",
    // How waitpid's word is read.
    "WTERMSIG(9) == 9 && WIFSIGNALED(9)",
    "WEXITSTATUS(0x300) == 3 && WIFEXITED(0x300)",
  );

const kernelProgram = program(
  KERNEL_HEADERS,
  ...equal(KERNEL),
  ...placed("statx", STATX),
  ...roomy(true),
  ...equal({
    EXT4_SUPER_MAGIC: fileSystems.EXT,
    XFS_SUPER_MAGIC: fileSystems.XFS,
    BTRFS_SUPER_MAGIC: fileSystems.BTRFS,
    F2FS_SUPER_MAGIC: fileSystems.F2FS,
    TMPFS_MAGIC: fileSystems.TMPFS,
    OVERLAYFS_SUPER_MAGIC: fileSystems.OVERLAYFS,
  }),
);

/** What a compiler says of a program; empty if it can be compiled. */
async function complaints(compiler: string, text: string): Promise<string> {
  const child = new Deno.Command(compiler, {
    args: ["-x", "c", "-std=gnu11", "-fsyntax-only", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stderr);
}

for (
  const [compiler, arch, where] of [
    ["x86_64-linux-gnu-gcc", "x86_64", "glibc on x86-64"],
    ["aarch64-linux-gnu-gcc", "aarch64", "glibc on aarch64"],
    ["musl-gcc", "x86_64", "musl on x86-64"],
  ] as const
) {
  const missing = await whyNo(compiler, "--version");
  testWith(missing, `sizes, offsets and numbers are those of the headers of ${where}`, async () => {
    assertEquals(await complaints(compiler, libraryProgram(arch)), "");
    // musl has no headers of the kernel's own: these are the same with each library.
    if (compiler !== "musl-gcc") assertEquals(await complaints(compiler, kernelProgram), "");
  });
}

testWith(
  await whyNo("x86_64-linux-gnu-gcc", "--version"),
  "a number that the headers have otherwise is found",
  async () => {
    const wrong = program(LIBRARY_HEADERS, ...equal({ ENOENT: 3 }));
    const said = await complaints("x86_64-linux-gnu-gcc", wrong);
    assertEquals(/static assertion failed/.test(said), true, said);
  },
);
