/** What the server refuses: each rule, with the attack that it stops. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Refusal } from "../../src/dashboard/refusal.ts";
import { findRoute, ROUTES } from "../../src/dashboard/server/routes.ts";
import { WORKER_PATTERN } from "../../src/format/worker_names.ts";
import { eventually } from "../temporary_queue.ts";
import { EventReader, TestServer } from "./test_server.ts";

const JSON_TYPE = { "content-type": "application/json" };

Deno.test("the link is redirected to an address without the token, which becomes a cookie", async () => {
  await using server = await TestServer.start();
  assertEquals(server.link, `${server.origin}/?token=${server.token}`);
  assert(/^[\w-]{43}$/.test(server.token), server.token);
  const answer = await server.raw(`GET /jobs?states=dead&token=${server.token}`, {
    authorization: undefined,
  });
  assertEquals([answer.status, answer.headers.get("location")], [303, "/jobs?states=dead"]);
  assertEquals(
    answer.headers.get("set-cookie"),
    `queuectl-${server.port}=${server.token}; Path=/; HttpOnly; SameSite=Strict`,
  );
  const cookie = `other=1; queuectl-${server.port}=${server.token}`;
  const asked = await server.raw("GET /api/jobs", { authorization: undefined, cookie });
  assertEquals(asked.status, 200);
});

Deno.test("the link's redirect never leads to another server", async () => {
  await using server = await TestServer.start();
  const { headers } = await server.raw(`GET //evil.example/?token=${server.token}`);
  assertEquals(headers.get("location"), "/evil.example/");
});

Deno.test("a link that another site opened goes on by a page, as the cookie is Strict", async () => {
  await using server = await TestServer.start();
  const click = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  const answer = await server.raw(`GET /jobs?text=%22&a=1&token=${server.token}`, click);
  assertEquals(answer.status, 200);
  assertStringIncludes(answer.text, 'content="0;url=/jobs?text=%22&#38;a=1"');
});

Deno.test("without the token, or with a wrong one, nothing is answered", async () => {
  await using server = await TestServer.start();
  const wrong = "x".repeat(server.token.length);
  const tries: [string, Record<string, string | undefined>][] = [
    ["/api/jobs", { authorization: undefined }],
    ["/api/jobs", { authorization: `Bearer ${wrong}` }],
    ["/api/jobs", { authorization: `Bearer ${server.token}x` }],
    ["/api/jobs", { authorization: `Basic ${server.token}` }],
    ["/api/jobs", { authorization: undefined, cookie: `queuectl-${server.port}=${wrong}` }],
    ["/api/jobs", { authorization: undefined, cookie: `queuectl-1=${server.token}` }],
    [`/?token=${wrong}`, {}],
    ["/?token=", {}],
    ["/nowhere", { authorization: undefined }],
    ["/metrics", { authorization: undefined }],
  ];
  for (const [path, headers] of tries) {
    const { status, text } = await server.raw(`GET ${path}`, headers);
    assertEquals(status, 401, `${path} ${JSON.stringify(headers)}`);
    assertStringIncludes(text, "open the link that queuectl dashboard printed");
  }
  const page = await server.raw("GET /", { authorization: undefined, accept: "text/html" });
  assertEquals([page.status, page.headers.get("content-type")], [401, "text/plain; charset=utf-8"]);
  const changed = await server.raw("POST /api/jobs", {
    ...JSON_TYPE,
    authorization: undefined,
  }, '{"command":"true"}');
  assertEquals([changed.status, server.queue.counts().pending], [401, 0]);
});

Deno.test("each start has another token", async () => {
  await using one = await TestServer.start();
  await using other = await TestServer.start();
  assert(one.token !== other.token);
  assertEquals(
    (await fetch(`${other.origin}/api/jobs`, {
      headers: { authorization: `Bearer ${one.token}` },
    }).then((answer) => answer.json())).error.slice(0, 9),
    "the token",
  );
});

Deno.test("a rebound name is refused, even with the token", async () => {
  await using server = await TestServer.start({ allowHosts: ["Queue.Example"] });
  const { port } = server;
  const hosts: [string | undefined, number][] = [
    [`evil.example:${port}`, 403],
    ["evil.example", 403],
    [`127.0.0.1.evil.example:${port}`, 403],
    [`localhost.:${port}`, 403],
    [`127.0.0.1:${port + 1}`, 403],
    ["127.0.0.1", 403],
    [`192.168.0.1:${port}`, 403],
    [`user@127.0.0.1:${port}`, 403],
    ["", 403],
    [`localhost:${port}`, 200],
    [`LOCALHOST:${port}`, 200],
    [`[::1]:${port}`, 200],
    [`127.0.0.1:${port}`, 200],
    ["queue.example", 200],
    ["queue.example:8443", 200],
  ];
  for (const [host, status] of hosts) {
    assertEquals((await server.raw("GET /api/jobs", { host })).status, status, host);
  }
  assertEquals((await server.raw("GET /api/jobs", { host: undefined })).status >= 400, true);
  const absolute = await server.raw("GET http://evil.example/api/jobs", {
    host: `evil.example`,
  });
  assertEquals(absolute.status, 403);
  const linked = await server.raw(`GET /?token=${server.token}`, { host: "evil.example" });
  assertEquals([linked.status, linked.headers.get("set-cookie")], [403, null]);
});

Deno.test("a server for all addresses takes any address as its name, and no other name", async () => {
  await using server = await TestServer.start({ host: "0.0.0.0" });
  const { port } = server;
  assertEquals(server.link, `http://127.0.0.1:${port}/?token=${server.token}`);
  for (
    const [host, status] of [
      [`10.1.2.3:${port}`, 200],
      [`[fe80::1]:${port}`, 200],
      [`evil.example:${port}`, 403],
    ] as const
  ) {
    assertEquals((await server.raw("GET /api/jobs", { host })).status, status, host);
  }
});

Deno.test("a page of another origin cannot change anything, and a form cannot either", async () => {
  await using server = await TestServer.start({ allowHosts: ["queue.example"] });
  const host = `127.0.0.1:${server.port}`;
  const job = '{"command":"true"}';
  const tries: [Record<string, string>, number][] = [
    [{ ...JSON_TYPE, origin: "http://evil.example" }, 403],
    [{ ...JSON_TYPE, origin: "null" }, 403],
    [{ ...JSON_TYPE, origin: `http://127.0.0.1:${server.port + 1}` }, 403],
    [{ ...JSON_TYPE, origin: `http://localhost:${server.port}` }, 403],
    [{ ...JSON_TYPE, origin: `http://${host}.evil.example` }, 403],
    [{ ...JSON_TYPE, "sec-fetch-site": "cross-site" }, 403],
    [{ ...JSON_TYPE, "sec-fetch-site": "same-site" }, 403],
    [{ ...JSON_TYPE, "sec-fetch-site": "none" }, 403],
    [{
      ...JSON_TYPE,
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    }, 403],
    [{ "content-type": "application/x-www-form-urlencoded" }, 415],
    [{ "content-type": "multipart/form-data; boundary=x" }, 415],
    [{ "content-type": "text/plain" }, 415],
    [{ "content-type": "text/plain; application/json" }, 415],
    [{}, 415],
  ];
  for (const [headers, status] of tries) {
    const answer = await server.raw("POST /api/jobs", headers, job);
    assertEquals(answer.status, status, JSON.stringify(headers));
  }
  assertEquals(server.queue.counts().pending, 0);
  const origins = [`http://${host}`, "https://queue.example", "https://queue.example:8443"];
  for (const origin of origins) {
    const headers = { ...JSON_TYPE, origin, "sec-fetch-site": "same-origin" };
    assertEquals((await server.raw("POST /api/jobs", headers, job)).status, 201, origin);
  }
});

Deno.test("another site's page can neither read, embed nor listen", async () => {
  await using server = await TestServer.start();
  for (const site of ["cross-site", "same-site"]) {
    for (const [mode, dest] of [["no-cors", "script"], ["cors", "empty"], ["navigate", "iframe"]]) {
      const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest };
      for (const path of ["/api/jobs", "/api/events", "/metrics"]) {
        assertEquals((await server.raw(`GET ${path}`, headers)).status, 403, `${site} ${dest}`);
      }
    }
  }
});

Deno.test("every answer forbids scripts of others, frames, sniffing and keeping", async () => {
  await using server = await TestServer.start();
  const paths = ["/api/status", "/api/jobs/nothing", "/nowhere", `/?token=${server.token}`];
  for (const path of paths) {
    const { headers } = await server.raw(`GET ${path}`);
    const policy = headers.get("content-security-policy") ?? "";
    for (
      const part of [
        "default-src 'none'",
        "script-src 'self';",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "base-uri 'none'",
      ]
    ) assertStringIncludes(policy, part, path);
    assert(!policy.includes("unsafe"), policy);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("GET changes nothing, and no other method is known", async () => {
  await using server = await TestServer.start();
  const { id } = await server.queue.enqueue({ command: "true", id: "a" });
  for (const { path, method } of ROUTES) {
    if (method !== "POST" || path === "/api/jobs" || path === "/api/schedules") continue;
    if (path === "/api/settings" || path.endsWith("/bulk") || path.endsWith("/preview")) continue;
    const { status } = await server.raw(`GET ${path.replace(/\{\w+\}/, id)}`);
    assertEquals(status, 405, path);
  }
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]) {
    assertEquals((await server.raw(`${method} /api/jobs/a`)).status, 405, method);
  }
  assertEquals(server.queue.get("a")?.state, "pending");
});

Deno.test("a read-only server has no route that changes anything", async () => {
  await using server = await TestServer.start({ readOnly: true });
  await server.queue.enqueue({ command: "true", id: "a" });
  for (const { path, method } of ROUTES) {
    if (method !== "POST") continue;
    const [status, { error }] = await server.post(path.replace(/\{\w+\}/, "a"));
    assertEquals(status, 405, path);
    assertStringIncludes(String(error), "read-only");
  }
  assertEquals((await server.json<{ read_only: boolean }>("/api/status")).read_only, true);
  assertEquals(server.queue.get("a")?.state, "pending");
});

Deno.test("no path becomes a file's name unless it is an ID", async () => {
  await using server = await TestServer.start();
  Deno.writeTextFileSync(`${server.dir}/secret.log`, "secret");
  Deno.writeTextFileSync(`${server.dir}/../queuectl-secret.log`, "secret");
  const names = [
    "..%2fsecret",
    "..%2f..%2fqueuectl-secret",
    "%2e%2e%2fsecret",
    "../secret",
    "..\\secret",
    ".",
    "a%00",
    "%zz",
    "-a",
    "a.json",
    "a%0d%0ax",
    "é",
    `${"a".repeat(65)}`,
    "<script>",
  ];
  try {
    for (const name of names) {
      for (const path of [`/api/jobs/${name}/log`, `/api/jobs/${name}`, `/api/schedules/${name}`]) {
        const { status, text } = await server.raw(`GET ${path}`);
        assert(status === 404 || status === 400, `${path}: ${status}`);
        assert(!text.includes("secret\n") && text !== "secret", text);
      }
      for (const { method, path } of ROUTES.filter((route) => route.path.includes("{"))) {
        // A worker's name may begin with a dash and be long; it must be that of a live one.
        if (path.startsWith("/api/workers/") && WORKER_PATTERN.test(name)) continue;
        const asked = path.replace(/\{\w+\}/, name);
        assertThrows(() => findRoute(method, asked, false), Refusal, "no such route", asked);
      }
      assertEquals((await server.raw(`GET /api/events?log=${name}`)).status, 400, name);
      const posted = await server.raw(`POST /api/workers/${name}/stop`, JSON_TYPE, "{}");
      assert([400, 404, 405].includes(posted.status), `${name}: ${posted.status}`);
    }
  } finally {
    Deno.removeSync(`${server.dir}/../queuectl-secret.log`);
  }
});

Deno.test("a body of more than 1 MiB is refused, with its length and without", async () => {
  await using server = await TestServer.start();
  const body = JSON.stringify({ command: "x".repeat(1024 * 1024) });
  const answer = await server.raw("POST /api/jobs", JSON_TYPE, body);
  assertEquals(answer.status, 413);
  const piece = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  const chunked = await server.raw("POST /api/jobs", {
    ...JSON_TYPE,
    "content-length": undefined,
    "transfer-encoding": "chunked",
  }, piece.repeat(17));
  assertEquals(chunked.status, 413);
  assertEquals(server.queue.counts().pending, 0);
});

Deno.test("a body that does not come is given up", async () => {
  await using server = await TestServer.start({ most: { patience: 100 } });
  const answer = await server.raw("POST /api/jobs", { ...JSON_TYPE, "content-length": "100" }, "{");
  assertEquals(answer.status, 408);
});

Deno.test("a body that is not JSON, or not UTF-8, is refused in one sentence", async () => {
  await using server = await TestServer.start();
  for (const body of ["{", "[1", "nonsense"]) {
    const answer = await server.raw("POST /api/jobs", JSON_TYPE, body);
    assertEquals([answer.status, JSON.parse(answer.text).error], [
      400,
      "the body is not JSON in UTF-8",
    ]);
  }
  const bytes = await fetch(`${server.origin}/api/jobs`, {
    method: "POST",
    headers: { ...JSON_TYPE, authorization: `Bearer ${server.token}` },
    body: new Uint8Array([0x22, 0xff, 0x22]),
  });
  assertEquals([bytes.status, (await bytes.json()).error], [400, "the body is not JSON in UTF-8"]);
});

Deno.test("too many requests under way are refused, and idle connections hold up nobody", async () => {
  await using server = await TestServer.start({ most: { requests: 3 } });
  const idle = await Promise.all(
    Array.from({ length: 500 }, () => Deno.connect({ hostname: "127.0.0.1", port: server.port })),
  );
  const slow = await Promise.all(Array.from({ length: 3 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(
      `POST /api/jobs HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-length: 9\r\n` +
        `authorization: Bearer ${server.token}\r\ncontent-type: application/json\r\n\r\n{`,
    ));
    return connection;
  }));
  await eventually("a request is refused", async () => {
    const { status, text } = await server.raw("GET /api/settings");
    return status === 503 && text.includes("3 requests are under way");
  });
  for (const connection of slow) connection.close();
  await eventually(
    "a request is answered again",
    async () => (await server.raw("GET /api/settings")).status === 200,
  );
  for (const connection of idle) connection.close();
});

Deno.test("who has no token holds up nobody, with bodies that do not come", async () => {
  await using server = await TestServer.start({ most: { requests: 3 } });
  const slow = await Promise.all(Array.from({ length: 20 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(
      `POST /api/jobs HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-length: 9\r\n` +
        `content-type: application/json\r\n\r\n{`,
    ));
    return connection;
  }));
  await eventually(
    "a request is answered",
    async () => (await server.raw("GET /api/settings")).status === 200,
  );
  for (const connection of slow) connection.close();
});

Deno.test("too many streams are refused, and one that ends makes room", async () => {
  await using server = await TestServer.start({ most: { streams: 2 } });
  using _first = await EventReader.open(server);
  const second = await EventReader.open(server);
  const third = await server.raw("GET /api/events");
  assertEquals([third.status, third.headers.get("retry-after")], [503, "10"]);
  second.close();
  await eventually("there is room again", async () => {
    try {
      (await EventReader.open(server)).close();
      return true;
    } catch {
      return false;
    }
  });
});
