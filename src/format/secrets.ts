/**
 * Variables whose values are not shown, by patterns of their names.
 *
 * @module
 */

/** What stands for a value that is not shown. */
export const HIDDEN = "…";

type Variables = Record<string, string>;

/**
 * Which names are those of secrets.
 *
 * @param patterns The setting `secret_names`: patterns with `*`, with commas between, in which
 * upper and lower case are the same; or `null` for none.
 */
export function secretNames(patterns: string | null): (name: string) => boolean {
  const texts = (patterns ?? "").split(",").map((pattern) =>
    pattern.trim().split("*").map((part) => part.replace(/[^\w]/g, "\\$&")).join(".*")
  ).filter((text) => text !== "");
  if (texts.length === 0) return () => false;
  const any = new RegExp(`^(?:${texts.join("|")})$`, "is");
  return (name) => any.test(name);
}

/** The variables, with {@linkcode HIDDEN} for the values of secrets. */
export function hiddenIn(variables: Variables, isSecret: (name: string) => boolean): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, isSecret(name) ? HIDDEN : value]),
  );
}

/**
 * A job without its secrets.
 *
 * @param patterns The setting `secret_names`.
 *
 * @example
 * ```ts
 * import { withoutSecrets } from "../../mod.ts";
 *
 * withoutSecrets({ env: { API_TOKEN: "x", HOME: "/" } }, "*TOKEN*"); // env.API_TOKEN is "…"
 * ```
 */
export function withoutSecrets<T extends { env?: Record<string, string> }>(
  job: T,
  patterns: string | null,
): T {
  return job.env ? { ...job, env: hiddenIn(job.env, secretNames(patterns)) } : job;
}

/** An edited job, with the values it had before for those that were not shown to its editor. */
export function withSecretsOf<T extends { env?: Record<string, string> }>(
  edited: T,
  before?: Record<string, string>,
): T {
  if (typeof edited.env !== "object" || edited.env === null || !before) return edited;
  const env = Object.entries(edited.env).map(([name, value]) => [
    name,
    value === HIDDEN && Object.hasOwn(before, name) ? before[name] : value,
  ]);
  return { ...edited, env: Object.fromEntries(env) };
}
