/**
 * Whole pages as HTML, complete without JavaScript: what the server sends first.
 *
 * @module
 */

import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { assets, SCRIPT, STYLE, THEME_SCRIPT } from "./assets.ts";
import type { PageData } from "./data.ts";
import { Body, tabTitle } from "./shell.ts";
import { Store } from "./store.ts";

export { assets };

/** The sign of the tab: three jobs in a row, the first of which runs. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1d4ed8"/><path d="M3 4h10M3 8h7M3 12h7" stroke="#fff" stroke-width="2"/></svg>`,
);

/** What is asked for, and what the page is made from. */
export interface PageRequest {
  path: string;
  query: URLSearchParams;
  data: PageData;
  /** For the script elements, if the security policy asks for one. */
  nonce?: string;
}

/** The HTML of a page. */
export function renderPage({ path, query, data, nonce }: PageRequest): string {
  const search = query.toString();
  const store = new Store(data, path + (search && `?${search}`));
  const script = nonce === undefined ? "" : ` nonce="${escaped(nonce)}"`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<title>${escaped(tabTitle(store))}</title>
<script src="${THEME_SCRIPT}"${script}></script>
<link rel="stylesheet" href="${STYLE}">
<script type="module" src="${SCRIPT}"${script}></script>
</head>
<body>
<noscript><p class="banner">Without JavaScript this page is for reading: reload it for news, and
type the command lines for changes.</p></noscript>
<div id="app">${renderToString(h(Body, { store }))}</div>
<script type="application/json" id="data"${script}>${jsonText(data)}</script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** JSON in which no text ends the script element around it, or begins a comment in it. */
function jsonText(data: PageData): string {
  return JSON.stringify(data).replaceAll("<", "\\u003c");
}
