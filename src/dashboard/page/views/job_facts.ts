/**
 * The fields of a job in words, those that this program does not know as they are.
 *
 * @module
 */

import { h } from "preact";
import type { JobView } from "../../../../mod.ts";
import { type Children, html, type Tree } from "../html.ts";
import { ADDED_FIELDS, FORM_FIELDS } from "../job_fields.ts";
import { Ago, JobId } from "../parts.ts";
import { counted, spanText, visibleLines, visibleText } from "../texts.ts";

/** Fields that other parts of the page show. */
const SHOWN_ELSEWHERE = [
  ...["id", "command", "history", "result", "result_encoding", "after", "after_any"],
  ...ADDED_FIELDS,
];

/** How the value of a field is said; the others are said by their kind. */
const SAID: Readonly<Record<string, (job: JobView) => Children>> = {
  attempts: ({ attempts, max_retries }) => `${attempts} of at most ${max_retries + 1} charged`,
  priority: ({ priority }) => `${priority} of 9`,
  max_retries: ({ max_retries }) => counted(max_retries, "retry").replace("retrys", "retries"),
  resource: ({ resource }) => code(`${resource}`),
  resources: ({ resources }) =>
    Object.entries(resources ?? {})
      .map(([name, places]) => visibleText(`${places} × ${name}`)).join(", "),
  env: ({ env }) =>
    html.ul(
      null,
      Object.entries(env ?? {}).map(([name, value]) =>
        html.li({ key: name }, code(`${name}=${value}`))
      ),
    ),
};

/** Words for the names of fields that do not say it alone. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ run_at: "Ready", created_at: "Added", updated_at: "Changed", cwd: "Directory" },
  ...{ env: "Environment", on: "Worker tags", tempfail: "75 means later", stdin: "Standard input" },
};

/** A list of all fields but those that other parts of the page show. */
export function Facts({ job }: { job: JobView }): Tree {
  const known = ["run_at", "created_at", "updated_at", "attempts"];
  const order = [...known, ...FORM_FIELDS.map(({ name }) => name)];
  const names = Object.keys(job).filter((name) => !SHOWN_ELSEWHERE.includes(name));
  const rank = (name: string) => order.includes(name) ? order.indexOf(name) : order.length;
  names.sort((a, b) => rank(a) - rank(b));
  return html.section(
    { class: "card", "aria-labelledby": "fields" },
    html.h2({ id: "fields" }, "Fields"),
    html.dl(
      { class: "fields" },
      names.map((name) => [
        html.dt({ key: `${name} name`, title: visibleText(name) }, nameText(name)),
        html.dd({ key: name }, order.includes(name) ? said(job, name) : raw(job[name])),
      ]),
    ),
  );
}

function nameText(name: string): string {
  return NAMES[name] ?? visibleText(name[0]!.toUpperCase() + name.slice(1).replaceAll("_", " "));
}

function code(text: string): Tree {
  return html.code(null, visibleText(text));
}

function raw(value: unknown): Tree {
  return html.code(
    { class: "raw" },
    typeof value === "string" ? visibleLines(value) : visibleText(JSON.stringify(value) ?? ""),
  );
}

function said(job: JobView, name: string): Children {
  const value = job[name];
  if (SAID[name]) return SAID[name](job);
  if (name.endsWith("_at")) return typeof value === "string" ? h(Ago, { at: value }) : raw(value);
  const type = FORM_FIELDS.find((field) => field.name === name)?.type;
  if (type === "span") return typeof value === "number" ? spanText(value * 1000) : "none";
  if (type === "flag") return value ? "yes" : "no";
  if (type === "list" && Array.isArray(value)) return visibleText(value.join(", "));
  return raw(value);
}

/** Why a job waits, as a sentence; `null` if it does not. */
export function WaitsFor({ job, now }: { job: JobView; now: number }): Tree | null {
  const words = (...parts: Children[]) => html.p({ class: "waits-for" }, ...parts);
  if (job.unrecorded) {
    return words("Ended: its worker could not record that yet; the disk may be full.");
  }
  if (job.suspended) return words("Suspended: its processes are stopped until it is resumed.");
  if (job.state !== "pending" && job.state !== "failed") return null;
  if (job.held) return words("Held: it runs after somebody releases it.");
  if (job.waits_for) {
    const ids = job.waits_for.slice(0, 5);
    const rest = job.waits_for.length - ids.length;
    return words(
      "Waits for ",
      ids.map((id, index) => [index > 0 ? ", " : "", h(JobId, { key: id, id })]),
      rest > 0 ? ` and ${rest} more` : "",
      ".",
    );
  }
  if (job.no_worker !== undefined) {
    return words(`No live worker may run it: it needs one ${visibleText(job.no_worker)}.`);
  }
  if (job.limited_by === "concurrency") {
    return words("Waits for a place: the setting concurrency lets no more run.");
  }
  if (job.limited_by?.includes("group ")) {
    return words(`Waits for a place in the ${visibleText(job.limited_by)}.`);
  }
  if (job.limited_by !== undefined) {
    return words(`Waits for a place of the resource ${visibleText(job.limited_by)}.`);
  }
  if (Date.parse(job.run_at) > now) return words("Runs ", h(Ago, { at: job.run_at }), ".");
  return words("Ready: the next free worker runs it.");
}
