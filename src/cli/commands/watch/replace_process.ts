/**
 * Becoming another program: the same process, its environment, its open streams and its signals.
 *
 * @module
 */

const LIBRARIES: Readonly<Partial<Record<typeof Deno.build.os, string>>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/**
 * Replaces this process by a program; does not return if that works.
 *
 * @param argv The program's path, and its arguments.
 * @throws {Error} If the system refuses.
 */
export function replaceProcess(argv: readonly string[]): never {
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
