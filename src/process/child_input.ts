/**
 * The standard input of a child, written at once: the runtime's own writes wait for the event loop.
 *
 * @module
 */

import { libc, pathBytes } from "../fs/libc.ts";
import { LIBC } from "../fs/linux_abi.ts";

/** A child's standard input. */
export interface ChildInput {
  /** Writes a line; drops it if the child has exited, or its pipe is full as it reads nothing. */
  write(line: Uint8Array<ArrayBuffer>): void;
  /** Ends it. A second call does nothing. */
  close(): void;
}

/**
 * Opens the pipe that is a child's standard input. A line is written before `write` returns, but
 * without the C library only when the event loop has its turn.
 */
export function childInput({ pid, stdin }: Deno.ChildProcess): ChildInput {
  const c = libc();
  const path = pathBytes(`/proc/${pid}/fd/0`);
  // Not blocking: a child that is stopped by a signal reads nothing.
  let fd = c?.open(path, LIBC.O_WRONLY | LIBC.O_NONBLOCK | LIBC.O_CLOEXEC, 0) ?? -1;
  if (!c || fd < 0) {
    const writer = stdin.getWriter();
    return {
      write: (line) => void writer.write(line).catch(() => {}),
      close: () => void writer.close().catch(() => {}),
    };
  }
  void stdin.close().catch(() => {});
  return {
    write(line) {
      if (fd >= 0) c.write(fd, line, BigInt(line.length));
    },
    close() {
      if (fd >= 0) c.close(fd);
      fd = -1;
    },
  };
}
