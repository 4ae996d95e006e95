/**
 * The answers that pages are made from, over HTTP.
 *
 * @module
 */

import { type Answers, jobsSearch } from "../data.ts";
import type { ErrorAnswer } from "../../api.ts";

/** The server does not know this browser's token: it was started anew. */
export class StaleTokenError extends Error {
  override readonly name = "StaleTokenError";
}

/** Asks the server that the page came from. */
export const httpAnswers: Answers = {
  status: () => get("/api/status"),
  jobs: (query) => get(`/api/jobs${jobsSearch(query)}`),
  job: (id) => getIfThere(`/api/jobs/${encodeURIComponent(id)}`),
  dead: () => get("/api/dead"),
  stats: (span) => get(`/api/stats?span=${span}`),
  schedules: () => get("/api/schedules"),
  settings: () => get("/api/settings"),
};

async function get<T>(path: string): Promise<T> {
  const answer = await getIfThere<T>(path);
  if (answer === undefined) throw new Error(`The server has no ${path}.`);
  return answer;
}

/** `undefined` for 404; rejects with the one sentence of any other error. */
async function getIfThere<T>(path: string): Promise<T | undefined> {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (response.status === 404) return undefined;
  if (response.status === 401) throw new StaleTokenError("The dashboard was restarted.");
  if (!response.ok) {
    const answer: Partial<ErrorAnswer> = await response.json().catch(() => ({}));
    throw new Error(answer.error ?? `The server answered ${response.status}.`);
  }
  return await response.json();
}
