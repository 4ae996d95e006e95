/**
 * `deno task screenshots`: writes docs/screens/*.png, of a queue that looks like real life.
 *
 * As root it runs with a host name and a /srv of its own, so that the pictures tell nothing of this
 * machine.
 *
 * @module
 */

import type { BrowserContextOptions } from "playwright-core";
import { findChromium, launch } from "./chromium.ts";
import { withPalette } from "./palette_png.ts";
import { makeRealLife, SHOWN } from "./real_life.ts";
import { Scene } from "./scene.ts";

const HOST = "media1";
const FOLDER = new URL("../../docs/screens/", import.meta.url).pathname;

/** The pictures: the name of each, its path, and how it is looked at. */
const PICTURES: readonly (readonly [string, string, BrowserContextOptions?])[] = [
  ["overview", "/"],
  ["jobs", "/jobs"],
  ["job", `/jobs/${SHOWN.running}`],
  ["failed-job", `/jobs/${SHOWN.failed}`],
  ["new-job", `/new?clone=${SHOWN.running}`],
  ["dead-letters", "/dead"],
  ["schedules", "/schedules"],
  ["schedule", "/schedules/nightly-backup"],
  ["workers", "/workers"],
  ["settings", "/settings"],
  ["overview-dark", "/", { colorScheme: "dark" }],
  ["job-dark", `/jobs/${SHOWN.running}`, { colorScheme: "dark" }],
  ["overview-phone", "/", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 }],
];

const chromium = findChromium();
if (chromium === undefined) {
  console.error("there is no chromium; install it: apt-get install chromium");
  Deno.exit(1);
}
if (Deno.uid() === 0 && Deno.hostname() !== HOST) {
  const words = ["run", "-A", "--no-check", "--config", `${import.meta.dirname}/deno.json`];
  const { code } = await new Deno.Command("unshare", {
    args: [
      ...["--uts", "--mount", "sh", "-c"],
      ...[`hostname ${HOST} && mount -t tmpfs tmpfs /srv && exec "$@"`, "sh"],
      ...[Deno.execPath(), ...words, import.meta.filename!],
    ],
  }).spawn().status;
  Deno.exit(code);
}

const isApart = Deno.hostname() === HOST;
const root = isApart ? "/srv" : Deno.makeTempDirSync({ prefix: "queuectl-screens-" });
const browser = await launch(chromium);
const scene = new Scene(browser, root, false);
try {
  const dir = `${root}/video`;
  await makeRealLife(scene, dir, `${root}/bin`);
  const dashboard = await scene.dashboard(dir);
  Deno.mkdirSync(FOLDER, { recursive: true });
  for (const [name, path, options] of PICTURES) {
    const viewport = { width: 1280, height: 860 };
    const tab = await scene.tab(dashboard, path, { viewport, timezoneId: "UTC", ...options });
    await tab.main.waitFor();
    // What comes by the stream of events, and the charts.
    await tab.page.waitForTimeout(2500);
    await tab.page.mouse.move(0, 0);
    const picture = withPalette(
      await tab.page.screenshot({ animations: "disabled", caret: "hide" }),
    );
    await tab.page.close();
    Deno.writeFileSync(`${FOLDER}${name}.png`, picture);
    console.log(`${name}.png  ${(picture.length / 1000).toFixed(0)} KB`);
  }
} finally {
  await scene[Symbol.asyncDispose]();
  await browser.close();
}
for (const violation of scene.violations) console.error(violation);
Deno.exit(scene.violations.length === 0 ? 0 : 1);
