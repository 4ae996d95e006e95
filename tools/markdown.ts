/**
 * Pages of docs/ that are made from tables of the sources.
 *
 * @module
 */

import { report, ROOT } from "./source_files.ts";

/** A word as code. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** A table. */
export function table(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The text as `deno fmt` leaves it, so that it passes the check of the format. */
export async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) Deno.exit(1);
  return new TextDecoder().decode(stdout);
}

/** Writes a page of docs/; with --check fails instead, unless it has that text already. */
export async function writePage(path: string, text: string): Promise<void> {
  const url = new URL(path, ROOT);
  if (!Deno.args.includes("--check")) return await Deno.writeTextFile(url, text);
  const isFresh = text === await Deno.readTextFile(url);
  report(
    isFresh ? [] : [`${path} is not what the tables say; write it anew with: deno task docs`],
    `${path} is what the tables say`,
  );
}
