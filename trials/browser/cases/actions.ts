/**
 * Each action of the pages, with real workers: what the page says, and what the directory says.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { queuectl } from "../programs.ts";
import { fillEveryState } from "../queues.ts";
import type { Scene } from "../scene.ts";
import type { Tab } from "../tab.ts";
import { until } from "../until.ts";

/** The stamp in the name of a job's file, which says when it runs. */
function stampOf(scene: Scene, dir: string, id: string): string {
  return scene.fileOf(dir, id)?.split("/").at(-1) ?? "";
}

const HELD = "99980101T";

/** What can be done to one job, on its page. */
export const jobActions: Case = {
  name: "job-actions",
  about: "retry, hold, release, edit, clone, cancel and remove a job on its page",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    await scene.worker(dir, "--count", "2");
    const tab = await scene.tab(dashboard, "/jobs/invoice-101");

    await act(tab, "Hold");
    await tab.sees("held", tab.main);
    await until(
      "the job is held on disk",
      () => stampOf(scene, dir, "invoice-101").startsWith(HELD),
    );
    await act(tab, "Release");
    await until(
      "the job is released on disk",
      () => !stampOf(scene, dir, "invoice-101").startsWith(HELD),
    );
    await tab.sees("pending", tab.main);

    await tab.go("/jobs/import-1");
    await tab.sees("no such table: orders");
    await act(tab, "Retry");
    await scene.reaches(dir, "import-1", "pending");
    await tab.sees("pending", tab.main);

    await queuectl(dir, ["worker", "resume"]);
    await scene.reaches(dir, "import-1", "dead");
    await tab.sees("dead", tab.main);
    scene.check(
      (scene.job(dir, "import-1").history as unknown[]).length === 2,
      "the job that was retried has not run again",
    );
    await tab.seesNo("Paused");

    await scene.add(dir, [{ id: "endless", command: "echo begun; sleep 1000", priority: 9 }]);
    await scene.reaches(dir, "endless", "processing");
    await tab.go("/jobs/endless");
    await tab.sees("begun");
    await act(tab, "Cancel");
    await scene.reaches(dir, "endless", "dead");
    await tab.sees("cancelled", tab.main);
    // What the page asked for just before is gone.
    tab.expected = /status of 404/;
    await act(tab, "Remove");
    await scene.reaches(dir, "endless", undefined);
    await tab.go("/jobs");
    tab.expected = undefined;
    await tab.sees("thumbnails", tab.main);
    await tab.seesNo("endless", tab.main);

    // As a new job.
    await tab.go("/jobs/thumbnails");
    await tab.click("link", /clone/i, tab.main);
    await tab.page.waitForURL(/\/new\?clone=thumbnails/);
    const command = tab.main.getByLabel(/^command/i).first();
    await until(
      "the form has the command",
      async () => await command.inputValue() === "echo made 12 thumbnails",
    );
    await command.fill("echo made 99 thumbnails");
    await tab.main.getByLabel(/^ID/).first().fill("more-thumbnails");
    await tab.click("button", /^(add|enqueue)/i, tab.main);
    await scene.reaches(dir, "more-thumbnails", "done");
    scene.check(
      scene.job(dir, "more-thumbnails").command === "echo made 99 thumbnails",
      `the clone has the command ${scene.job(dir, "more-thumbnails").command}`,
    );
    await tab.go("/jobs/more-thumbnails");
    await tab.sees("made 99 thumbnails");
  },
};

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

