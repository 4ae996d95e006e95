import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { bundle } from "../../src/dashboard/page/bundle.ts";
import type { PageData } from "../../src/dashboard/page/data.ts";
import { jobsQuery, jobsSearch } from "../../src/dashboard/page/data.ts";
import { assets, renderPage } from "../../src/dashboard/page/render.ts";
import { parsePage } from "./page_html.ts";
import { HOSTILE, sampleData, sampleStatus } from "./page_samples.ts";

function render(data: PageData, url = "/"): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return renderPage({ path: pathname, query: searchParams, data });
}

Deno.test("a page asks for three files, which are all that is served", () => {
  const asked = new Set<string>();
  const page = render({ status: sampleStatus(), view: { page: "workers" } });
  for (const { tag, attributes } of parsePage(page)) {
    if (tag === "script" && attributes.src) asked.add(attributes.src);
    if (tag === "link" && !attributes.href!.startsWith("data:")) asked.add(attributes.href!);
  }
  assertEquals([...asked].sort(), [...assets().keys()].sort());
  assertEquals(asked.size, 3);
});

Deno.test("modules that are joined to one script do what they do apart", async () => {
  const sources = new Map([
    [
      "main.ts",
      'import { a, b as c } from "./sub/x.ts";\nimport{two as t}from"pack";\n' +
      "globalThis.joined = [a(), c, t];",
    ],
    [
      "sub/x.ts",
      'import {\n  one,\n} from "pack";\nexport function a() {\n  return one;\n}\n' +
      'export const b = "export {";\nexport const unused = 1;',
    ],
    [
      "pack",
      'import{one as o,x}from"core";let q=x+1;export{o as one,q as two};export{x}from"core";',
    ],
    ["core", "const o=1,x=6;export{o as one,x};"],
  ]);
  const script = bundle("main.ts", sources);
  await import(`data:text/javascript,${encodeURIComponent(script)}`);
  assertEquals((globalThis as { joined?: unknown }).joined, [1, "export {", 7]);
  sources.set("core", 'import { a } from "./sub/x.ts";export{a as one};');
  assertThrows(() => bundle("main.ts", sources), Error, "imports itself");
  sources.set("core", "export default 1;");
  assertThrows(() => bundle("main.ts", sources), Error, "in a way that bundle.ts does not know");
  assertThrows(() => bundle("other.ts", sources), Error, "other.ts is not among the files");
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
  const [, script] = [...assets()].find(([path]) => path.endsWith("page.js"))!;
  const files = new TextDecoder().decode(script.body).split(/^\/\/ (?=\S+$)/m)
    .filter((file) => /^\S+\.ts\n/.test(file));
  assertGreater(files.length, 20);
  for (const text of files) {
    const markup = /innerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/i.exec(text);
    assertEquals(markup, null, text.slice(0, 40));
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
  const jobs = { ...sampleStatus().jobs, pending: 1, processing: 2, done: 9, dead: 12345 };
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
