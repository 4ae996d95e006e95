/**
 * A folder for one test, gone when it ends, whatever lies in it by then.
 *
 * @module
 */

/**
 * Makes a folder. `await using` removes it: with rm(1), as the runtime cannot remove what has a name
 * that is not UTF-8.
 */
export async function scratchFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "queuectl-test-" });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await new Deno.Command("rm", { args: ["-rf", "--", path] }).output();
    },
  };
}
