import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestServer } from "./test_server.ts";

Deno.test("each page is whole HTML, and the files that it names are served compressed", async () => {
  await using server = await TestServer.start();
  await server.queue.enqueue({ id: "a", command: "echo <b>bold</b>" });
  for (
    const path of ["/", "/jobs", "/jobs/a", "/new", "/schedules", "/dead", "/workers", "/settings"]
  ) {
    const answer = await server.get(path);
    assertEquals(
      [answer.status, answer.headers.get("content-type")],
      [200, "text/html; charset=utf-8"],
      path,
    );
    const html = await answer.text();
    assertStringIncludes(html, "<!doctype html>");
    assert(!html.includes("<b>bold"), path);
  }
  const html = await (await server.get("/")).text();
  const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  assertEquals(files.length, 3);
  for (const path of new Set(files)) {
    const { status, headers } = await server.raw(`GET ${path}`, { "accept-encoding": "br, gzip" });
    assertEquals(status, 200, path);
    assertEquals(headers.get("content-encoding"), "gzip", path);
    assertStringIncludes(headers.get("cache-control")!, "immutable");
    const etag = headers.get("etag")!;
    assertEquals((await server.raw(`GET ${path}`, { "if-none-match": etag })).status, 304);
    assertEquals((await server.get(path)).status, 200);
  }
});

Deno.test("a page that does not exist is 404, also of a job; a page takes GET and HEAD only", async () => {
  await using server = await TestServer.start();
  for (const path of ["/nowhere", "/jobs/none", "/schedules/none", "/assets/none.js"]) {
    assertEquals((await server.get(path)).status, 404, path);
    await server.get(path).then((answer) => answer.body?.cancel());
  }
  const head = await server.raw("HEAD /jobs");
  assertEquals([head.status, head.text], [200, ""]);
  assertEquals((await server.post("/jobs"))[0], 405);
});
