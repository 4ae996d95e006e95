/**
 * Each action of the pages, with real workers: what the page says, and what the directory says.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { HELD, stampOf } from "../held.ts";
import { queuectl } from "../programs.ts";
import { fillEveryState } from "../queues.ts";
import type { Tab } from "../tab.ts";
import { until } from "../until.ts";

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
  // What an earlier action said may still be there.
  await tab.page.locator(".toast").evaluateAll((toasts) => {
    for (const toast of toasts) toast.classList.add("earlier");
  });
  await tab.click("button", name, within);
  const dialog = tab.page.getByRole("dialog");
  const said = tab.page.locator(".toast:not(.earlier)").first();
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
