/**
 * The names of workers, and of commands that take a job to change it: each is unique on every
 * machine that shares the queue.
 *
 * @module
 */

/** What may be the name of a worker. */
export const WORKER_PATTERN = /^[a-z0-9-]+$/;

/**
 * A worker's name, `HOST-PID-RANDOM`.
 *
 * @param host The machine's name; anything in it but letters and digits becomes a dash.
 * @param pid The process.
 */
export function newWorkerName(host: string, pid: number): string {
  const clean = host.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  const random = crypto.getRandomValues(new Uint8Array(4));
  const suffix = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${clean || "host"}-${pid}-${suffix}`;
}

/** The machine in a worker's name. */
export function hostOf(worker: string): string {
  return worker.replace(/-\d+-[0-9a-f]+(-held)?(-edit)?$/, "");
}

/**
 * The name of a command that takes a job to change it, not to run it.
 *
 * @param held Whether the job was held, for whoever has to put it back if the command dies.
 */
export function newEditorName(host: string, pid: number, held: boolean): string {
  return `${newWorkerName(host, pid)}${held ? "-held" : ""}-edit`;
}

/** Whether the job of a command that changes jobs was held. */
export function hadHeldJob(editor: string): boolean {
  return editor.endsWith("-held-edit");
}

/** Whether a name is that of a command that changes jobs: the job that it has does not run. */
export function isEditor(worker: string): boolean {
  return worker.endsWith("-edit");
}
