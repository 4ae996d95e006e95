/**
 * What the kernel says of the mount that a directory lies on, in /proc/self/mountinfo.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { readRegular } from "./libc_files.ts";

/** A mounted file system. */
export interface Mount {
  /** Such as `ext4`, `nfs4` or `fuse.sshfs`. */
  readonly type: string;
  /** The directory that it is mounted on. */
  readonly point: string;
  /** What is mounted: a device, or `server:/path`. */
  readonly source: string;
  /** The options of the mount and of the file system, such as `local_lock=none`. */
  readonly options: readonly string[];
}

/** Undoes the kernel's `\040` for a space, and so on. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

/** The mounts of a mountinfo: of two on one directory the later covers the earlier. */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [own = "", system = ""] = line.split(" - ");
    const [, , , , point, options] = own.split(" ");
    const [type, source, more] = system.split(" ");
    if (!point || !options || !type) return [];
    return [{
      type,
      point: unescaped(point),
      source: unescaped(source ?? ""),
      options: [...options.split(","), ...more?.split(",") ?? []],
    }];
  });
}

/** The mount of some that a directory lies on. */
export function findMount(mounts: readonly Mount[], directory: string): Mount | undefined {
  const covers = ({ point }: Mount) =>
    point === "/" || directory === point || directory.startsWith(`${point}/`);
  let found: Mount | undefined;
  for (const mount of mounts.filter(covers)) {
    if (found === undefined || mount.point.length >= found.point.length) found = mount;
  }
  return found;
}

/**
 * The mount that a directory lies on; `undefined` where that is not known: on another system than
 * Linux, or without the C library (the runtime lets no program read /proc).
 */
export function mountOf(directory: string): Mount | undefined {
  const c = libc();
  const content = c && readRegular(c, "/proc/self/mountinfo");
  if (!content) return undefined;
  return findMount(parseMounts(new TextDecoder().decode(content)), Deno.realPathSync(directory));
}
