/**
 * The queue's metrics. No label has a job's name or command: their number stays the same however
 * many jobs there are.
 *
 * @module
 */

import {
  AttemptTotals,
  BOUNDS,
  diskSpace,
  KnownNames,
  lateSchedules,
  type Queue,
  type SpanTotals,
  VERSION,
} from "../../../mod.ts";
import { expositionText, histogramSamples, type Metric } from "./exposition.ts";

/** The text is kept for so many times as long as it took to make. */
const KEPT = 10;

/** Makes the metrics of a queue. */
export class Metrics {
  readonly #queue: Queue;
  readonly #names: KnownNames;
  readonly #totals: AttemptTotals;
  #text: Promise<string> | undefined;
  #until = 0;

  /** Reads nothing yet. */
  constructor(queue: Queue, names: KnownNames) {
    [this.#queue, this.#names, this.#totals] = [queue, names, new AttemptTotals(queue)];
  }

  /** The metrics as text. One look at a time; its text is kept for ten times as long as it took. */
  text(): Promise<string> {
    if (this.#text && performance.now() < this.#until) return this.#text;
    const begun = performance.now();
    this.#until = Infinity;
    const text = this.#make();
    this.#text = text;
    const end = (isKept: boolean) => {
      const now = performance.now();
      this.#until = isKept ? now + KEPT * (now - begun) : 0;
    };
    text.then(() => end(true), () => end(false));
    return text;
  }

  async #make(): Promise<string> {
    return expositionText(await this.all());
  }

  /** All metrics now. */
  async all(): Promise<Metric[]> {
    return [
      ...await this.#jobMetrics(),
      ...await this.#attemptMetrics(),
      ...this.#queueMetrics(),
    ];
  }

  async #jobMetrics(): Promise<Metric[]> {
    const { held: _held, waiting: _waiting, ...counts } = await this.#names.counts();
    const oldest = await this.#names.oldestReady();
    const age = oldest === undefined ? 0 : Math.max(0, this.#queue.store.now() - oldest) / 1000;
    return [
      {
        name: "queuectl_jobs",
        help: "Jobs in each state; delayed: in pending/ and not ready.",
        type: "gauge",
        samples: Object.entries(counts).map(([state, value]) => ({ labels: { state }, value })),
      },
      gauge("queuectl_oldest_ready_seconds", "How long the oldest ready job has waited.", age),
    ];
  }

  async #attemptMetrics(): Promise<Metric[]> {
    const { attempts, wait, run } = await this.#totals.read();
    return [
      {
        name: "queuectl_attempts_total",
        help: "Attempts that ended, by how.",
        type: "counter",
        samples: Object.entries(attempts)
          .map(([outcome, value]) => ({ labels: { outcome }, value })),
      },
      histogram("queuectl_run_seconds", "How long attempts ran.", run),
      histogram("queuectl_wait_seconds", "How long jobs waited from ready to running.", wait),
    ];
  }

  #queueMetrics(): Metric[] {
    const queue = this.#queue;
    const workers = queue.workers();
    const busy = this.#names.busy();
    const disk = diskSpace(queue.dir);
    const sum = (of: (worker: typeof workers[number]) => number) =>
      workers.reduce((total, worker) => total + of(worker), 0);
    return [
      gauge("queuectl_workers", "Live workers.", workers.length),
      gauge(
        "queuectl_worker_slots",
        "Jobs that live workers may run at once.",
        sum((w) => w.slots),
      ),
      gauge(
        "queuectl_worker_busy",
        "Slots of live workers that run a job.",
        sum(({ name, slots }) => Math.min(slots, busy.get(name) ?? 0)),
      ),
      gauge("queuectl_paused", "1 while workers are told to claim nothing.", Number(queue.paused)),
      gauge(
        "queuectl_schedules_late",
        "Schedules that no worker has turned into a job 10 s after they were due.",
        lateSchedules(queue),
      ),
      ...(disk
        ? [
          gauge("queuectl_disk_free_bytes", "Space left on the queue's file system.", disk.free),
          gauge("queuectl_disk_size_bytes", "Size of the queue's file system.", disk.total),
        ]
        : []),
      {
        name: "queuectl_info",
        help: "Always 1; the version of queuectl that looked.",
        type: "gauge",
        samples: [{ labels: { version: VERSION }, value: 1 }],
      },
    ];
  }
}

/** The metrics of a queue, looked at once: as Prometheus' text, or as JSON. */
export async function metricsOnce(queue: Queue, format: "text" | "json" = "text"): Promise<string> {
  using names = new KnownNames(queue);
  const metrics = await new Metrics(queue, names).all();
  return format === "text" ? expositionText(metrics) : `${JSON.stringify(metrics)}\n`;
}

function gauge(name: string, help: string, value: number): Metric {
  return { name, help, type: "gauge", samples: [{ value }] };
}

function histogram(name: string, help: string, { count, sum, within }: SpanTotals): Metric {
  const buckets = within.map((held, at) => [BOUNDS[at]! / 1000, held] as const);
  const samples = histogramSamples({ buckets, count, sum: sum / 1000 });
  return { name, help, type: "histogram", samples };
}
