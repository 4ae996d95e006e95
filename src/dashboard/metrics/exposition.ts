/**
 * The text format that Prometheus and node_exporter's textfile collector read: each metric with
 * HELP and TYPE, its unit in its name, and no time stamps.
 *
 * @module
 */

/** What a label says: its name and its value. */
export type Labels = Readonly<Record<string, string>>;

/** A metric: what it is called, and its samples. */
export interface Metric {
  /** With its unit: `queuectl_oldest_ready_seconds`. */
  name: string;
  /** One sentence. */
  help: string;
  type: "gauge" | "counter" | "histogram";
  samples: readonly Sample[];
}

/** One line of a metric. */
export interface Sample {
  /** What follows the metric's name: `_sum`. */
  suffix?: string;
  labels?: Labels;
  value: number;
}

/** A histogram's samples. */
export interface Histogram {
  /** The bounds, in the metric's unit, and how many were up to each and above the one before. */
  buckets: readonly (readonly [bound: number, held: number])[];
  count: number;
  sum: number;
}

/** The samples of a histogram, as Prometheus counts: each bucket holds those before it. */
export function histogramSamples({ buckets, count, sum }: Histogram): Sample[] {
  let held = 0;
  const lines = buckets.map(([bound, own]) => ({
    suffix: "_bucket",
    labels: { le: String(bound) },
    value: held += own,
  }));
  return [
    ...lines,
    { suffix: "_bucket", labels: { le: "+Inf" }, value: count },
    { suffix: "_sum", value: sum },
    { suffix: "_count", value: count },
  ];
}

/** The text of some metrics; one without samples is left out. */
export function expositionText(metrics: readonly Metric[]): string {
  return metrics.filter(({ samples }) => samples.length > 0).map(metricText).join("");
}

function metricText({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ suffix = "", labels = {}, value }) =>
    `${name}${suffix}${labelsText(labels)} ${value}`
  );
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return [`# HELP ${name} ${escaped}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapedLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
