/**
 * Which view shows what, and its title.
 *
 * @module
 */

import { h } from "preact";
import type { View } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { Empty, PageHead } from "../parts.ts";
import { useStore } from "../store.ts";
import { visibleText } from "../texts.ts";
import { Dead } from "./dead.ts";
import { Job } from "./job.ts";
import { Jobs } from "./jobs.ts";
import { NewJob } from "./new_job.ts";
import { Overview } from "./overview.ts";
import { Schedules } from "./schedules.ts";
import { Settings } from "./settings.ts";
import { Workers } from "./workers.ts";

/** The page's title. */
export function titleOf(view: View): string {
  switch (view.page) {
    case "overview":
      return "Overview";
    case "jobs":
      return "Jobs";
    case "job":
      return `Job ${visibleText(view.detail.job.id)}`;
    case "new":
      return "New job";
    case "schedules":
      return view.name === undefined ? "Schedules" : `Schedule ${visibleText(view.name)}`;
    case "dead":
      return "Dead letters";
    case "workers":
      return "Workers";
    case "settings":
      return "Settings";
    case "missing":
      return "Not found";
    case "failed":
      return "Failed";
  }
}

/** What the page of the store's view shows. */
export function Page(): Tree {
  const view = useStore().view.value;
  switch (view.page) {
    case "overview":
      return h(Overview, view);
    case "jobs":
      return h(Jobs, view);
    case "job":
      return h(Job, view);
    case "new":
      return h(NewJob, view);
    case "schedules":
      return h(Schedules, view);
    case "settings":
      return h(Settings, view);
    case "dead":
      return h(Dead, view);
    case "workers":
      return h(Workers, {});
    case "missing":
    case "failed":
      return html.div(
        null,
        h(PageHead, { title: titleOf(view) }),
        h(Empty, { title: visibleText(view.what) }, html.a({ href: "/" }, "Overview")),
      );
  }
}
