/**
 * Answers: their headers, their compression, and errors as one sentence.
 *
 * @module
 */

import type { Refusal } from "../refusal.ts";

/**
 * What every answer has. Scripts and styles come from this server alone, nothing becomes markup or
 * code by itself, and no other page frames, reads or embeds what is shown here.
 */
const ALWAYS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** Shorter bodies are not compressed: they would hardly get shorter. */
const COMPRESSED_FROM = 1024;

/** The answer's headers, with those that every answer has; not stored unless `extra` says so. */
export function headersOf(type: string, extra: Readonly<Record<string, string>> = {}): Headers {
  return new Headers({ ...ALWAYS, "content-type": type, "cache-control": "no-store", ...extra });
}

/** An answer with a text that is known whole, compressed if the client takes that. */
export async function textAnswer(
  request: Request,
  body: string | Uint8Array<ArrayBuffer>,
  type: string,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Promise<Response> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const all = headersOf(type, { vary: "accept-encoding", ...headers });
  if (bytes.length < COMPRESSED_FROM || !takesGzip(request)) {
    return new Response(bytes, { status, headers: all });
  }
  all.set("content-encoding", "gzip");
  return new Response(await gzip(bytes), { status, headers: all });
}

/** A value as JSON. */
export function jsonAnswer(request: Request, value: unknown, status = 200): Promise<Response> {
  return textAnswer(request, JSON.stringify(value), "application/json", { status });
}

/** Whether a client takes compressed answers. */
export function takesGzip(request: Request): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?![.\d]*[1-9]))/.test(request.headers.get("accept-encoding") ?? "");
}

/** Compresses bytes. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

/** The answer to a request that failed: JSON, or plain text where a person asked for a page. */
export async function errorAnswer(
  request: Request,
  { status, message, headers }: Refusal,
): Promise<Response> {
  const answer = asksForPage(request)
    ? await textAnswer(request, `${message}\n`, "text/plain; charset=utf-8", { status })
    : await jsonAnswer(request, { error: message }, status);
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}

/** Whether a browser asks for a page to show. */
export function asksForPage(request: Request): boolean {
  return (request.headers.get("accept") ?? "").includes("text/html");
}
