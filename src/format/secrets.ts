/**
 * Variables whose values are not shown, by patterns of their names, and passwords in URLs.
 *
 * @module
 */

/** What stands for a value that is not shown. */
export const HIDDEN = "…";

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

/** The password of a URL, `postgres://user:password@host`, and what is before it. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s\/?#:@]{0,256}:)([^\s\/?#]+)(?=@)/gi;

/**
 * How variables are shown: {@linkcode HIDDEN} stands for the value of a secret, and in the value of
 * another for the password of each URL.
 *
 * @param patterns The setting `secret_names`.
 * @returns What is shown for a name and a value; `undefined` if nothing is to be hidden.
 *
 * @example
 * ```ts
 * import { shownVariable } from "../../mod.ts";
 *
 * const shown = shownVariable("*TOKEN*");
 * shown?.("DB", "postgres://me:x@host/db"); // "postgres://me:…@host/db"
 * ```
 */
export function shownVariable(
  patterns: string | null,
): ((name: string, value: string) => string) | undefined {
  if (patterns === null) return undefined;
  const isSecret = secretNames(patterns);
  return (name, value) => isSecret(name) ? HIDDEN : value.replace(URL_PASSWORD, `$1${HIDDEN}`);
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
  const shown = shownVariable(patterns);
  if (!job.env || !shown) return job;
  const env = Object.entries(job.env).map(([name, value]) => [name, shown(name, value)]);
  return { ...job, env: Object.fromEntries(env) };
}

/** An edited job, with the values it had before for those that were not shown to its editor. */
export function withSecretsOf<T extends { env?: Record<string, string> }>(
  edited: T,
  before?: Record<string, string>,
): T {
  if (typeof edited.env !== "object" || edited.env === null || !before) return edited;
  const env = Object.entries(edited.env).map(([name, value]) => [
    name,
    Object.hasOwn(before, name) ? withSecretOf(value, before[name]!) : value,
  ]);
  return { ...edited, env: Object.fromEntries(env) };
}

function withSecretOf(value: unknown, before: string): unknown {
  if (value === HIDDEN || typeof value !== "string") return value === HIDDEN ? before : value;
  const passwords = [...before.matchAll(URL_PASSWORD)].map(([, , password]) => password!);
  return value.replace(URL_PASSWORD, (_, head, password) => {
    const old = passwords.shift();
    return head + (password === HIDDEN ? old ?? password : password);
  });
}
