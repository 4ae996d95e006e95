/**
 * Renaming where another program may be first, and what becomes of an action then.
 *
 * @module
 */

import type { FilePort } from "../fs/file_port.ts";

/** What needs no more of a store than its files. */
export interface StoreFiles {
  /** All access to them. */
  readonly files: FilePort;
}

/** The result of an action; `undefined` if a file that it needs is missing. */
export function ifThere<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether an action could make a name; `false` if the name was taken. */
export function ifFree(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** `rename`; `false` if the source is gone: another was first, which is normal. */
export function renameIfThere({ files }: StoreFiles, from: string, to: string): boolean {
  return ifThere(() => (files.rename(from, to), true)) ?? false;
}

/** `rename` that replaces nothing; says whether the source was gone, or the new name taken. */
export function renameNew(
  { files }: StoreFiles,
  from: string,
  to: string,
): "renamed" | "gone" | "taken" {
  let isFree: boolean | undefined;
  ifThere(() => isFree = ifFree(() => files.renameNew(from, to)));
  return isFree === undefined ? "gone" : isFree ? "renamed" : "taken";
}

/**
 * {@linkcode renameIfThere}, to a name that the file had before: if this machine only remembers it
 * there, `rename` would do nothing.
 */
export function renameBack(store: StoreFiles, from: string, to: string): boolean {
  const result = renameNew(store, from, to);
  return result === "taken" ? renameIfThere(store, from, to) : result === "renamed";
}

/** {@linkcode renameIfThere}, without blocking the caller where a server has to be waited for. */
export async function renameUnblocked(
  { files }: StoreFiles,
  from: string,
  to: string,
): Promise<boolean> {
  try {
    await files.renameUnblocked(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** {@linkcode renameNew}, without blocking the caller where a server has to be waited for. */
export async function renameNewUnblocked(
  { files }: StoreFiles,
  from: string,
  to: string,
): Promise<ReturnType<typeof renameNew>> {
  try {
    await files.renameNewUnblocked(from, to);
    return "renamed";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "gone";
    if (error instanceof Deno.errors.AlreadyExists) return "taken";
    throw error;
  }
}
