/**
 * What happens to the page when the connection, the server or the tab does not stay.
 *
 * @module
 */

import type { Locator } from "playwright-core";
import type { Case } from "../case.ts";
import { startDashboard } from "../programs.ts";
import { queuectl } from "../programs.ts";
import { fillEveryState } from "../queues.ts";
import type { Tab } from "../tab.ts";

/** What a tab without a server must be allowed: failed requests, which Chromium notes. */
const DOWN = /Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|net::ERR_/;

/** Waits until the page of jobs says that there is more, has it shown, and sees a job. */
async function seesNew(tab: Tab, id: string): Promise<void> {
  await tab.click("button", /new job/);
  await tab.sees(id, tab.main);
}

/** The server is restarted under an open page. */
export const restart: Case = {
  name: "restart",
  about: "the page says that the server is gone, and goes on by the new link",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const port = new URL(dashboard.origin).port;
    const tab = await scene.tab(dashboard, "/jobs");
    await tab.sees("invoice-101", tab.main);
    tab.expected = DOWN;
    await scene.end(dashboard.program);
    await tab.sees(/connection lost/i);
    // What was is still readable.
    await tab.sees("invoice-101", tab.main);
    const again = await startDashboard(dir, ["--port", port]);
    try {
      // The old cookie opens nothing: the token is new at each start.
      await tab.sees(/new link|restarted/i);
      tab.expected = undefined;
      await tab.page.goto(again.link);
      await tab.go("/jobs");
      await scene.add(dir, [{ id: "after-restart", command: "true" }]);
      await seesNew(tab, "after-restart");
    } finally {
      await again.program[Symbol.asyncDispose]();
    }
  },
};

/** A button of a page, by its whole name. */
function button(tab: Tab, name: string): Locator {
  return tab.main.getByRole("button", { name, exact: true });
}

/** Makes a tab believe that it is hidden, or shown again. */
async function setHidden({ page }: Tab, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    const define = (name: string, value: unknown) =>
      Object.defineProperty(document, name, { configurable: true, get: () => value });
    define("hidden", isHidden);
    define("visibilityState", isHidden ? "hidden" : "visible");
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}

/** A tab that nobody sees costs nothing, and catches up. */
export const hidden: Case = {
  name: "hidden",
  about: "a hidden tab asks nothing, and shows what is new when it is seen again",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const seen = await scene.tab(dashboard, "/jobs");
    const tab = await scene.tab(dashboard, "/jobs");
    await tab.sees("invoice-101", tab.main);
    await setHidden(tab, true);
    const requests: string[] = [];
    tab.page.on("request", (request) => requests.push(request.url()));
    await scene.add(dir, [{ id: "while-hidden", command: "true" }]);
    // The other tab shows it, so the server has told whoever listens.
    await seen.sees(/1 new job/, seen.main);
    scene.check(requests.length === 0, `the hidden tab asked for ${requests.join(", ")}`);
    await setHidden(tab, false);
    await seesNew(tab, "while-hidden");
    await scene.add(dir, [{ id: "shown-again", command: "true" }]);
    await seesNew(tab, "shown-again");
  },
};

/** A browser opens six connections to one origin. */
export const sevenTabs: Case = {
  name: "seven-tabs",
  about: "seven tabs of one browser all load, and the one that is seen is live",
  isLong: true,
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const first = await scene.tab(dashboard, "/jobs");
    const tabs = [first];
    for (let more = 0; more < 6; more++) {
      await setHidden(tabs.at(-1)!, true);
      tabs.push(await scene.tabIn(first.page.context(), dashboard, "/jobs"));
      await tabs.at(-1)!.sees("invoice-101", tabs.at(-1)!.main);
    }
    await scene.add(dir, [{ id: "in-the-last", command: "true" }]);
    await seesNew(tabs.at(-1)!, "in-the-last");
    await setHidden(tabs.at(-1)!, true);
    await setHidden(first, false);
    await seesNew(first, "in-the-last");
  },
};

/** Seven windows side by side, all of them seen. */
export const sevenWindows: Case = {
  name: "seven-windows",
  about: "seven tabs of one browser that are all seen at once are all live",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const first = await scene.tab(dashboard, "/jobs");
    const tabs = [first];
    for (let more = 0; more < 6; more++) {
      tabs.push(await scene.tabIn(first.page.context(), dashboard, "/jobs"));
    }
    await scene.add(dir, [{ id: "in-all", command: "true" }]);
    for (const tab of tabs) await tab.sees(/1 new job/, tab.main);
  },
};

/** Two browsers, a worker and a terminal change one queue. */
export const together: Case = {
  name: "together",
  about: "two browsers see what each other, a terminal and a killed worker change",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const [one, other] = [
      await scene.tab(dashboard, "/jobs/migrate-db"),
      await scene.tab(dashboard, "/jobs/migrate-db"),
    ];
    await one.sees("held", one.main);
    await one.click("button", "Release");
    await button(other, "Release").waitFor({ state: "detached" });
    scene.check(
      /^2\d{7}T/.test(scene.fileOf(dir, "migrate-db")!.split("/").at(-1)!),
      "the job is released on the page, but not on disk",
    );
    await queuectl(dir, ["hold", "migrate-db"]);
    for (const tab of [one, other]) {
      await button(tab, "Release").waitFor();
    }

    await scene.add(dir, [{ id: "endless", command: "sleep 1000", priority: 9 }]);
    await queuectl(dir, ["worker", "resume"]);
    const worker = await scene.worker(dir);
    await scene.reaches(dir, "endless", "processing");
    await one.go("/workers");
    await one.sees("endless", one.main);
    await other.go("/jobs/endless");
    await other.sees(/running|processing/i, other.main);
    await scene.end(worker, "SIGKILL");
    // No worker is left, and another takes over what it ran.
    await one.seesNo("endless", one.main);
    await scene.worker(dir);
    await other.sees(/lost/i, other.main);
    await one.sees("endless", one.main);
  },
};
