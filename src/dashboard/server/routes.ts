/**
 * The one table of routes. docs/api.md and docs/openapi.json are held against it by a test.
 *
 * @module
 */

import {
  addSchedule,
  editSchedule,
  findSchedule,
  ID_PATTERN,
  pauseSchedule,
  previewSchedule,
  type Queue,
  removeSchedule,
  restartJob,
  runSchedule,
  type ScheduleView,
  withoutSecrets,
  withSecretsOf,
  WORKER_PATTERN,
} from "../../../mod.ts";
import type { Scanner } from "../scan/scanner.ts";
import { Refusal } from "../refusal.ts";
import { headersOf, jsonAnswer, textAnswer } from "./answer.ts";
import { objectBody } from "./body.ts";
import type { EventHub } from "./event_hub.ts";
import { checkNames, jobsQueryOf, optional, scheduleInputOf, spanOf, textOf } from "./given.ts";
import {
  addJob,
  addJobs,
  changeJobs,
  JOB_CHANGES,
  scaleLiveWorker,
  stopWorker,
} from "./job_changes.ts";
import { logAnswer } from "./log_answer.ts";
import { changeSettings, settingRows } from "./settings.ts";

/** What a route answers from. */
export interface Call {
  readonly queue: Queue;
  readonly scanner: Scanner;
  readonly hub: EventHub;
  readonly request: Request;
  readonly query: URLSearchParams;
  /** What stands in the path for `{id}` or `{name}`; checked. */
  readonly name: string;
  /** The JSON of a POST; `{}` of a GET. */
  readonly body: unknown;
  /** Whether only the headers are wanted. */
  readonly isHead: boolean;
}

/** A route. Only POST changes anything. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Its path; `{id}` and `{name}` stand for one part of it. */
  readonly path: string;
  readonly answer: (call: Call) => Promise<Response> | Response;
}

/** A route whose answer is JSON; its status is 200 if nothing else is said. */
function json(
  method: Route["method"],
  path: string,
  value: (call: Call) => unknown,
  status = 200,
): Route {
  return {
    method,
    path,
    answer: async (call) => await jsonAnswer(call.request, await value(call) ?? {}, status),
  };
}

/** `POST /api/jobs/{id}/VERB`: answers with the job as it is then. */
function jobChange(verb: keyof typeof JOB_CHANGES): Route {
  return json("POST", `/api/jobs/{id}/${verb}`, async ({ queue, scanner, name, body }) => {
    await JOB_CHANGES[verb](queue, name, objectBody(body));
    return await scanner.job(name);
  });
}

/** A schedule as the list of them shows it; of a broken file the sentence that says so. */
async function scheduleNamed({ queue, scanner }: Call, name: string): Promise<ScheduleView> {
  const found = (await scanner.schedules()).find((schedule) => schedule.name === name);
  if (found) return found;
  const schedule = await findSchedule(queue, name);
  return { ...schedule, job: withoutSecrets(schedule.job, queue.config().secret_names) };
}

const METRICS = "text/plain; version=0.0.4; charset=utf-8";

