/**
 * A tab of the browser that is watched: whatever a page must never do is noted.
 *
 * @module
 */

import type { BrowserContext, Locator, Page } from "playwright-core";
import type { Dashboard } from "./programs.ts";
import { PATIENCE, until } from "./until.ts";

/** Where a locator looks by its role: what `getByRole` takes. */
export type Role = Parameters<Page["getByRole"]>[0];

/** A tab of the browser, in a context that may be shared. */
export class Tab {
  /** The tab as playwright has it. */
  readonly page: Page;
  /** What it did that no page may: a sentence each. */
  readonly faults: string[] = [];
  /** Errors that are to be expected for now: a server that is down, say. */
  expected: RegExp | undefined;
  readonly #dashboard: Dashboard;

  private constructor(page: Page, dashboard: Dashboard) {
    this.page = page;
    this.#dashboard = dashboard;
    page.setDefaultTimeout(PATIENCE);
    page.on("dialog", (dialog) => {
      this.#fault(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    page.on("pageerror", (error) => this.#fault(`an error was not caught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.#fault(`the console says: ${message.text()} (${message.location().url})`);
      }
    });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (!["data:", "blob:"].includes(url.protocol) && url.origin !== dashboard.origin) {
        this.#fault(`a request left for ${url.href}`);
      }
    });
    page.on("response", (response) => {
      if (response.status() >= 500) this.#fault(`${response.url()}: ${response.status()}`);
    });
  }

  /** Opens a tab by the link that the dashboard printed, then goes to a path. */
  static async open(context: BrowserContext, dashboard: Dashboard, path: string): Promise<Tab> {
    const tab = new Tab(await context.newPage(), dashboard);
    await tab.page.goto(dashboard.link);
    if (path !== "/") await tab.go(path);
    return tab;
  }

  /** Opens a further tab of a context that has the cookie. */
  static async openAgain(context: BrowserContext, dashboard: Dashboard, path: string) {
    const tab = new Tab(await context.newPage(), dashboard);
    await tab.go(path);
    return tab;
  }

  /** Loads a path anew. */
  async go(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.#dashboard.origin).href);
  }

  /** The path and query that the tab stands at. */
  get path(): string {
    const { pathname, search } = new URL(this.page.url());
    return pathname + search;
  }

  /** The main part of the page. */
  get main(): Locator {
    return this.page.getByRole("main");
  }

  /** Waits until a text can be seen. */
  async sees(text: string | RegExp, within: Locator | Page = this.page): Promise<void> {
    await within.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until a text can no longer be seen. */
  async seesNo(text: string | RegExp, within: Locator | Page = this.page): Promise<void> {
    await until(
      `"${text}" is gone`,
      async () => await within.getByText(text).filter({ visible: true }).count() === 0,
    );
  }

  /** Waits until the text of an element holds something. */
  async reads(element: Locator, wanted: string | RegExp): Promise<void> {
    let text = "";
    await until(() => `an element reads ${wanted}; it reads "${text.slice(0, 300)}"`, async () => {
      text = await element.first().innerText().catch(() => "");
      return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
    });
  }

  /** The row of a table, or the item of a list, that holds a text. */
  row(text: string): Locator {
    return this.main.locator("tr, li, article, section").filter({ hasText: text }).last();
  }

  /** Clicks what has a role and a name. */
  async click(role: Role, name: string | RegExp, within: Locator | Page = this.page) {
    await within.getByRole(role, { name, exact: typeof name === "string" })
      .filter({ visible: true }).first().click();
  }

  /** Confirms what the open dialog asks: clicks its button of this name. */
  async confirm(name: string | RegExp): Promise<void> {
    const dialog = this.page.getByRole("dialog");
    await dialog.waitFor();
    await this.click("button", name, dialog);
    await dialog.waitFor({ state: "hidden" });
  }

  #fault(sentence: string): void {
    if (this.expected?.test(sentence)) return;
    const path = this.page.url().replace(this.#dashboard.origin, "");
    this.faults.push(`${path}: ${sentence.slice(0, 600)}`);
  }
}
