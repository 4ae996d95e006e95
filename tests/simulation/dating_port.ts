import type { FilePort } from "../../src/fs/file_port.ts";

/**
 * A machine whose own clock dates the files that it makes, as some network file systems have it.
 *
 * @param ahead By how many milliseconds that clock is ahead of the others'.
 */
export function datingPort(port: FilePort, ahead: number): FilePort {
  const made = new Set<string>();
  const calls: Partial<FilePort> = {
    create(path, content) {
      port.create(path, content);
      made.add(path);
    },
    stat(path, how) {
      const stat = port.stat(path, how);
      return stat && made.has(path) ? { ...stat, mtime: stat.mtime + ahead } : stat;
    },
  };
  return new Proxy(port, {
    get(target, name) {
      const call = Reflect.get(calls, name) ?? Reflect.get(target, name);
      return typeof call === "function" ? call.bind(target) : call;
    },
  });
}
