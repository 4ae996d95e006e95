/**
 * What the trial needs of a network file system.
 *
 * @module
 */

import type { Needed } from "./apart.ts";
import type { Host } from "./host.ts";

/** Where each host mounts the volume. */
export const VOLUME = "volume";

/** A network file system that hosts of the trial serve to one another. */
export interface Engine {
  /** Its name. */
  readonly name: string;
  /** The programs that it consists of. */
  readonly needed: readonly Needed[];
  /** Directories of the system that each host has of its own: name on its disk, path. */
  readonly binds: readonly (readonly [string, string])[];
  /** The ways to mount it that a trial goes through; the first is the one that single cases use. */
  readonly mounts: readonly string[];
  /** The process of its client on a host, and those that serve there. */
  readonly servers: RegExp;
  /** Set if the locks of a host that died stay taken longer than any trial lasts. */
  readonly keepsLocksOfTheDead?: true;
  /** Makes the volume, served by the first three of these hosts. */
  create(hosts: readonly Host[]): Promise<void>;
  /** Starts what a host serves, after it has booted. */
  serve(host: Host): Promise<void>;
  /** Mounts the volume on a host. */
  mount(host: Host, how: string, path: string): Promise<void>;
  /** Has the client on a host count its requests, if it does not do so unasked. */
  startCounting(host: Host, path: string): Promise<void>;
  /** How many requests of the kernel the client on a host has answered, but for the counting. */
  requests(host: Host, path: string): Promise<number>;
  /**
   * Has each server wait before it uses its disk, for each request, as one with hard disks does;
   * missing if the engine cannot.
   *
   * @param delay In milliseconds; 0: no longer.
   */
  slowDown?(asked: Host, path: string, delay: number): Promise<void>;
  /** Has every copy made whole; what is not so yet, or `undefined`. */
  heal(asked: Host): Promise<string | undefined>;
  /** The names of the hosts of which that answer says that they do not serve their part. */
  unserved?(amiss: string): string[];
}
