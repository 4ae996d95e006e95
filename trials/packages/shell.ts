/**
 * Commands of a trial, and what they must answer.
 *
 * @module
 */

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs shell text in an environment that has nothing but these variables. */
export async function sh(
  text: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", text],
    clearEnv: true,
    env,
    cwd,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Fails the trial unless a command ended so. */
export function expect(what: string, ended: Ended, stdout: RegExp, code = 0): void {
  if (ended.code === code && stdout.test(ended.stdout)) return console.log(`ok  ${what}`);
  throw new Error(
    `${what}: exit ${ended.code}, wanted ${code} and ${stdout}\n${ended.stdout}${ended.stderr}`,
  );
}

/** The size of a file, for people. */
export function sizeOf(path: string): string {
  return `${(Deno.statSync(path).size / 1e6).toFixed(1)} MB`;
}

/** A new folder, gone when this is disposed of. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "queuectl-packages-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** A copy of the sources below a folder, at a path whose words some quoting has a meaning for. */
export async function oddCopy(folder: string): Promise<string> {
  const copy = `${folder}/it's a "clone"`;
  Deno.mkdirSync(copy);
  const text =
    'git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$1"';
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-c", text, "sh", copy],
    cwd: root,
  }).output();
  if (!success) throw new Error(`cannot copy the sources: ${new TextDecoder().decode(stderr)}`);
  return copy;
}
