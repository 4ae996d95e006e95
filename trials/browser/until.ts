/**
 * Waiting for what can be seen, never for time.
 *
 * @module
 */

/** How long something may take, on a machine that does much else, in milliseconds. */
export const PATIENCE = 20_000;

/**
 * Waits until something holds; a file that is missing is one that may come yet. Rejects with what
 * was waited for if it never holds.
 */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  patience: number = PATIENCE,
): Promise<void> {
  const begun = performance.now();
  const holdsNow = async () => {
    try {
      return await holds();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  while (!await holdsNow()) {
    if (performance.now() - begun > patience) {
      throw new Error(
        `waited ${patience / 1000} s in vain until ${typeof what === "string" ? what : what()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
