/**
 * A web hook that adds a job for each signed request, as GitHub and others send them: the header
 * `X-Hub-Signature-256` is `sha256=` and the HMAC of the body in hex.
 *
 *     HOOK_SECRET=… deno run -A examples/web_hook.ts ./deploy.sh
 *
 * The words are the program to run and its arguments. It reads the body on standard input; nothing
 * that a request says becomes part of a command. A delivery that is sent twice is one job. Answers
 * 202 with the job's ID once the job is on the disk. Port: $PORT, or 8000, on this machine only.
 *
 * @module
 */

import { Queue, QueueError, shellQuote } from "../mod.ts";

const LARGEST_BODY = 1 << 20;
const secret = Deno.env.get("HOOK_SECRET");
if (!secret || Deno.args.length === 0) {
  console.error("usage: HOOK_SECRET=… web_hook.ts PROGRAM [ARGUMENT…]");
  Deno.exit(2);
}
const command = shellQuote(Deno.args);
const algorithm = { name: "HMAC", hash: "SHA-256" };
const bytes = new TextEncoder().encode(secret);
const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["verify"]);
const queue = await Queue.open();

async function isSigned(body: BufferSource, header: string | null): Promise<boolean> {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? "")?.[1];
  if (hex === undefined) return false;
  // verify() takes the same time wherever the signatures differ.
  return await crypto.subtle.verify(algorithm, key, Uint8Array.fromHex(hex), body);
}

async function answer(request: Request): Promise<Response> {
  if (request.method !== "POST") return new Response("POST only\n", { status: 405 });
  if (!(Number(request.headers.get("content-length") ?? Infinity) <= LARGEST_BODY)) {
    return new Response("say a Content-Length of at most 1 MiB\n", { status: 413 });
  }
  const body = await request.arrayBuffer();
  if (!await isSigned(body, request.headers.get("x-hub-signature-256"))) {
    return new Response("wrong signature\n", { status: 403 });
  }
  const delivery = request.headers.get("x-github-delivery") ?? crypto.randomUUID();
  if (!/^[0-9a-f-]{36}$/.test(delivery)) return new Response("no delivery\n", { status: 400 });
  const id = `hook-${delivery}`;
  try {
    await queue.enqueue({ id, command }, { stdin: new Blob([body]).stream() });
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    if (queue.get(id) === undefined) return new Response(`${error.message}\n`, { status: 503 });
  }
  return new Response(`${id}\n`, { status: 202 });
}

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 8000) }, answer);
