/**
 * The files that the browser gets: the sources of the pages with their types taken out and the
 * packages that they import, joined to one script. URLs hold a hash of all of it, so each file may
 * be kept for ever.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";
import preact from "preact" with { type: "text" };
import preactHooks from "preact/hooks" with { type: "text" };
import signals from "@preact/signals" with { type: "text" };
import signalsCore from "@preact/signals-core" with { type: "text" };
import actions from "./actions.ts" with { type: "text" };
import httpAnswers from "./browser/http_answers.ts" with { type: "text" };
import keepCurrent from "./browser/keep_current.ts" with { type: "text" };
import keyboard from "./browser/keyboard.ts" with { type: "text" };
import live from "./browser/live.ts" with { type: "text" };
import main from "./browser/main.ts" with { type: "text" };
import pages from "./browser/pages.ts" with { type: "text" };
import refresher from "./browser/refresher.ts" with { type: "text" };
import theme from "./browser/theme.ts" with { type: "text" };
import chart from "./chart.ts" with { type: "text" };
import data from "./data.ts" with { type: "text" };
import dialogs from "./dialogs.ts" with { type: "text" };
import html from "./html.ts" with { type: "text" };
import liveRows from "./live_rows.ts" with { type: "text" };
import parts from "./parts.ts" with { type: "text" };
import shell from "./shell.ts" with { type: "text" };
import store from "./store.ts" with { type: "text" };
import style from "./style.css" with { type: "text" };
import viewsStyle from "./views.css" with { type: "text" };
import texts from "./texts.ts" with { type: "text" };
import activity from "./views/activity.ts" with { type: "text" };
import dead from "./views/dead.ts" with { type: "text" };
import jobTable from "./views/job_table.ts" with { type: "text" };
import jobs from "./views/jobs.ts" with { type: "text" };
import overview from "./views/overview.ts" with { type: "text" };
import page from "./views/page.ts" with { type: "text" };
import selectionBar from "./views/selection_bar.ts" with { type: "text" };
import workerTable from "./views/worker_table.ts" with { type: "text" };
import workers from "./views/workers.ts" with { type: "text" };
import attempts from "./attempts.ts" with { type: "text" };
import jobActions from "./job_actions.ts" with { type: "text" };
import jobForm from "./job_form.ts" with { type: "text" };
import logViewer from "./log/log_viewer.ts" with { type: "text" };
import logWindow from "./log/log_window.ts" with { type: "text" };
import looks from "./log/looks.ts" with { type: "text" };
import terminalText from "./log/terminal_text.ts" with { type: "text" };
import scheduleActions from "./schedule_actions.ts" with { type: "text" };
import job from "./views/job.ts" with { type: "text" };
import jobAttempts from "./views/job_attempts.ts" with { type: "text" };
import jobEdit from "./views/job_edit.ts" with { type: "text" };
import jobFacts from "./views/job_facts.ts" with { type: "text" };
import jobFormView from "./views/job_form.ts" with { type: "text" };
import jobGraph from "./views/job_graph.ts" with { type: "text" };
import jobLog from "./views/job_log.ts" with { type: "text" };
import newJob from "./views/new_job.ts" with { type: "text" };
import scheduleForm from "./views/schedule_form.ts" with { type: "text" };
import schedules from "./views/schedules.ts" with { type: "text" };
import settings from "./views/settings.ts" with { type: "text" };
import jobStyle from "./job.css" with { type: "text" };
import { bundle, withoutComments } from "./bundle.ts";
import bulkActions from "./bulk_actions.ts" with { type: "text" };
import bundleSource from "./bundle.ts" with { type: "text" };
import { ADDED_FIELDS, FORM_FIELDS } from "./job_fields.ts";

/** What is served, by its path below this folder. A new file of the pages is added here. */
const SOURCES: Readonly<Record<string, string>> = {
  "actions.ts": actions,
  "bulk_actions.ts": bulkActions,
  "browser/http_answers.ts": httpAnswers,
  "browser/keep_current.ts": keepCurrent,
  "browser/keyboard.ts": keyboard,
  "browser/live.ts": live,
  "browser/main.ts": main,
  "browser/pages.ts": pages,
  "browser/refresher.ts": refresher,
  "browser/theme.ts": theme,
  "chart.ts": chart,
  "data.ts": data,
  "dialogs.ts": dialogs,
  "html.ts": html,
  "live_rows.ts": liveRows,
  "parts.ts": parts,
  "shell.ts": shell,
  "store.ts": store,
  "style.css": style,
  "views.css": viewsStyle,
  "texts.ts": texts,
  "views/activity.ts": activity,
  "views/dead.ts": dead,
  "views/job_table.ts": jobTable,
  "views/jobs.ts": jobs,
  "views/overview.ts": overview,
  "views/page.ts": page,
  "views/selection_bar.ts": selectionBar,
  "views/worker_table.ts": workerTable,
  "views/workers.ts": workers,
  "attempts.ts": attempts,
  "job_actions.ts": jobActions,
  "job_form.ts": jobForm,
  "log/log_viewer.ts": logViewer,
  "log/log_window.ts": logWindow,
  "log/looks.ts": looks,
  "log/terminal_text.ts": terminalText,
  "schedule_actions.ts": scheduleActions,
  "views/job.ts": job,
  "views/job_attempts.ts": jobAttempts,
  "views/job_edit.ts": jobEdit,
  "views/job_facts.ts": jobFacts,
  "views/job_form.ts": jobFormView,
  "views/job_graph.ts": jobGraph,
  "views/job_log.ts": jobLog,
  "views/new_job.ts": newJob,
  "views/schedule_form.ts": scheduleForm,
  "views/schedules.ts": schedules,
  "views/settings.ts": settings,
  "job.css": jobStyle,
  "job_fields.ts": [
    `export const FORM_FIELDS = ${JSON.stringify(FORM_FIELDS)};`,
    `export const ADDED_FIELDS = ${JSON.stringify(ADDED_FIELDS)};`,
  ].join("\n"),
};

