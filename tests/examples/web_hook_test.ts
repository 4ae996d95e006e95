import { assertEquals } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { ExampleSite, HOSTILE } from "./example_site.ts";

const SECRET = "only the sender knows it";
const DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958";

async function signature(body: string, secret: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const bytes = await crypto.subtle.sign(algorithm, key, encoder.encode(body));
  return `sha256=${new Uint8Array(bytes).toHex()}`;
}

Deno.test("the web hook example gives a signed body to its job on standard input, once", async () => {
  await using site = new ExampleSite();
  const server = site.spawn('exec deno run -A "$EXAMPLES/web_hook.ts" sed "s/^/it is /"', {
    HOOK_SECRET: SECRET,
    PORT: "0",
  });
  await server.says(/Listening on http:\S+/);
  const url = /Listening on (http:\S+)/.exec(server.stdout + server.stderr)![1]!;
  const post = async (body: string, signed: string, delivery = DELIVERY) => {
    const headers = { "X-Hub-Signature-256": signed, "X-GitHub-Delivery": delivery };
    const response = await fetch(url, { method: "POST", body, headers });
    return `${response.status} ${(await response.text()).trim()}`;
  };

  assertEquals(await post("{}", await signature("{}", "a guess")), "403 wrong signature");
  assertEquals(await post("{}", await signature("{ }", SECRET)), "403 wrong signature");
  assertEquals(await post("{}", ""), "403 wrong signature");
  const signed = await signature(HOSTILE, SECRET);
  assertEquals(await post(HOSTILE, signed, "../../x"), "400 no delivery");
  const large = "x".repeat((1 << 20) + 1);
  assertEquals((await post(large, await signature(large, SECRET))).slice(0, 3), "413");
  assertEquals((await fetch(url)).status, 405);
  assertEquals(site.program.names("pending"), []);

  assertEquals(await post(HOSTILE, signed), `202 hook-${DELIVERY}`);
  assertEquals(await post(HOSTILE, signed), `202 hook-${DELIVERY}`);
  const [job, ...others] = await site.work();
  assertEquals([job!.state, others.length], ["done", 0]);
  const log = await site.run(`queuectl logs hook-${DELIVERY}`);
  assertEquals(log, HOSTILE.replace(/^/gm, "it is "));
  assertEquals(await post(HOSTILE, signed), `202 hook-${DELIVERY}`);
  assertEquals((await site.work()).length, 1);

  server.kill("SIGTERM");
  await eventually("the server has ended", () => server.over);
});
