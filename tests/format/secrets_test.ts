import { assertEquals } from "@std/assert";
import { shownVariable, withoutSecrets, withSecretsOf } from "../../src/format/secrets.ts";

Deno.test("shownVariable() hides the values of secret names, and the passwords of URLs in others", () => {
  const shown = shownVariable("*TOKEN*")!;
  for (
    const [name, value, wanted] of [
      ["api_token", "x", "…"],
      ["DB", "postgres://me:p:w@ss@host:5432/db?a=b", "postgres://me:…@host:5432/db?a=b"],
      ["Q", "redis://:pass@h, amqp://u:v@w", "redis://:…@h, amqp://u:…@w"],
      ["WEB", "https://me@host:80/a:b@c", "https://me@host:80/a:b@c"],
      ["PLAIN", "mailto:me@host http://host:80/?q=a@b", "mailto:me@host http://host:80/?q=a@b"],
    ] as const
  ) assertEquals(shown(name, value), wanted);
  assertEquals(shownVariable(null), undefined);
});

Deno.test("a long value without a password is looked through at once", () => {
  const long = "a.".repeat(64_000);
  assertEquals(shownVariable("")!("LONG", long), long);
  assertEquals(shownVariable("")!("LONG", "a://b:".repeat(20_000)).length, 120_000);
});

Deno.test("an edited job gets back the secrets that were hidden from its editor", () => {
  const env = { API_TOKEN: "x", DB: "postgres://me:old@host/db" };
  const hidden = withoutSecrets({ env }, "*TOKEN*");
  assertEquals(hidden.env, { API_TOKEN: "…", DB: "postgres://me:…@host/db" });
  assertEquals(withSecretsOf(hidden, env).env, env);
  const moved = { env: { ...hidden.env, DB: "postgres://me:…@new/db" } };
  assertEquals(withSecretsOf(moved, env).env.DB, "postgres://me:old@new/db");
  const changed = { env: { ...hidden.env, DB: "postgres://me:new@host/db" } };
  assertEquals(withSecretsOf(changed, env).env.DB, "postgres://me:new@host/db");
  assertEquals(withoutSecrets({ env }, null), { env });
});
