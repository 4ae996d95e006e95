/**
 * The scanning thread. Opens the queue itself and answers the questions of {@link ./scanner.ts}.
 * Long scans are cut into slices, so that a short question between them is answered at once.
 *
 * @module
 */

import { JobPages, KnownNames, Queue, StatsReader } from "../../../mod.ts";
import type { Status } from "../api.ts";
import { refusalOf } from "../refusal.ts";
import { deadGroups } from "./dead_groups.ts";
import { jobDetail } from "./job_detail.ts";
import { jobsPage, matchingJobs } from "./jobs_page.ts";
import { LiveStatus } from "./live_status.ts";
import { RegularDoctor } from "./regular_doctor.ts";
import type { Answer, Fault, Numbered, Opening } from "./messages.ts";
import { schedulesAnswer, statsAnswer } from "./summaries.ts";
import { Metrics } from "../metrics/metrics.ts";

addEventListener("message", (event) => {
  if (event instanceof MessageEvent) serve(event.data, event.ports[0]!);
}, { once: true });

function serve({ dir, ofAnyUser }: Opening, port: MessagePort): void {
  const opened = Queue.open(dir, { create: false, ofAnyUser }).then((queue) => new Looks(queue));
  const say = (answer: Answer) => port.postMessage(answer);
  port.onmessage = async ({ data }: MessageEvent<Numbered>) => {
    const { number } = data;
    try {
      say({ number, value: await (await opened).answer(data, say) });
    } catch (error) {
      say({ number, fault: faultOf(error, dir) });
    }
  };
}

function faultOf(error: unknown, dir: string): Fault {
  const { status, message } = refusalOf(error, dir);
  return { status, message };
}

/** The workers that are stopped, and how many jobs dead ones have. */
function troubleOf({ workers, lost }: Status): string {
  return JSON.stringify([lost, workers.filter(({ stopped }) => stopped).map(({ name }) => name)]);
}

/** All that the thread remembers of a queue. */
class Looks {
  readonly #queue: Queue;
  readonly #pages: JobPages;
  readonly #names: KnownNames;
  readonly #doctor: RegularDoctor;
  #live: LiveStatus | undefined;
  readonly #metrics: Metrics;
  readonly #stats: StatsReader;

  constructor(queue: Queue) {
    this.#queue = queue;
    this.#stats = new StatsReader(queue);
    const names = new KnownNames(queue);
    this.#names = names;
    this.#doctor = new RegularDoctor(
      queue,
      names,
      () => this.#live?.refresh(),
      () => this.#live?.isBusy ?? false,
    );
    this.#pages = new JobPages(queue, names);
    this.#metrics = new Metrics(queue, names);
  }

  answer(question: Numbered, say: (answer: Answer) => void): unknown {
    switch (question.ask) {
      case "jobs":
        return jobsPage(this.#queue, this.#pages, question.query);
      case "matching":
        return matchingJobs(this.#pages, question);
      case "job":
        return jobDetail(this.#queue, question.id);
      case "dead":
        return deadGroups(this.#queue);
      case "stats":
        return statsAnswer(this.#stats, question.span_ms, question.parts);
      case "schedules":
        return schedulesAnswer(this.#queue);
      case "metrics":
        return this.#metrics.text();
      case "doctor":
        return this.#doctor.look();
      case "watch":
        this.#unwatch();
        this.#live = new LiveStatus(
          this.#queue,
          this.#names,
          () => this.#doctor.findings,
          (status, jobs) => {
            this.#doctor.heed(troubleOf(status));
            say({ status, jobs });
          },
          (error) => say({ fault: faultOf(error, this.#queue.dir) }),
        );
        this.#doctor.start();
        return undefined;
      case "unwatch":
        this.#unwatch();
        return undefined;
    }
  }

  #unwatch(): void {
    this.#live?.close();
    this.#live = undefined;
    this.#doctor.stop();
  }
}
