/**
 * The C library: for calls that the runtime does not offer (`getdents64` reads a directory piece by
 * piece, `renameat2` renames without replacing, `syncfs`, `inotify`), for names that are not UTF-8,
 * and for the calls that each job makes: these take a third of the runtime's time. Callers have
 * another way for when it cannot be opened (no `--allow-ffi`, another system).
 *
 * @module
 */

import { ERRNO, isKnownArch } from "./linux_abi.ts";
import { describesRoot } from "./statx.ts";

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
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  inotify_init1: { parameters: ["i32"], result: "i32" },
  inotify_add_watch: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  inotify_rm_watch: { parameters: ["i32", "i32"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64"], result: "i64" },
  __errno_location: { parameters: [], result: "pointer" },
  unlinkOnThread: { name: "unlink", parameters: ["buffer"], result: "i32", nonblocking: true },
  openOnThread: {
    name: "open",
    parameters: ["buffer", "i32", "u32"],
    result: "i32",
    nonblocking: true,
  },
  writeOnThread: {
    name: "write",
    parameters: ["i32", "buffer", "usize"],
    result: "isize",
    nonblocking: true,
  },
  closeOnThread: { name: "close", parameters: ["i32"], result: "i32", nonblocking: true },
  readOnThread: {
    name: "read",
    parameters: ["i32", "buffer", "usize"],
    result: "isize",
    nonblocking: true,
  },
  preadv2: { parameters: ["i32", "buffer", "i32", "i64", "i32"], result: "isize" },
  fsync: { parameters: ["i32"], result: "i32", nonblocking: true },
  syncfs: { parameters: ["i32"], result: "i32", nonblocking: true },
} as const;

/** The functions, as {@linkcode libc} returns them. */
export type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const LIBRARY = "libc.so.6";

type Prepared = (...args: never[]) => unknown;

/**
 * Prepares a function of the library. One that is missing, as musl lacks some, or that answers
 * nonsense becomes one that always fails with ENOSYS: its callers then go another way.
 */
function prepare(c: Libc, name: keyof Libc): Prepared {
  try {
    const { [name]: prepared } = Deno.dlopen(LIBRARY, { [name]: SYMBOLS[name] }).symbols;
    if (name !== "statx" || describesRoot(prepared as Libc["statx"])) return prepared as Prepared;
  } catch {
    // It is missing.
  }
  const failed = SYMBOLS[name].result === "i32" ? -1 : -1n;
  return () => {
    errnoOf(c)[0] = ERRNO.ENOSYS;
    return failed;
  };
}

/** Prepares each function when it is first used: that takes up to half a millisecond. */
function openLibc(): Libc {
  const { __errno_location } = SYMBOLS;
  // A library that cannot be opened fails here. Prepared later, this function could change the
  // errno it reports.
  const functions = { ...Deno.dlopen(LIBRARY, { __errno_location }).symbols };
  const c = functions as Partial<Libc> as Libc;
  for (const name of Object.keys(SYMBOLS) as (keyof Libc)[]) {
    if (name in functions) continue;
    Object.defineProperty(functions, name, {
      configurable: true,
      get() {
        const value = prepare(c, name);
        Object.defineProperty(functions, name, { value });
        return value;
      },
    });
  }
  return c;
}

/** Whether the C library is granted. */
export function mayUseLibraries(): boolean {
  return Deno.permissions.querySync({ name: "ffi" }).state === "granted";
}

let opened: Libc | undefined | null = null;

/**
 * The C library, opened once, on first use.
 *
 * @returns The functions, or `undefined` where the library cannot be opened.
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
    if (Deno.build.os === "linux" && isKnownArch(Deno.build.arch)) {
      try {
        // At a terminal the runtime would ask the user.
        if (Deno.stdin.isTerminal() && !mayUseLibraries()) return undefined;
        opened = openLibc();
      } catch {
        // No permission, or a C library of another name.
      }
    }
  }
  return opened;
}

/**
 * After so many of the runtime's calls, preparing the C library's takes less time than it saves.
 */
const OFTEN = 50;

let calls = 0;

/**
 * The C library, for a call that the runtime offers too: only if this process makes many such
 * calls, or if the runtime cannot take the path.
 */
export function libcFor(path: string): Libc | undefined {
  return ++calls > OFTEN || !path.isWellFormed() ? libc() : undefined;
}

let errnoMemory: Int32Array | undefined;

function errnoOf(c: Libc): Int32Array {
  // Each thread has its own; all of this runs on one.
  return errnoMemory ??= new Int32Array(
    Deno.UnsafePointerView.getArrayBuffer(c.__errno_location()!, 4),
  );
}

/** The C library's `errno`; read it right after a call that failed. */
export function errno(c: Libc): number {
  return errnoOf(c)[0]!;
}

const encoder = new TextEncoder();
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A path as the kernel takes it: UTF-8, each lone surrogate U+DC80–U+DCFF as the one byte it stands
 * for, and a final NUL.
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

/** Buffers for the paths of one call, at most two. */
const SHARED = [new Uint8Array(4096), new Uint8Array(4096)] as const;

let next = 0;

/**
 * {@linkcode pathBytes} for a synchronous call, in a shared buffer that the second call after this
 * one overwrites; ten times faster than allocating.
 */
export function sharedPathBytes(path: string): Uint8Array<ArrayBuffer> {
  // A UTF-16 unit takes at most 3 bytes.
  if (path.length * 3 >= SHARED[0].length || !path.isWellFormed()) return pathBytes(path);
  const bytes = SHARED[next ^= 1]!;
  bytes[encoder.encodeInto(path, bytes).written] = 0;
  return bytes;
}

/**
 * A name from the kernel, invalid bytes as lone surrogates: the reverse of {@linkcode pathBytes}.
 */
export function nameFromBytes(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  if (!text.includes("\ufffd")) return text;
  // At least one sequence is not UTF-8: decode greedily, and keep each byte that fits nowhere as
  // itself.
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
