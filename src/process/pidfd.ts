/**
 * Killing one certain process, and never another that has its number by now.
 *
 * @module
 */

import { libc } from "../fs/libc.ts";
import { KERNEL, LIBC } from "../fs/linux_abi.ts";

const SEND_SIGNAL = BigInt(KERNEL.__NR_pidfd_send_signal), OPEN = BigInt(KERNEL.__NR_pidfd_open);
const SIGKILL = BigInt(LIBC.SIGKILL);

/** A reference to one process, whoever has its number later. */
export interface ProcessReference extends Disposable {
  /** Kills it, if it has not ended. */
  kill(): void;
}

/**
 * Opens a reference to the process that has a number now. A caller that looked the number up must
 * check it again afterwards: if it is still the same process's, so is the reference.
 *
 * @returns `undefined` if the process is missing, or the system has no such references.
 */
export function openProcess(pid: number): ProcessReference | undefined {
  const c = libc();
  const fd = c ? Number(c.syscall(OPEN, BigInt(pid), 0n, 0n, 0n)) : -1;
  if (!c || fd < 0) return undefined;
  return {
    kill: () => void c.syscall(SEND_SIGNAL, BigInt(fd), SIGKILL, 0n, 0n),
    [Symbol.dispose]: () => void c.close(fd),
  };
}
