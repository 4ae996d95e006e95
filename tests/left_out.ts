/**
 * Tests that need something that not every machine has: where it is missing they are left out, and
 * the report says why.
 *
 * @module
 */

/**
 * Defines a test that is left out where something is missing.
 *
 * @param missing What is missing; `undefined` if nothing is.
 */
export function testWith(
  missing: string | undefined,
  name: string,
  fn: () => void | Promise<void>,
): void {
  const isLeftOut = missing !== undefined;
  Deno.test({ name: isLeftOut ? `${name} (left out: ${missing})` : name, ignore: isLeftOut, fn });
}

/** Why a program cannot be used here, by a call that should succeed; `undefined` if it can. */
export async function whyNo(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim() || `${program} failed`;
  } catch {
    return `there is no ${program}`;
  }
}

/** Why nothing can be mounted in a namespace of its own here; `undefined` if it can. */
export const whyNoMount = (): Promise<string | undefined> =>
  whyNo("unshare", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt");
