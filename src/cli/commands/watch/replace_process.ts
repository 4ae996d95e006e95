/**
 * Becoming another program: the same process, its environment, its open streams and its signals.
 *
 * @module
 */

import { mayUseLibraries } from "../../../process/launcher.ts";

const LIBRARIES: Readonly<Partial<Record<typeof Deno.build.os, string>>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/** Signals that are passed on to a program that runs beside this one. */
const PASSED_ON = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * Replaces this process by a program; does not return if that works. Without the C library the
 * program runs beside this one, which waits for it; its stdin ends when this process does.
 *
 * @param argv The program's path, and its arguments.
 * @returns The program's exit status.
 * @throws {Error} If the system refuses.
 */
export async function replaceProcess(argv: readonly string[]): Promise<number> {
  if (mayUseLibraries()) becomeProcess(argv);
  const [program, ...args] = argv;
  const streams = { stdin: "piped", stdout: "inherit", stderr: "inherit" } as const;
  const child = new Deno.Command(program!, { args, ...streams }).spawn();
  for (const signal of PASSED_ON) {
    Deno.addSignalListener(signal, () => child.kill(signal));
  }
  return (await child.status).code;
}

function becomeProcess(argv: readonly string[]): never {
  const library = LIBRARIES[Deno.build.os] ?? "libc.so";
  const { symbols } = Deno.dlopen(library, {
    execv: { parameters: ["buffer", "buffer"], result: "i32" },
  });
  const encoder = new TextEncoder();
  const words = argv.map((word) => encoder.encode(`${word}\0`));
  const pointers = words.map((word) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(word)));
  symbols.execv(words[0]!, new BigUint64Array([...pointers, 0n]));
  throw new Error(`the system does not start ${argv[0]}`);
}
