/**
 * Everything by the keyboard alone.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { fillEveryState } from "../queues.ts";
import { until } from "../until.ts";

/** No mouse. */
export const keyboard: Case = {
  name: "keyboard",
  about: "search, walk the rows, open one, retry it and read the keys, all by the keyboard",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/");
    const { keyboard } = tab.page;
    const focused = () => tab.page.evaluate(() => document.activeElement?.textContent ?? "");

    await keyboard.press("?");
    await tab.page.getByRole("dialog").waitFor();
    await tab.sees("Search", tab.page.getByRole("dialog"));
    await keyboard.press("Escape");
    await tab.page.getByRole("dialog").waitFor({ state: "hidden" });

    await keyboard.press("g");
    await keyboard.press("j");
    await tab.page.waitForURL(/\/jobs$/);
    await tab.sees("thumbnails", tab.main);
    await keyboard.press("/");
    await keyboard.type("orders");
    await keyboard.press("Enter");
    await tab.page.waitForURL(/text=orders/);
    await tab.sees("import-3", tab.main);
    await tab.seesNo("thumbnails", tab.main);
    // Out of the search, so that letters are keys again.
    await keyboard.press("Escape");
    await keyboard.press("j");
    const first = await focused();
    await keyboard.press("j");
    const second = await focused();
    scene.check(/^import-\d$/.test(first), `j moved to "${first}"`);
    scene.check(/^import-\d$/.test(second) && second !== first, `j moved on to "${second}"`);
    await keyboard.press("k");
    scene.check(await focused() === first, `k moved to "${await focused()}", not back`);
    await keyboard.press("Enter");
    await tab.page.waitForURL(new RegExp(`/jobs/${first}$`));
    await tab.sees("no such table: orders");

    await tabTo(/^Retry$/);
    await keyboard.press("Enter");
    await until(
      "the job is retried, or the page asks",
      async () =>
        scene.stateOf(dir, first) === "pending" ||
        await tab.page.getByRole("dialog").isVisible(),
    );
    if (scene.stateOf(dir, first) !== "pending") await keyboard.press("Enter");
    await scene.reaches(dir, first, "pending");

    // The browser's own keys do not reach a browser without a window.
    await tab.page.goBack();
    await tab.page.waitForURL(/text=orders/);
    await tab.sees("import-3", tab.main);

    /** Presses Tab until what is focused has a name; notes where nothing shows the focus. */
    async function tabTo(name: RegExp): Promise<void> {
      for (let presses = 0; presses < 80; presses++) {
        await keyboard.press("Tab");
        const { text, isMarked, where } = await tab.page.evaluate(() => {
          const element = document.activeElement!;
          const { outlineStyle, boxShadow } = getComputedStyle(element);
          return {
            text: element.textContent.trim(),
            isMarked: outlineStyle !== "none" || boxShadow !== "none",
            where: element.outerHTML.slice(0, 120),
          };
        });
        scene.check(isMarked, `nothing shows that the focus is on ${where}`);
        if (name.test(text)) return;
      }
      throw new Error(`Tab never came to ${name}`);
    }
  },
};