/** Every route of the API. */
export const ROUTES: readonly Route[] = [
  json("GET", "/api/status", ({ hub }) => hub.status()),
  json("GET", "/api/jobs", ({ scanner, query }) => scanner.jobs(jobsQueryOf(query))),
  json("GET", "/api/jobs/{id}", async ({ scanner, name }) => {
    const detail = await scanner.job(name);
    if (detail) return detail;
    throw new Refusal(404, `no job ${name} (see: queuectl list)`);
  }),
  {
    method: "GET",
    path: "/api/jobs/{id}/log",
    answer: ({ queue, name, query, isHead }) => logAnswer(queue, name, query, isHead),
  },
  json("GET", "/api/workers", async ({ hub }) => (await hub.status()).workers),
  json("GET", "/api/schedules", ({ scanner }) => scanner.schedules()),
  json("GET", "/api/schedules/{name}", (call) => scheduleNamed(call, call.name)),
  json("GET", "/api/stats", ({ scanner, query }) => {
    checkNames(query, ["span"]);
    const { span, parts } = spanOf(query.get("span"));
    return scanner.stats(span, parts);
  }),
  json("GET", "/api/dead", ({ scanner }) => scanner.dead()),
  json("GET", "/api/settings", ({ queue }) => settingRows(queue)),
  json("GET", "/api/doctor", ({ scanner }) => scanner.doctor()),
  {
    method: "GET",
    path: "/api/events",
    answer({ hub, query, isHead }) {
      const log = query.get("log") ?? undefined;
      if (log !== undefined && !ID_PATTERN.test(log)) {
        throw new Refusal(400, "log must be a job's ID");
      }
      return isHead
        ? new Response(null, { headers: headersOf("text/event-stream") })
        : hub.open(log);
    },
  },
  {
    method: "GET",
    path: "/metrics",
    answer: async ({ scanner, request }) =>
      await textAnswer(request, await scanner.metrics(), METRICS),
  },
  {
    method: "POST",
    path: "/api/jobs",
    async answer({ queue, body, request }) {
      if (Array.isArray(body)) return await jsonAnswer(request, await addJobs(queue, body), 201);
      const added = await addJob(queue, body);
      return await jsonAnswer(request, added, added.existed ? 200 : 201);
    },
  },
  json("POST", "/api/jobs/bulk", ({ queue, scanner, body }) => changeJobs(queue, scanner, body)),
  ...(Object.keys(JOB_CHANGES) as (keyof typeof JOB_CHANGES)[]).map(jobChange),
  json("POST", "/api/jobs/{id}/restart", async ({ queue, name }) => ({
    id: (await restartJob(queue, name)).id,
  }), 201),
  ...["pause", "resume"].map((verb) =>
    json("POST", `/api/queue/${verb}`, async ({ queue }) => {
      await queue.setPaused(verb === "pause");
      return { paused: queue.paused };
    })
  ),
  json("POST", "/api/workers/{name}/stop", ({ queue, name, body }) => {
    stopWorker(queue, name, objectBody(body).now);
  }, 202),
  json(
    "POST",
    "/api/workers/{name}/scale",
    ({ queue, name, body }) => scaleLiveWorker(queue, name, objectBody(body).slots),
  ),
  json("POST", "/api/schedules", async (call) => {
    const name = textOf(objectBody(call.body).name, "name");
    await addSchedule(call.queue, { ...scheduleInputOf(call.body), name });
    return await scheduleNamed(call, name);
  }, 201),
  json("POST", "/api/schedules/preview", ({ body }) => {
    const { when, tz } = objectBody(body);
    const zone = optional(tz);
    return previewSchedule(textOf(when, "when"), zone === undefined ? zone : textOf(zone, "tz"));
  }),
  ...["pause", "resume"].map((verb) =>
    json("POST", `/api/schedules/{name}/${verb}`, async (call) => {
      await pauseSchedule(call.queue, call.name, verb === "pause");
      return await scheduleNamed(call, call.name);
    })
  ),
  json("POST", "/api/schedules/{name}/run", async ({ queue, name }) => ({
    id: (await runSchedule(queue, name)).id,
  }), 201),
  json("POST", "/api/schedules/{name}/remove", ({ queue, name }) => removeSchedule(queue, name)),
  json("POST", "/api/schedules/{name}/edit", async (call) => {
    const { job, ...input } = scheduleInputOf(call.body);
    const before = await findSchedule(call.queue, call.name).catch(() => undefined);
    await editSchedule(call.queue, call.name, {
      ...input,
      job: withSecretsOf(job, before?.job.env),
    });
    return await scheduleNamed(call, call.name);
  }),
  json("POST", "/api/settings", async ({ queue, body }) => {
    await changeSettings(queue, body);
    return settingRows(queue);
  }),
];

/** Whether a path is the API's; every other one is a page's. */
export function isOfApi(path: string): boolean {
  return path === "/metrics" || path === "/api" || path.startsWith("/api/");
}

/** What may stand in a path for a name: a part that is none of these never reaches the queue. */
function isName(route: Route, part: string): boolean {
  return (route.path.startsWith("/api/workers/") ? WORKER_PATTERN : ID_PATTERN).test(part);
}

/** The name in a path, if a route's path is like it; `""` if the route has none. */
function nameIn(route: Route, parts: readonly string[]): string | undefined {
  const wanted = route.path.split("/");
  if (wanted.length !== parts.length) return undefined;
  let name = "";
  for (const [at, part] of wanted.entries()) {
    if (!part.startsWith("{")) {
      if (part !== parts[at]) return undefined;
      continue;
    }
    name = parts[at]!;
    if (!isName(route, name)) return undefined;
  }
  return name;
}

/**
 * The route of a path, with the name in the path. Of two that match, the one with fewer names.
 *
 * @param path As it stands in the request: no ID has a character that an URL escapes.
 * @param readOnly Whether there are no routes that change anything.
 * @throws {Refusal} If no route has this path, or none has it with this method.
 */
export function findRoute(
  method: string,
  path: string,
  readOnly: boolean,
): { route: Route; name: string } {
  const parts = path.split("/");
  const found = ROUTES.flatMap((route) => {
    const name = nameIn(route, parts);
    return name === undefined ? [] : [{ route, name }];
  }).sort((a, b) => a.name.length - b.name.length);
  if (found.length === 0) throw new Refusal(404, "there is no such route (see docs/api.md)");
  const wanted = method === "HEAD" ? "GET" : method;
  if (wanted === "POST" && readOnly) {
    throw new Refusal(405, "this dashboard is read-only: it was started with --read-only", {
      allow: "GET, HEAD",
    });
  }
  const fitting = found.find(({ route }) => route.method === wanted);
  if (fitting) return fitting;
  const methods = new Set(found.map(({ route }) => route.method));
  const allow = [...methods].map((each) => each === "GET" ? "GET, HEAD" : each).join(", ");
  throw new Refusal(405, `this route takes ${allow}, not ${method}`, { allow });
}
