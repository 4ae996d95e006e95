/**
 * The body of a request: JSON of a bounded size, which comes within a bounded time.
 *
 * @module
 */

import { Refusal } from "../refusal.ts";

/** The largest body, in bytes: that of a job's file. */
export const MAX_BODY = 1024 * 1024;

/**
 * Reads a body as JSON; an empty one is `{}`.
 *
 * @param patience How long it may take to come, in milliseconds.
 * @throws {Refusal} If it is too large, too slow or not JSON.
 */
export async function readBody(request: Request, patience: number): Promise<unknown> {
  const tooLarge = new Refusal(413, "the body is larger than 1 MiB; send fewer jobs at once");
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY) throw tooLarge;
  const reader = request.body?.getReader();
  if (!reader) return {};
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Refusal(408, `the body did not come within ${patience / 1000} s`)),
    patience,
  );
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (let size = 0;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      size += value.length;
      if (size > MAX_BODY) throw tooLarge;
      pieces.push(value);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
  try {
    const bytes = await new Blob(pieces).bytes();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.trim() === "" ? {} : JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is not JSON in UTF-8");
  }
}

/** A value that must be a JSON object; `name` says which. */
export function objectBody(body: unknown, name = "the body"): Record<string, unknown> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new Refusal(400, `${name} must be a JSON object`);
}
