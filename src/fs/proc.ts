/**
 * What the kernel says in /proc.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { readRegular } from "./libc_files.ts";

/**
 * Reads a file of /proc through the C library, as the runtime refuses to without all permissions;
 * without the library through cat(1).
 *
 * @param process Whose file: a process's number, or this process.
 * @returns `undefined` if it cannot be read.
 */
export function readProc(process: number | "self", name: string): string | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const path = `/proc/${process === "self" ? Deno.pid : process}/${name}`;
  const c = libc();
  const content = c ? readRegular(c, path) : outputOf("/bin/cat", path);
  return content && new TextDecoder().decode(content);
}

/** What a program prints; `undefined` if it cannot be run or fails. */
export function outputOf(program: string, ...args: string[]): Uint8Array | undefined {
  try {
    // In "/": the directory of this process may be one that cannot be entered.
    const options = { args, cwd: "/", stdin: "null", stderr: "null" } as const;
    const { success, stdout } = new Deno.Command(program, options).outputSync();
    return success ? stdout : undefined;
  } catch {
    return undefined;
  }
}
