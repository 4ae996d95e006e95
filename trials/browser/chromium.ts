/**
 * Debian's Chromium.
 *
 * @module
 */

import { type Browser, chromium } from "playwright-core";

/** Where Chromium is, if it is installed. */
export function findChromium(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Starts it, without a window; it asks nothing of any network by itself. */
export async function launch(executablePath: string): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    args: [
      // Root has no sandbox for it, and containers no large /dev/shm.
      ...["--no-sandbox", "--disable-dev-shm-usage"],
      ...["--disable-background-networking", "--disable-component-update", "--no-first-run"],
    ],
  });
}