/** What can be done to dead letters, workers, the queue and its settings. */
export const queueActions: Case = {
  name: "queue-actions",
  about: "retry a group, pause, resume, stop workers, change settings",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/dead");

    const group = tab.main.locator("section").filter({ hasText: "no such table" });
    await tab.sees("3 jobs", group);
    await tab.click("button", /^Retry/, group);
    await tab.confirm(/^Retry/);
    for (const id of ["import-1", "import-2", "import-3"]) {
      await scene.reaches(dir, id, "pending");
    }
    await tab.seesNo("no such table", tab.main);

    await tab.go("/");
    await act(tab, "Resume");
    await until("the queue is resumed on disk", () => !exists(`${dir}/paused`));
    await tab.seesNo("Paused.");
    await act(tab, "Pause");
    await until("the queue is paused on disk", () => exists(`${dir}/paused`));
    await tab.sees("Paused.");

    await scene.add(dir, [{ id: "endless", command: "sleep 1000", priority: 9 }]);
    await queuectl(dir, ["worker", "resume"]);
    const worker = await scene.worker(dir);
    await scene.reaches(dir, "endless", "processing");
    await tab.go("/workers");
    await tab.sees("endless", tab.main);
    await act(tab, "Stop now");
    await scene.reaches(dir, "endless", "pending");
    await worker.ended();
    scene.check(scene.job(dir, "endless").attempts === 0, "the job put back was charged");
    await tab.sees(/no worker/i, tab.main);

    await queuectl(dir, ["rm", "endless"]);
    const other = await scene.worker(dir);
    await tab.main.getByRole("button", { name: "Stop", exact: true }).waitFor();
    await act(tab, "Stop");
    await other.ended();
    await tab.sees(/no worker/i, tab.main);

    await tab.go("/settings");
    await tab.click("button", "Change max_retries", tab.main);
    await tab.main.getByLabel("New value of max_retries").fill("7");
    await tab.click("button", "Set", tab.main);
    await until(
      "the setting is on disk",
      () => /"max_retries":\s*7/.test(Deno.readTextFileSync(`${dir}/config.json`)),
    );
    const setting = tab.main.locator('tr[data-id="max_retries"]');
    await tab.reads(setting, /\b7\b/);
    await tab.click("button", "Reset", setting);
    await until(
      "the setting is reset on disk",
      () => !Deno.readTextFileSync(`${dir}/config.json`).includes("max_retries"),
    );
  },
};

/** What can be done to schedules. */
export const scheduleActions: Case = {
  name: "schedules",
  about: "add with a preview, run now, pause, resume, edit and remove a schedule",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const fileOf = (name: string) =>
      [...Deno.readDirSync(`${dir}/schedules`)].map((entry) => entry.name)
        .find((file) => file.endsWith(`-${name}.json`));
    const tab = await scene.tab(dashboard, "/schedules");
    await tab.sees("nightly", tab.main);
    await tab.sees("Europe/Berlin", tab.main);

    await tab.go("/schedules/nightly");
    await act(tab, "Run now");
    await until(
      "the schedule's job is on disk",
      () => [...Deno.readDirSync(`${dir}/pending`)].some(({ name }) => name.includes("nightly-")),
    );
    await act(tab, "Pause", tab.main);
    await until("the schedule is paused on disk", () => fileOf("nightly")!.startsWith("9998"));
    await tab.sees("paused", tab.main);
    await act(tab, "Resume", tab.main);
    await until("the schedule is resumed on disk", () => fileOf("nightly")!.startsWith("2"));

    await tab.click("link", "Edit", tab.main);
    await tab.main.getByRole("textbox", { name: "When" }).fill("15 4 * * *");
    await tab.sees("04:15", tab.main.getByRole("status", { name: "Next times" }));
    await tab.click("button", "Save", tab.main);
    await until(
      "the schedule is changed on disk",
      () => {
        // It has another name while it is being changed.
        const file = fileOf("nightly");
        return file !== undefined &&
          Deno.readTextFileSync(`${dir}/schedules/${file}`).includes("15 4 * * *");
      },
    );

    await tab.go("/schedules");
    await tab.click("link", /^Add a schedule/, tab.main);
    await tab.main.getByRole("textbox", { name: "Name" }).fill("hourly-report");
    await tab.main.getByRole("textbox", { name: "When" }).fill("@hourly");
    await tab.sees("every hour", tab.main.getByRole("status", { name: "Next times" }));
    await tab.main.getByRole("textbox", { name: "Command" }).fill("echo report");
    await tab.click("button", "Add schedule", tab.main);
    await until("the schedule is on disk", () => fileOf("hourly-report") !== undefined);
    await tab.page.waitForURL(/\/schedules\/hourly-report/);
    await act(tab, "Remove");
    await until("the schedule is gone from disk", () => fileOf("hourly-report") === undefined);
    await tab.page.waitForURL(/\/schedules$/);
  },
};

/** Clicks a button, and says yes if the page asks. */
async function act(tab: Tab, name: string, within = tab.page.locator("body")): Promise<void> {
  await tab.click("button", name, within);
  const dialog = tab.page.getByRole("dialog");
  const said = tab.page.locator(".toast").first();
  await dialog.or(said).first().waitFor();
  if (await dialog.isVisible()) await tab.confirm(name);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
