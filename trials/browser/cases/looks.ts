/**
 * Who looks otherwise than with a mouse, a wide screen and scripts.
 *
 * @module
 */

import axe from "axe-core";
import type { Case } from "../case.ts";
import { EVERY, fillEveryState } from "../queues.ts";

/** Each page, of a queue of {@linkcode fillEveryState}. */
const PAGES = [
  ...["/", "/jobs", "/jobs?states=dead&text=orders", "/jobs/render-intro", "/jobs/import-1"],
  ...["/jobs/train", "/new", "/new?clone=import-1", "/schedules", "/schedules/nightly", "/dead"],
  ...["/workers", "/settings"],
];

/** The rules of axe that look at colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** Axe on each page, light and dark. */
export const accessible: Case = {
  name: "axe",
  about: "axe finds nothing serious on any page, light or dark, wide or narrow",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    await scene.add(dir, [{ id: "runs", command: "echo 3/10 > $QUEUECTL_PROGRESS; sleep 1000" }]);
    const dashboard = await scene.dashboard(dir);
    const wide = { width: 1280, height: 900 };
    const looks = [
      { name: "light", colorScheme: "light", viewport: wide },
      { name: "dark", colorScheme: "dark", viewport: wide },
      { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
    ] as const;
    for (const { name, ...options } of looks.slice(0, scene.small ? 2 : 3)) {
      const tab = await scene.tab(dashboard, "/", options);
      const counts: Record<string, number> = {};
      for (const path of PAGES) {
        await tab.go(path);
        await tab.main.waitFor();
        await tab.page.evaluate(axe.source);
        // In the dark only colours differ, and each page takes axe seconds.
        const rules = scene.small && name === "dark" ? COLOUR_RULES : [];
        const { violations, passes } = await tab.page.evaluate(
          (rules) =>
            (globalThis as unknown as { axe: typeof axe }).axe.run({
              resultTypes: ["violations"],
              ...(rules.length > 0 && { runOnly: rules }),
            }),
          rules,
        );
        counts.passed = (counts.passed ?? 0) + passes.length;
        for (const { id, impact, help, nodes } of violations) {
          counts[impact ?? "other"] = (counts[impact ?? "other"] ?? 0) + 1;
          const where = nodes.slice(0, 3).map(({ target }) => target.join(" ")).join("; ");
          const sentence = `${name} ${path}: ${impact}: ${id}: ${help} (${where})`;
          scene.check(impact !== "serious" && impact !== "critical", sentence);
          if (impact !== "serious" && impact !== "critical") scene.figures.push(sentence);
        }
      }
      scene.figures.push(
        `${name}: ${PAGES.length} pages, ` +
          ["critical", "serious", "moderate", "minor", "passed"]
            .map((impact) => `${counts[impact] ?? 0} ${impact}`).join(", "),
      );
    }
  },
};

/** A phone's width. */
export const phone: Case = {
  name: "phone",
  about: "at a phone's width no page scrolls sideways",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const viewport = { width: 360, height: 740 };
    const tab = await scene.tab(dashboard, "/", { viewport, isMobile: true, hasTouch: true });
    for (const path of PAGES) {
      await tab.go(path);
      await tab.main.waitFor();
      const { wide, out } = await tab.page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - innerWidth,
        out: [...document.querySelectorAll("body *")].filter((element) =>
          element.getBoundingClientRect().right > innerWidth + 1 &&
          !element.closest("[class*=scroll], table, pre, dialog")
        ).slice(0, 3).map((element) => `${element.tagName}.${element.className}`).join(" "),
      }));
      scene.check(wide <= 0, `${path} is ${wide} px too wide: ${out}`);
    }
  },
};

/** Without JavaScript. */
export const noScript: Case = {
  name: "no-script",
  about: "without JavaScript everything can be read, and links and the search work",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/", { javaScriptEnabled: false });
    await tab.sees(/without javascript/i);
    await tab.click("link", /^Jobs/);
    for (const id of [...EVERY.done, ...EVERY.dead, ...EVERY.held]) await tab.sees(id, tab.main);
    await tab.page.getByRole("searchbox").fill("orders");
    await tab.page.getByRole("searchbox").press("Enter");
    await tab.sees("import-1", tab.main);
    await tab.seesNo("thumbnails", tab.main);
    await tab.main.getByRole("link", { name: "import-1" }).first().click();
    // A text has no icon, for which Chromium asks.
    tab.expected = /favicon/;
    const log = tab.main.getByRole("link", { name: "As text" });
    await tab.go((await log.getAttribute("href"))!);
    await tab.sees("no such table: orders");
    await tab.go("/dead");
    tab.expected = undefined;
    await tab.sees("exit 3", tab.main);
    await tab.go("/schedules");
    for (const name of EVERY.schedules) await tab.sees(name, tab.main);
    await tab.go("/settings");
    await tab.sees("max_retries", tab.main);
    // Whoever has no script has no button that would do nothing.
    for (const path of PAGES) {
      await tab.go(path);
      const buttons = await tab.main.getByRole("button").filter({ visible: true })
        .allInnerTexts();
      const dead = buttons.filter((text) => !/search|filter|apply|show|go/i.test(text));
      scene.check(dead.length === 0, `${path}: buttons without a script: ${dead.join(", ")}`);
    }
  },
};

/** `--read-only`. */
export const readOnly: Case = {
  name: "read-only",
  about: "with --read-only no page has an action, and no route changes anything",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    await scene.worker(dir);
    const dashboard = await scene.dashboard(dir, "--read-only");
    const tab = await scene.tab(dashboard, "/");
    await tab.sees(/read-only/i);
    const actions =
      /^(retry|cancel|hold|release|remove|edit|clone|run now|pause|resume|stop|add|save|set|new)\b/i;
    for (const path of PAGES.filter((path) => !path.startsWith("/new"))) {
      await tab.go(path);
      await tab.main.waitFor();
      const texts = [
        ...await tab.page.getByRole("button").filter({ visible: true }).allInnerTexts(),
        ...await tab.page.getByRole("link").filter({ visible: true }).allInnerTexts(),
      ].filter((text) => actions.test(text.trim()));
      scene.check(texts.length === 0, `${path} offers: ${texts.join(", ")}`);
    }
    const before = Deno.readTextFileSync(scene.fileOf(dir, "import-1")!);
    tab.expected = /status of (403|404|405)/;
    const status = await tab.page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      const posts = ["/api/jobs/import-1/retry", "/api/queue/resume", "/api/jobs"].map((path) =>
        fetch(path, { method: "POST", headers, body: '{"command":"true"}' })
      );
      return (await Promise.all(posts)).map(({ status }) => status).join(" ");
    });
    scene.check(!/2\d\d/.test(status), `changes were answered with ${status}`);
    scene.check(
      Deno.readTextFileSync(scene.fileOf(dir, "import-1")!) === before,
      "the job was changed",
    );
  },
};
