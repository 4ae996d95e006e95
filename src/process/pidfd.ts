/**
 * Sending a signal to one certain process, and never to another that has its number by now.
 *
 * @module
 */

/** Of the kernel, the same on every machine; since Linux 5.3. */
const SYS_PIDFD_SEND_SIGNAL = 424n, SYS_PIDFD_OPEN = 434n;
const SIGKILL = 9n;

const SYMBOLS = {
  syscall: { parameters: ["i64", "i64", "i64", "i64", "i64"], result: "i64" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined | null = null;

function calls(): typeof library {
  if (library !== null) return library;
  library = undefined;
  try {
    if (Deno.build.os === "linux") library = Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch {
    // No permission for it, or another C library.
  }
  return library;
}

/** A process that stays the same one, whatever becomes of its number. */
export interface HeldProcess extends Disposable {
  /** Kills it, if it has not ended. */
  kill(): void;
}

/**
 * Takes hold of a process by its number. Whoever has asked for it by what it is must look once more afterwards whether
 * the number is still that process's: then what is held is that process.
 *
 * @returns `undefined` if there is none, or where the kernel or the C library does not offer it.
 */
export function holdProcess(pid: number): HeldProcess | undefined {
  const c = calls();
  const fd = c ? Number(c.syscall(SYS_PIDFD_OPEN, BigInt(pid), 0n, 0n, 0n)) : -1;
  if (!c || fd < 0) return undefined;
  return {
    kill: () => void c.syscall(SYS_PIDFD_SEND_SIGNAL, BigInt(fd), SIGKILL, 0n, 0n),
    [Symbol.dispose]: () => void c.close(fd),
  };
}
