/**
 * What a process has used.
 *
 * @module
 */

/** How much memory a process holds, or with `most` has held at most, in MB. */
export function memoryOf(pid: number, which: "now" | "most" = "now"): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  const field = which === "now" ? "VmRSS" : "VmHWM";
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) / 1000;
}

/** The processor time that a process has used so far, in seconds. */
export function cpuOf(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
