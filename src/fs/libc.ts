/**
 * The C library: for calls that the runtime does not offer (`getdents64`, which reads a directory
 * piece by piece; `renameat2`, which renames without replacing; `syncfs`; `inotify`), for names that are not UTF-8,
 * and for the calls that each job makes, which it does in a third of the time. Where it cannot
 * be opened (no `--allow-ffi`, another system) callers do without.
 *
 * @module
 */

const SYMBOLS = {
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  fstatfs: { parameters: ["i32", "buffer"], result: "i32" },
  uname: { parameters: ["buffer"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  rename: { parameters: ["buffer", "buffer"], result: "i32" },
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
  unlinkElsewhere: { name: "unlink", parameters: ["buffer"], result: "i32", nonblocking: true },
  posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
  readElsewhere: {
    name: "read",
    parameters: ["i32", "buffer", "usize"],
    result: "isize",
    nonblocking: true,
  },
  preadv2: { parameters: ["i32", "buffer", "i32", "i64", "i32"], result: "isize" },
  fsync: { parameters: ["i32"], result: "i32", nonblocking: true },
  syncfs: { parameters: ["i32"], result: "i32", nonblocking: true },
} as const;

/** The functions, as {@linkcode libc} gives them. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const LIBRARY = "libc.so.6";

/** Each function is made ready when it is first asked for: that takes up to half a millisecond. */
function openLibc(): Libc {
  const { __errno_location } = SYMBOLS;
  // What cannot be opened at all fails here. Made ready later this one could change what it tells of.
  const functions = { ...Deno.dlopen(LIBRARY, { __errno_location }).symbols };
  for (const [name, symbol] of Object.entries(SYMBOLS)) {
    if (name in functions) continue;
    Object.defineProperty(functions, name, {
      configurable: true,
      get() {
        const value = Deno.dlopen(LIBRARY, { [name]: symbol }).symbols[name];
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  }
  return functions as Partial<Libc> as Libc;
}

let opened: Libc | undefined | null = null;

/**
 * The C library, opened once, on first use.
 *
 * @returns The functions, or `undefined` where they cannot be had.
 *
 * @example
 * ```ts
 * import { libc } from "./libc.ts";
 *
 * const fd = libc()?.open(new TextEncoder().encode("/tmp\0"), 0, 0);
 * ```
 */
export function libc(): Libc | undefined {
  if (opened === null) {
    opened = undefined;
    if (Deno.build.os === "linux") {
      try {
        opened = openLibc();
      } catch {
        // No permission, or a C library of another name: the callers have another way.
      }
    }
  }
  return opened;
}

/** How many of the runtime's own calls a program makes before the other way is worth making ready. */
const OFTEN = 50;

let calls = 0;

/**
 * The C library, for a call about a path that the runtime offers too: only if this process makes many
 * such calls, or if the path is none that the runtime could be given.
 */
export function libcFor(path: string): Libc | undefined {
  return ++calls > OFTEN || !path.isWellFormed() ? libc() : undefined;
}

/** Values of `errno` that are told apart. */
export const ENOENT = 2, EAGAIN = 11, EEXIST = 17;

let errnoView: Deno.UnsafePointerView | undefined;

/** The C library's `errno`, to be asked right after a call that failed. */
export function errno(c: Libc): number {
  // Each thread has its own, and all of this runs on one.
  errnoView ??= new Deno.UnsafePointerView(c.__errno_location()!);
  return errnoView.getInt32();
}

const encoder = new TextEncoder();
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A path as the kernel takes it: UTF-8, each lone surrogate U+DC80–U+DCFF as the one byte that it
 * stands for, and a NUL at the end.
 */
export function pathBytes(path: string): Uint8Array<ArrayBuffer> {
  if (path.isWellFormed()) return encoder.encode(path + "\0");
  const bytes: number[] = [];
  for (const char of path) {
    const code = char.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(char));
  }
  bytes.push(0);
  return new Uint8Array(bytes);
}

/** Room for the paths of one call, which has two at most. */
const PASSING = [new Uint8Array(4096), new Uint8Array(4096)] as const;

let passed = 0;

/**
 * As {@linkcode pathBytes}, for a call that is over when it returns, in memory that the next but one overwrites: ten
 * times as fast.
 */
export function passingPath(path: string): Uint8Array<ArrayBuffer> {
  // A character is at most 3 bytes for each UTF-16 unit.
  if (path.length * 3 >= PASSING[0].length || !path.isWellFormed()) return pathBytes(path);
  const bytes = PASSING[passed ^= 1]!;
  bytes[encoder.encodeInto(path, bytes).written] = 0;
  return bytes;
}

/** A name as the kernel gave it, odd bytes as lone surrogates: the reverse of `pathBytes`. */
export function nameFromBytes(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  // At least one sequence is not UTF-8. Decode greedily, and let each byte that fits nowhere
  // stand for itself.
  let name = "";
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    try {
      name += strict.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      name += String.fromCharCode(0xdc00 + lead);
      at += 1;
    }
  }
  return name;
}
