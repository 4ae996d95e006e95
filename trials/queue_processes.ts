/**
 * Which processes of this machine belong to a queue.
 *
 * @module
 */

/**
 * The processes that have the queue in their environment, as each job has, or on their command
 * line.
 */
export function processesOf(dir: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    try {
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`).split("\0");
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (!environment.includes(`QUEUECTL_DIR=${dir}`) && !words.includes(dir)) continue;
      found.push({ pid: Number(name), command: words.join(" ").trim() });
    } catch {
      // It has ended.
    }
  }
  return found;
}
