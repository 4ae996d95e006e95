/**
 * Hostile text in every field that a job, a schedule or a worker has.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { BINARY, HOSTILE, UNRULY } from "../hostile.ts";
import { queuectl } from "../programs.ts";
import type { Scene } from "../scene.ts";
import type { Tab } from "../tab.ts";

/** Nothing of a job is ever markup or code. */
export const hostile: Case = {
  name: "hostile",
  about: "scripts, quotes, escapes, 100 KB and bytes in every field stay text",
  async play(scene) {
    const dir = scene.queue();
    await fill(scene, dir);
    const dashboard = await scene.dashboard(dir);
    await scene.worker(dir, "--tag", "gpu");
    await scene.reaches(dir, "runs", "processing");
    const tab = await scene.tab(dashboard, "/");
    const paths = [
      ...["/", "/jobs", "/jobs?states=done", "/dead", "/schedules", "/workers", "/settings"],
      ...["/schedules/hostile", "/new", "/new?clone=dead", "/new?clone=long"],
      ...["done", "dead", "failed", "held", "child", "runs", "long", "lines", "binary", "dropped"]
        .map((id) => `/jobs/${id}`),
      `/jobs?text=${encodeURIComponent(HOSTILE)}`,
      `/jobs/${encodeURIComponent(HOSTILE)}`,
      `/new?clone=${encodeURIComponent(HOSTILE)}`,
      `/schedules/${encodeURIComponent(HOSTILE)}`,
      `/${encodeURIComponent(HOSTILE)}`,
    ];
    const missing = paths.slice(-4);
    for (const path of paths) {
      // Chromium notes each 404 in the console.
      tab.expected = missing.includes(path) ? /status of 4\d\d/ : undefined;
      await tab.go(path);
      await tab.main.waitFor();
      await settled(tab);
      await judge(scene, tab, path);
    }
    tab.expected = undefined;
    await tab.go("/jobs/done");
    await tab.sees("window.hostile", tab.main);
    scene.figures.push(`${paths.length} pages with hostile text in every field`);
  },
};

async function fill(scene: Scene, dir: string): Promise<void> {
  const text = `${HOSTILE} ${UNRULY}`;
  const env = { HOSTILE: text };
  const tell = `printf '%s\\n' "$HOSTILE"; printf %s "$HOSTILE" > "$QUEUECTL_RESULT"`;
  const comment = `: '${HOSTILE.replaceAll("'", "")}' # ${UNRULY.replaceAll(/[\r\n]/g, " ")}`;
  await scene.add(dir, [
    { id: "done", command: `${tell}; ${comment}`, env },
    { id: "dead", command: `${tell}; exit 3; ${comment}`, env, max_retries: 0 },
    { id: "failed", command: `${tell}; exit 4; ${comment}`, env, backoff_base: 9999 },
    { id: "long", command: `echo long # ${"x<y&".repeat(24_000)}` },
    { id: "lines", command: `echo one\n\n\n${"echo line\n".repeat(2000)}` },
    { id: "binary", command: BINARY },
  ]);
  await scene.drain(dir);
  await scene.add(dir, [
    { id: "held", command: comment, env, hold: true, unique: text.replaceAll(/[\0\n]/g, " ") },
    { id: "child", command: comment, env, after: ["held"] },
    {
      id: "runs",
      command: `printf %s "$HOSTILE" > "$QUEUECTL_PROGRESS"; ${tell}; sleep 1000; ${comment}`,
      env,
      priority: 9,
    },
  ]);
  await queuectl(dir, [
    ...["schedule", "add", "hostile", "every 9h", "--env", `HOSTILE=${text}`, comment],
  ]);
  await queuectl(dir, ["config", "set", "on_dead", comment]);
  // No job at all: it lies in dead/ with the reason in its log.
  Deno.writeTextFileSync(`${dir}/tmp/dropped`, `{"command": ["${"\\u202e"}<b data-hostile>"`, {
    mode: 0o600,
  });
  Deno.renameSync(`${dir}/tmp/dropped`, `${dir}/pending/dropped.json`);
}

/** Waits until a page has nothing under way, its stream of events apart. */
async function settled({ page }: Tab): Promise<void> {
  await page.waitForLoadState("load");
  await page.evaluate(() =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))
  );
}

/** Notes whatever of the hostile text is more than text. */
async function judge(scene: Scene, { page }: Tab, path: string): Promise<void> {
  const found = await page.evaluate(() => ({
    mark: String((window as unknown as { hostile?: unknown }).hostile ?? ""),
    elements:
      document.querySelectorAll("[data-hostile], [onmouseover], [onerror], [onload]").length,
    links: [...document.querySelectorAll("a[href], form[action]")]
      .map((element) => element.getAttribute("href") ?? element.getAttribute("action")!)
      .filter((target) => /^\s*(?:javascript|data|vbscript):/i.test(target)),
    turned: /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText),
    titleTurned: /[\u202a-\u202e\u2066-\u2069]/.test(document.title),
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  }));
  scene.check(found.mark === "", `${path.slice(0, 80)}: hostile text ran: ${found.mark}`);
  scene.check(found.elements === 0, `${path.slice(0, 80)}: ${found.elements} elements of its own`);
  scene.check(found.links.length === 0, `${path.slice(0, 80)}: links to ${found.links.join(" ")}`);
  scene.check(!found.turned, `${path.slice(0, 80)}: text that turns letters around is shown raw`);
  scene.check(!found.titleTurned, `${path.slice(0, 80)}: the title turns letters around`);
  scene.check(!found.wide, `${path.slice(0, 80)}: hostile text makes the page scroll sideways`);
}
