/**
 * Programs whose system calls are looked at, or made to fail.
 *
 * @module
 */

/** Why no program can be traced here; `undefined` if one can. */
export async function whyNoStrace(): Promise<string | undefined> {
  try {
    const { success } = await new Deno.Command("strace", { args: ["-qq", "true"] }).output();
    return success ? undefined : "strace may not trace here";
  } catch {
    return "there is no strace";
  }
}
