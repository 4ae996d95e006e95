/**
 * Asking again, one answer at a time.
 *
 * @module
 */

/** How a list is shown again: as it is now, or with its rows where they are. */
export type Manner = "anew" | "in place";

/**
 * A function that asks again. However many call it while an answer is under way, one more is asked
 * for after that; `anew` if any of them wants it so.
 *
 * @param ask Never rejects.
 */
export function refresher(
  ask: (manner: Manner) => Promise<void>,
): (manner?: Manner) => Promise<void> {
  let underWay: Promise<void> | undefined;
  let next: Manner | undefined;
  const askAll = async () => {
    while (next) {
      const manner = next;
      next = undefined;
      await ask(manner);
    }
  };
  return function refresh(manner = "anew") {
    next = next === "anew" ? next : manner;
    return underWay ??= askAll().finally(() => {
      underWay = undefined;
      if (next) return refresh(next);
    });
  };
}
