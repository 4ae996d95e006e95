/**
 * `queuectl metrics`: the queue's metrics, for Prometheus.
 *
 * @module
 */

import { QueueError, reasonWithin } from "../../../text/errors.ts";
import { absolutePath } from "../../../text/home_path.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";
import { printLines } from "../../terminal/output.ts";

/** What is used of the dashboard's code, which stands above the command line's. */
interface MetricsModule {
  metricsOnce(
    queue: Awaited<ReturnType<typeof openQueue>>,
    format: "text" | "json",
  ): Promise<string>;
}

/** Prints the metrics, or replaces a file by them at once. */
export async function metrics(call: Invocation): Promise<void> {
  const output = call.options.text("output");
  const path = output === undefined ? undefined : absolutePath(output, "--output");
  const queue = await openQueue(call);
  const { metricsOnce }: MetricsModule = await import(
    later("../../../dashboard/metrics/metrics.ts")
  );
  const text = await metricsOnce(queue, call.json ? "json" : "text");
  if (path === undefined) printLines(text.trimEnd().split("\n"));
  else replaceFile(path, text);
}

/** Writes beside the file and renames: a collector never reads half of it. */
function replaceFile(path: string, text: string): void {
  // Not `.prom`: the collector would read this one too.
  const temporary = `${path}.${Deno.pid}.new`;
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true });
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made.
    }
    throw new QueueError(`cannot write ${path}: ${reasonWithin(error)}; name another file`);
  }
}
