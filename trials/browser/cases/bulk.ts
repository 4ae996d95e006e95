/**
 * What can be done to many jobs, by their rows or as all that match.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { HELD, stampOf } from "../held.ts";
import { fillEveryState } from "../queues.ts";
import { until } from "../until.ts";

/** What can be done to many jobs. */
export const bulkActions: Case = {
  name: "bulk-actions",
  about: "hold, release, priority, retry, cancel and remove of many selected jobs",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/jobs");
    const select = async (...ids: string[]) => {
      // What was done before has ended, and its rows are no more selected.
      await tab.sees("Select jobs", tab.main);
      for (const id of ids) {
        await tab.main.getByRole("checkbox", { name: `Select job ${id}`, exact: true }).click();
      }
      await tab.sees(ids.length === 1 ? "1 job" : `${ids.length} jobs`, tab.main);
    };
    const bar = tab.main.getByRole("group", { name: "Selected jobs" });
    const doTo = async (action: string, count: number, ...ids: string[]) => {
      await select(...ids);
      await tab.click("button", action, bar);
      const dialog = tab.page.getByRole("dialog");
      await tab.sees(count === 1 ? /1 job\b/ : new RegExp(`${count} jobs`), dialog);
      for (const id of ids) await tab.sees(id, dialog);
      await tab.confirm(new RegExp(`^${action}`));
    };
    const invoices = ["invoice-101", "invoice-102"] as const;

    await doTo("Hold", 2, ...invoices);
    for (const id of invoices) {
      await until(`${id} is held`, () => stampOf(scene, dir, id).startsWith(HELD));
    }
    await tab.reads(tab.row("invoice-101"), "held");
    await doTo("Release", 2, ...invoices);
    for (const id of invoices) {
      await until(`${id} is released`, () => !stampOf(scene, dir, id).startsWith(HELD));
    }

    await select(...invoices);
    await bar.getByRole("combobox").selectOption("1");
    await tab.click("button", "Set priority", bar);
    await tab.confirm(/^Set priority/);
    for (const id of invoices) {
      await until(`${id} has priority 1`, () => /Z-1-/.test(stampOf(scene, dir, id)));
    }

    await doTo("Cancel", 2, ...invoices);
    for (const id of invoices) await scene.reaches(dir, id, "dead");
    await doTo("Retry", 3, "import-1", "import-2", "mail-digest");
    for (const id of ["import-1", "import-2", "mail-digest"]) {
      await scene.reaches(dir, id, "pending");
    }

    // Held together with others, a job that has ended stays as it is.
    await select("mail-digest", "render-intro");
    await tab.click("button", "Hold", bar);
    await tab.sees("1 other selected job stays unchanged.", tab.page.getByRole("dialog"));
    await tab.confirm("Hold");
    await until("mail-digest is held", () => stampOf(scene, dir, "mail-digest").startsWith(HELD));
    // What was done before it may be undone still, in a sentence of its own.
    await tab.click("button", "Undo", tab.page.locator(".toast", { hasText: "1 job held." }));
    await until("it is released", () => !stampOf(scene, dir, "mail-digest").startsWith(HELD));

    await select("render-intro", "resize-avatars");
    await tab.click("button", "Remove", bar);
    await tab.click("button", "Do nothing", tab.page.getByRole("dialog"));
    for (const id of ["render-intro", "resize-avatars"]) {
      scene.check(scene.stateOf(dir, id) === "done", `"Do nothing" removed ${id}`);
    }
    await tab.click("button", "Remove", bar);
    await tab.confirm("Remove");
    for (const id of ["render-intro", "resize-avatars"]) await scene.reaches(dir, id, undefined);
    await tab.seesNo("render-intro", tab.main);
  },
};

/** Jobs on more pages than one. */
export const allThatMatch: Case = {
  name: "all-that-match",
  about: "hold and undo, then cancel, of all jobs that match a list or a search, not its page",
  async play(scene) {
    const dir = scene.queue();
    const numbers = Array.from({ length: 130 }, (_, at) => at);
    const imports = numbers.map((at) => ({ id: `import-${at}`, command: `import ${at}` }));
    await scene.add(dir, [...imports, { id: "mail", command: "mail" }]);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/jobs?states=pending");
    const bar = tab.main.getByRole("group", { name: "Selected jobs" });
    const all = tab.main.getByRole("checkbox", { name: "Select all on this page" });
    const isHeld = (id: string) => stampOf(scene, dir, id).startsWith(HELD);

    await all.click();
    await tab.sees("50 jobs", bar);
    await tab.click("button", "Select all 131 jobs that match", bar);
    await tab.click("button", "Hold", bar);
    await tab.sees("Hold 131 jobs?", tab.page.getByRole("dialog"));
    await tab.confirm("Hold");
    await tab.sees("131 jobs held.");
    scene.check(imports.every(({ id }) => isHeld(id)) && isHeld("mail"), "not all jobs are held");
    await tab.click("button", "Undo", tab.page.locator(".toast", { hasText: "131 jobs held." }));
    await tab.sees("131 jobs released.");
    scene.check(!imports.some(({ id }) => isHeld(id)) && !isHeld("mail"), "jobs are still held");

    await tab.go("/jobs?text=import");
    await all.click();
    await tab.click("button", "Select all jobs that match", bar);
    await tab.click("button", "Release", bar);
    await tab.sees("Release is for none of these jobs.");
    await tab.click("button", "Cancel", bar);
    await tab.sees("Cancel 130 jobs?", tab.page.getByRole("dialog"));
    await tab.confirm("Cancel");
    await tab.sees("130 jobs cancelled.");
    scene.check(imports.every(({ id }) => scene.stateOf(dir, id) === "dead"), "not all are dead");
    scene.check(scene.stateOf(dir, "mail") === "pending", "a job that does not match is cancelled");
  },
};
