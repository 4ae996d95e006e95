import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import type { PageData } from "../../src/dashboard/page/data.ts";
import { jobsQuery, jobsSearch } from "../../src/dashboard/page/data.ts";
import { assets, renderPage } from "../../src/dashboard/page/render.ts";
import { parsePage } from "./page_html.ts";
import { HOSTILE, sampleData, sampleStatus } from "./page_samples.ts";

function render(data: PageData, url = "/"): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return renderPage({ path: pathname, query: searchParams, data });
}

Deno.test("every file that a page asks for is served, and what those import", () => {
  const files = assets();
  const asked = new Set<string>();
  for (
    const { tag, attributes } of parsePage(
      render({ status: sampleStatus(), view: { page: "workers" } }),
    )
  ) {
    if (tag === "script" && attributes.src) asked.add(attributes.src);
    if (tag === "link" && !attributes.href!.startsWith("data:")) asked.add(attributes.href!);
  }
  for (const path of asked) {
    const file = files.get(path);
    assert(file, `${path} is not served`);
    if (!file.type.startsWith("text/javascript")) continue;
    const text = new TextDecoder().decode(file.body);
    for (const [, name] of text.matchAll(/\b(?:from|import)\s*"([^"]+)"/g)) {
      assert(asked.has(new URL(name!, `http://h${path}`).pathname), `${path} imports ${name}`);
    }
  }
  assertEquals([...files.keys()].filter((path) => !asked.has(path)), []);
});

Deno.test("all files together are less than 100 KB over the wire", async () => {
  let sum = 0;
  for (const { body } of assets().values()) {
    const packed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
    sum += (await new Response(packed).arrayBuffer()).byteLength;
  }
  assertLess(sum, 100_000);
});

Deno.test("no file of a page makes markup of text", () => {
  for (const [path, { body }] of assets()) {
    if (!path.endsWith(".ts")) continue;
    const text = new TextDecoder().decode(body);
    assert(!/innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/.test(text), path);
  }
});

Deno.test("hostile text in the status and in a sentence stays text", async () => {
  const status = sampleStatus({
    dir: HOSTILE,
    findings: [{ problem: HOSTILE, remedy: HOSTILE, mended: false }],
  });
  const page = render(
    await sampleData("/jobs/gone", { status: () => Promise.resolve(status) }),
    `/jobs/gone?text=${encodeURIComponent(HOSTILE)}`,
  );
  const elements = parsePage(page);
  assert(elements.every(({ tag }) => tag !== "img"));
  const finding = elements.find(({ tag, parent }) => tag === "li" && parent?.tag === "ul")!;
  assertStringIncludes(finding.text, '<img src=x onerror="alert(1)">');
  assertStringIncludes(finding.text, String.raw`\x1b[31m\u202egpj\x00`);
  const data = elements.find(({ attributes }) => attributes.id === "data")!;
  assertEquals(JSON.parse(data.text).status.dir, HOSTILE);
});

Deno.test("the title of the tab says how many jobs run and are dead", () => {
  const jobs = { pending: 1, delayed: 0, processing: 2, done: 9, failed: 0, dead: 12345 };
  const page = render({ status: sampleStatus({ jobs }), view: { page: "workers" } });
  assertMatch(page, /<title>2 running · 12\u202f345 dead · Workers · queuectl<\/title>/);
});

Deno.test("a page of a paused queue says so, with the command line that resumes it", () => {
  const status = sampleStatus({ paused: true });
  const page = render({ status, view: { page: "workers" } });
  assertStringIncludes(page, "queuectl worker resume");
  const fixed = render({ status: { ...status, read_only: true }, view: { page: "workers" } });
  assert(!fixed.includes(">Resume<"));
});

Deno.test("a query for jobs survives its way through a URL, and defaults replace what is wrong", () => {
  const asked = jobsQuery(
    new URLSearchParams("states=dead,held&text=a%26b&sort=duration&order=asc&cursor=x&limit=7"),
  );
  assertEquals(jobsQuery(new URLSearchParams(jobsSearch(asked))), asked);
  assertEquals(jobsQuery(new URLSearchParams("states=lost&sort=size&order=up&limit=0.5")), {
    ...{ states: [], text: "", sort: "created", order: "desc", limit: 50 },
  });
});
