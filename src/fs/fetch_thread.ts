/**
 * The thread that brings files into memory for {@linkcode FilePort.startFetcher}: opening a file whose name or inode is on the disk waits for the disk.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { bringIn } from "./libc_files.ts";

const c = libc();

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<string[]>;
  if (c) { for (const path of data) bringIn(c, path); }
});
