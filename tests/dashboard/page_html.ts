/**
 * Reads HTML as a page's test needs it: strictly, so that a text that became markup is seen.
 *
 * @module
 */

/** An element of a page. */
export interface Element {
  tag: string;
  attributes: Record<string, string>;
  /** All text in it, of its children too. */
  text: string;
  parent: Element | undefined;
}

const VOID = new Set(["meta", "link", "input", "br", "hr", "img"]);

/** Attributes that run a script, or give a style that the security policy forbids. */
const FORBIDDEN = /^(?:on|style$|srcdoc$)/i;

const TOKEN =
  /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gy;

/**
 * The elements of a page in the order of their beginnings.
 *
 * @throws {Error} If it is not well formed, or an element has an attribute that no page may have.
 */
export function parsePage(page: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < page.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(page);
    if (!match) throw new Error(`no HTML at ${at}: ${page.slice(at, at + 60)}`);
    const [, close, tag, attributes = "", text] = match;
    if (text !== undefined) {
      for (const element of open) element.text += decoded(text);
    } else if (tag !== undefined && close) {
      const last = open.pop();
      if (last?.tag !== tag) throw new Error(`</${tag}> closes <${last?.tag}>`);
    } else if (tag !== undefined) {
      const element = { tag, attributes: attributesOf(attributes), text: "", parent: open.at(-1) };
      elements.push(element);
      if (!VOID.has(tag) && !match[0].endsWith("/>")) open.push(element);
      if (tag === "script") {
        const end = page.indexOf("</script>", TOKEN.lastIndex);
        element.text = page.slice(TOKEN.lastIndex, end);
        TOKEN.lastIndex = end;
      }
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.tag}> is not closed`);
  return elements;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value = ""] of text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)) {
    if (FORBIDDEN.test(name!)) throw new Error(`an element has the attribute ${name}`);
    found[name!] = decoded(value);
  }
  return found;
}

function decoded(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}
