import type { FilePort } from "../../src/fs/file_port.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { createInTurn } from "../../src/fs/sync_each.ts";

/** The real disk with some calls changed: a call that stands for several makes the changed ones. */
export function changedFiles(changes: Partial<FilePort>): FilePort {
  const port: FilePort = {
    ...nativeFiles,
    existsUnblocked: (path) => port.exists(path),
    createEach: (files, flushed) => createInTurn(port, files, flushed),
    renameUnblocked: (from, to) => port.rename(from, to),
    renameNewUnblocked: (from, to) => port.renameNew(from, to),
    ...changes,
  };
  return port;
}
