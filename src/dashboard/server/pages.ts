/**
 * Pages, rendered here so that they are complete before any script runs, and the files that they
 * name.
 *
 * @module
 */

import type { Queue } from "../../../mod.ts";
import type { Scanner } from "../scan/scanner.ts";
import { type Answers, dataFor } from "../page/data.ts";
import { assets, renderPage } from "../page/render.ts";
import { Refusal } from "../refusal.ts";
import { gzip, headersOf, takesGzip, textAnswer } from "./answer.ts";
import type { EventHub } from "./event_hub.ts";
import { spanOf } from "./given.ts";
import { settingRows } from "./settings.ts";

const METHODS = { allow: "GET, HEAD" };

/** Answers with pages and their files. */
export class Pages {
  readonly #answers: Answers;
  /** Compressed files by their paths. */
  readonly #compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(queue: Queue, scanner: Scanner, hub: EventHub) {
    this.#answers = {
      status: () => hub.status(),
      jobs: (query) => scanner.jobs(query),
      job: (id) => scanner.job(id),
      dead: () => scanner.dead(),
      stats(word) {
        const { span, parts } = spanOf(word);
        return scanner.stats(span, parts);
      },
      schedules: () => scanner.schedules(),
      settings: () => Promise.resolve(settingRows(queue)),
    };
  }

  /** @throws {Refusal} If the request is for a change, or for a file that does not exist. */
  async answer(request: Request, { pathname: path, searchParams: query }: URL): Promise<Response> {
    const isHead = request.method === "HEAD";
    if (request.method !== "GET" && !isHead) {
      throw new Refusal(405, "pages are for reading; changes go to /api", METHODS);
    }
    if (path.startsWith("/assets/")) return await this.#file(request, path);
    const data = await dataFor(path, query, this.#answers);
    const { page } = data.view;
    const status = page === "missing" ? 404 : page === "failed" ? 500 : 200;
    const html = renderPage({ path, query, data });
    const answer = await textAnswer(request, html, "text/html; charset=utf-8", { status });
    return isHead ? new Response(null, answer) : answer;
  }

  async #file(request: Request, path: string): Promise<Response> {
    const file = assets().get(path);
    if (!file) throw new Refusal(404, "there is no such file; reload the page");
    const { type, body, etag } = file;
    // The path holds a hash of the content.
    const headers = headersOf(type, {
      "cache-control": "private, max-age=31536000, immutable",
      "vary": "accept-encoding",
      etag,
    });
    if (request.headers.get("if-none-match") === etag) {
      return new Response(null, { status: 304, headers });
    }
    if (request.method === "HEAD") return new Response(null, { headers });
    if (!takesGzip(request)) return new Response(body, { headers });
    headers.set("content-encoding", "gzip");
    const known = this.#compressed.get(path) ?? gzip(body);
    this.#compressed.set(path, known);
    return new Response(await known, { headers });
  }
}
