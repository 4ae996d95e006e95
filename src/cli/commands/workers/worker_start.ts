/**
 * `queuectl worker start`: works the queue, in the foreground or in the background.
 *
 * @module
 */

import { Worker } from "../../../worker/worker.ts";
import type { Invocation } from "../../table/command.ts";
import { onInterrupt, PIPE_STATUS } from "../../terminal/interrupt.ts";
import { jsonText, printLines, say } from "../../terminal/output.ts";
import { PacedOutput } from "../../terminal/paced_output.ts";
import { coloursStdout, readsStdout, terminalWidth } from "../../terminal/terminal.ts";
import { eventLine } from "../../text/worker_line.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";

/** Works the queue until it is told to stop or, with `--drain`, until nothing is left to do. */
export async function workerStart(call: Invocation): Promise<number> {
  const count = call.options.whole("count", 1, 1024);
  const queue = await openOrMakeQueue(call);
  if (call.options.has("detach")) {
    return await (await import("./detach.ts")).detach(queue, call.options, call.json);
  }
  const style = {
    width: readsStdout() ? terminalWidth() : Infinity,
    day: !readsStdout(),
    colours: coloursStdout() ? await import("@std/fmt/colors") : undefined,
  };
  let isReaderGone = false;
  const output = new PacedOutput((lines) => {
    try {
      printLines(lines, style.colours !== undefined && !call.json);
    } catch (error) {
      // The reader has gone, so the show is over; a full disk is no reason to stop working.
      if (!(error instanceof Deno.errors.BrokenPipe)) return;
      isReaderGone = true;
      worker.stop();
    }
  });
  const worker = new Worker(queue, {
    count,
    drain: call.options.has("drain"),
    onEvent: (event) =>
      output.add(call.json ? jsonText(event) : eventLine(event, Date.now(), style)),
  });
  const onTerminal = Deno.stdout.isTerminal();
  let signals = 0;
  const quiet = onInterrupt((signal) => {
    if (signal === "SIGHUP") {
      worker.reload();
      // The signal itself is no request to leave; but what was shown to a person has no reader any more.
      if (onTerminal && !Deno.stdout.isTerminal()) worker.stop();
      else say("queuectl: reading the settings again");
      return;
    }
    signals++;
    if (signals === 1) {
      say(
        worker.stuck
          ? "queuectl: leaving as soon as what has ended can be recorded; again: leave that to the next worker"
          : "queuectl: finishing what runs, then leaving; again: put it back and leave at once",
      );
      worker.stop();
      return;
    }
    if (signals === 2) {
      say(
        worker.stuck
          ? "queuectl: leaving to the next worker what could not be recorded"
          : "queuectl: putting back what runs, then leaving",
      );
    }
    worker.stop({ now: true });
  });
  try {
    await worker.start();
    // The first words of this line are what --detach looks for.
    say(
      `worker ${worker.name} started: ${
        count ?? queue.config().worker_count
      } at once, on ${queue.dir}`,
    );
    const reason = await worker.finished;
    if (reason === "unsafe") {
      say(
        `queuectl: worker ${worker.name} has left the queue ${queue.dir}, as it is not safe any more; ` +
          "what it ran was ended, and is run again by the next worker",
      );
      return 1;
    }
    if (reason !== "fenced") return isReaderGone ? PIPE_STATUS : 0;
    const isThere = queue.store.files.exists(`${queue.dir}/VERSION`);
    say(
      `queuectl: worker ${worker.name} ` +
        (isThere
          ? "was declared dead by another"
          : `has lost its queue: no ${queue.dir} any more`) +
        "; it gave up its jobs",
    );
    return 1;
  } finally {
    output.close();
    quiet();
  }
}