/** Packages, by the name that they are imported by. */
const PACKAGES: Readonly<Record<string, string>> = {
  "preact": preact,
  "preact/hooks": preactHooks,
  "@preact/signals": signals,
  "@preact/signals-core": signalsCore,
};

/** A file as it is served. */
export interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

const hash = createHash("sha256")
  .update(JSON.stringify([SOURCES, PACKAGES, bundleSource])).digest("hex");

/** The folder of all files in URLs, with a slash at its end. */
const ASSETS_PATH = `/assets/${hash.slice(0, 12)}/`;

/** The script that takes a page over. */
export const SCRIPT = `${ASSETS_PATH}page.js`;

/** The script that runs before a page is painted. */
export const THEME_SCRIPT = `${ASSETS_PATH}theme.js`;

/** The style sheet of all pages. */
export const STYLE = `${ASSETS_PATH}page.css`;

let made: Map<string, Asset> | undefined;

/** All files by the paths of their URLs. */
export function assets(): Map<string, Asset> {
  if (made) return made;
  const all = Object.entries(SOURCES);
  const scripts = all.filter(([path]) => path.endsWith(".ts"))
    .map(([path, text]): [string, string] => [path, withoutComments(stripTypeScriptTypes(text))]);
  const packages = Object.entries(PACKAGES)
    .map(([name, text]): [string, string] => [name, withoutComments(text)]);
  const modules = new Map([...scripts, ...packages]);
  const styles = all.filter(([path]) => path.endsWith(".css")).map(([, text]) => text);
  return made = new Map([
    [SCRIPT, asset("text/javascript", bundle("browser/main.ts", modules))],
    [THEME_SCRIPT, asset("text/javascript", bundle("browser/theme.ts", modules))],
    [STYLE, asset("text/css", styles.join("\n"))],
  ]);
}

function asset(type: string, text: string): Asset {
  const body = new TextEncoder().encode(text);
  return { type: `${type}; charset=utf-8`, body, etag: `"${hash.slice(0, 32)}"` };
}
