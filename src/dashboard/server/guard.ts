/**
 * Who may ask. Four checks, the cheapest first, of every request:
 *
 * 1. `Host` is a name of this server: a page of another name that was bound to this address (DNS
 *    rebinding) is refused before it learns anything.
 * 2. `Sec-Fetch-Site`: what another site's page asks for is refused, but for a person's own click.
 * 3. The token: in the cookie, or `Authorization: Bearer`, or once in the link.
 * 4. Of a change: POST, with JSON, from a page of this server or from no page at all.
 *
 * @module
 */

import { Refusal } from "../refusal.ts";
import { timingSafeEqual } from "node:crypto";
import { headersOf } from "./answer.ts";

/** Where the server listens, and by which names it is asked for. */
export interface Names {
  /** The port; `undefined` on a unix socket. */
  readonly port: number | undefined;
  /** The value of `--host`. */
  readonly host: string;
  /** The values of `--allow-host`: with any port, as a reverse proxy has its own. */
  readonly allowed: readonly string[];
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];
const WILDCARDS = ["0.0.0.0", "::", "[::]"];

/** Whether only this machine can reach what listens on a host. */
export function isLoopback(host: string): boolean {
  return host === "::1" || LOOPBACK.includes(host) || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Decides whether a request may be answered. */
export class Guard {
  readonly #names: Names;
  readonly #token: string;
  /** Cookies ignore ports: two dashboards on one machine must not take each other's. */
  readonly #cookie: string;

  /** @param token What the client must know. */
  constructor(names: Names, token: string) {
    [this.#names, this.#token] = [names, token];
    this.#cookie = `queuectl-${names.port ?? "socket"}`;
  }

  /**
   * @returns An answer that ends the request: the link's, which keeps the token as a cookie.
   * @throws {Refusal} If the request may not be answered.
   */
  check(request: Request, url: URL): Response | undefined {
    this.#checkHost(request);
    checkSite(request);
    const given = url.searchParams.get("token");
    if (given !== null && request.method !== "POST") return this.#enter(request, url, given);
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    const known = bearer === undefined ? cookiesOf(request, this.#cookie) : [bearer];
    if (!known.some((each) => isSame(each, this.#token))) throw unauthorized();
    if (request.method === "POST") this.#checkChange(request);
  }

  #checkHost(request: Request): void {
    const host = request.headers.get("host")?.toLowerCase() ?? "";
    if (this.#isOurs(host)) return;
    const [, name = host] = /^([a-z0-9.-]+)(:\d+)?$/.exec(host) ?? [];
    throw new Refusal(
      403,
      `this server is not ${JSON.stringify(host)}: open the link that it printed, or let it ` +
        `answer to that name with --allow-host ${/^[a-z0-9.-]+$/.test(name) ? name : "NAME"}`,
    );
  }

  #isOurs(host: string): boolean {
    const [, name, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d+))?$/.exec(host) ?? [];
    if (name === undefined) return false;
    if (this.#names.allowed.includes(name)) return true;
    if (this.#names.port === undefined) return name === "localhost";
    // A browser leaves the port of its scheme out.
    if (Number(port ?? 80) !== this.#names.port) return false;
    const { host: own } = this.#names;
    if (LOOPBACK.includes(name) || name === own.toLowerCase() || name === `[${own}]`) return true;
    // An address cannot be bound anew as a name can.
    return WILDCARDS.includes(own) && /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(name);
  }

  /** Keeps the link's token as a cookie and drops it from the address. */
  #enter(request: Request, url: URL, given: string): Response {
    if (!isSame(given, this.#token)) throw unauthorized();
    url.searchParams.delete("token");
    // Relative to this server, whatever stood before the path; `//name` would be another one.
    const location = url.pathname.replace(/^\/+/, "/") + url.search;
    const cookie = `${this.#cookie}=${this.#token}; Path=/; HttpOnly; SameSite=Strict`;
    const headers = headersOf("text/html; charset=utf-8", { "set-cookie": cookie });
    const site = request.headers.get("sec-fetch-site");
    if (site === null || site === "none" || site === "same-origin") {
      headers.set("location", location);
      return new Response(null, { status: 303, headers });
    }
    // After a click elsewhere the browser keeps a Strict cookie back all along the redirect, not
    // when this page goes on by itself.
    const target = location.replace(/[&"<>]/g, (char) => `&#${char.charCodeAt(0)};`);
    const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${target}">` +
      `<title>queuectl</title><a href="${target}">Open the dashboard</a>\n`;
    return new Response(page, { headers });
  }

  /** @throws {Refusal} If another site's page, or a form, asks for a change. */
  #checkChange(request: Request): void {
    const origin = request.headers.get("origin");
    if (origin !== null && !this.#isOwnOrigin(origin, request.headers.get("host")!)) {
      throw new Refusal(403, `a page of ${JSON.stringify(origin)} cannot change this queue`);
    }
    const type = request.headers.get("content-type") ?? "";
    if (!/^application\/json\s*(;|$)/i.test(type)) {
      throw new Refusal(415, "a change needs a JSON body: -H 'content-type: application/json'");
    }
  }

  #isOwnOrigin(origin: string, host: string): boolean {
    const own = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1];
    if (own === undefined) return false;
    return own === host.toLowerCase() || this.#names.allowed.includes(own.replace(/:\d+$/, ""));
  }
}

/**
 * @throws {Refusal} If another site's page sends this request. Browsers leave the header out on
 * plain HTTP of another machine; the cookie, which is Strict, and `Origin` then decide.
 */
function checkSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site === null || site === "same-origin") return;
  const isClick = request.headers.get("sec-fetch-mode") === "navigate" &&
    request.headers.get("sec-fetch-dest") === "document" &&
    (request.method === "GET" || request.method === "HEAD");
  if (isClick || (site === "none" && request.method !== "POST")) return;
  throw new Refusal(403, "a page of another site cannot use this server");
}

function unauthorized(): Refusal {
  return new Refusal(
    401,
    "the token is missing or wrong: open the link that queuectl dashboard printed when it " +
      "started, or send its token as: Authorization: Bearer TOKEN",
    { "www-authenticate": "Bearer" },
  );
}

/** All values of a cookie: a page on another port of this machine can add one of the same name. */
function cookiesOf(request: Request, name: string): string[] {
  return (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/** Compares in a time that does not tell where two texts differ. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => new TextEncoder().encode(text));
  return one!.length === other!.length && timingSafeEqual(one!, other!);
}

/** A new token: 256 random bits. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
