/**
 * What may lie in pending/ under a job's name without being a file: links, fifos, sockets, devices,
 * directories and loops of them; and files that only look huge.
 *
 * @module
 */

import { pick, type Random } from "./hostile_content.ts";

/** Makes things in a folder of its own, from where they can be dropped into a queue. */
export class ThingMaker {
  readonly #folder: string;
  readonly #outside: string;
  readonly #random: Random;
  #made = 0;
  #ready: { kind: string; path: string }[] = [];

  /**
   * @param folder Where things are made; on the queue's file system.
   * @param outside A job file outside the queue, which links lead to and which must never run.
   */
  constructor(folder: string, outside: string, random: Random) {
    this.#folder = folder;
    this.#outside = outside;
    this.#random = random;
  }

  /** Makes many fifos, sockets and devices with one process, to be taken one by one. */
  async prepare(count: number): Promise<void> {
    const paths = Array.from({ length: count }, () => `${this.#folder}/special${this.#made++}`);
    // The device is one that would be read for ever.
    const script = 'for path do case $path in *[02468]) mkfifo "$path";; ' +
      '*[13579]) mknod "$path" c 1 5 2>/dev/null || mkfifo "$path";; esac; done';
    const { success } = await new Deno.Command("/bin/sh", { args: ["-c", script, "sh", ...paths] })
      .output();
    if (!success) throw new Error("mkfifo does not work here");
    this.#ready.push(...paths.map((path) => ({ kind: "a fifo or /dev/zero", path })));
    for (let at = 0; at < count / 2; at++) {
      const path = `${this.#folder}/socket${this.#made++}`;
      const listener = Deno.listen({ transport: "unix", path: `${path}.first` });
      // Closing it removes the name that it was made under, if the socket still has that.
      Deno.renameSync(`${path}.first`, path);
      listener.close();
      this.#ready.push({ kind: "a socket", path });
    }
  }

  /** Makes a thing that is no job, and tells where. */
  make(): { kind: string; path: string } {
    const path = `${this.#folder}/thing${this.#made++}`;
    const ready = this.#random() < 0.4 ? this.#ready.pop() : undefined;
    if (ready) return ready;
    const link = (target: string) => Deno.symlinkSync(target, path);
    const kind = pick(this.#random, [
      "a link to a job",
      "a link to a directory",
      "a dangling link",
      "a link to itself",
      "a link to the queue",
      "a link to a device",
      "a directory",
      "a directory with a loop",
      "a sparse file of 100 MB",
    ]);
    if (kind === "a link to a job") link(this.#outside);
    else if (kind === "a link to a directory") link("/");
    else if (kind === "a dangling link") link(`${path}/nowhere`);
    else if (kind === "a link to itself") link(path.slice(path.lastIndexOf("/") + 1));
    else if (kind === "a link to the queue") link("../pending");
    else if (kind === "a link to a device") link("/dev/zero");
    else if (kind === "a sparse file of 100 MB") {
      Deno.writeTextFileSync(path, '{"command":"true"}');
      Deno.truncateSync(path, 100_000_000);
    } else {
      Deno.mkdirSync(path);
      Deno.writeTextFileSync(`${path}/inner.json`, '{"command":"true"}');
      if (kind === "a directory with a loop") Deno.symlinkSync("..", `${path}/up.json`);
    }
    return { kind, path };
  }
}

/** What can be seen of whatever lies at a path without following it, to compare with later. */
export function fingerprint(path: string): string {
  const info = Deno.lstatSync(path);
  const about = `${info.dev}:${info.ino} ${info.size} ${info.mode}`;
  if (info.isSymlink) return `${about} -> ${Deno.readLinkSync(path)}`;
  if (info.isDirectory) {
    const names = [...Deno.readDirSync(path)].map((entry) => entry.name).sort();
    return `${about} ${names.map((name) => `${name}: ${fingerprint(`${path}/${name}`)}`)}`;
  }
  if (!info.isFile || info.size > 2_000_000) return about;
  return `${about} ${checksum(Deno.readFileSync(path))}`;
}

/** FNV-1a: not against forgery, but no accident keeps it the same. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
