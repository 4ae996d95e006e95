/**
 * Waiting for what can be seen, never for time.
 *
 * @module
 */

/** How long something may take, on a machine that does much else, in milliseconds. */
export const PATIENCE = 20_000;

/** Waits until something holds. Rejects with what was waited for if it never does. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  patience: number = PATIENCE,
): Promise<void> {
  const begun = performance.now();
  while (!await holds()) {
    if (performance.now() - begun > patience) {
      throw new Error(
        `waited ${patience / 1000} s in vain until ${typeof what === "string" ? what : what()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
