/**
 * From an event on disk until the browser has drawn it.
 *
 * @module
 */

import { median, percentile, type Row } from "../../../bench/measure.ts";
import { fillEveryState } from "../queues.ts";
import type { Scene } from "../scene.ts";
import type { Tab } from "../tab.ts";

/** A job file's rename into pending/ until its row is drawn; a line of a log until it is drawn. */
export async function pixels(scene: Scene): Promise<Row[]> {
  const rounds = scene.small ? 5 : 30;
  const dir = scene.queue();
  await fillEveryState(scene, dir);
  const dashboard = await scene.dashboard(dir);

  const jobs = await scene.tab(dashboard, "/jobs");
  await jobs.sees("invoice-101", jobs.main);
  const news = await delays(rounds, jobs, (round) => ({
    text: `${round} new job`,
    make: () => dropJob(dir, `event-${round}`),
  }));
  await jobs.page.close();

  const [path, held] = ["", "99980101T000000.000Z-5-"]
    .map((stamp) => `${dir}/pending/${stamp}event-1.json`) as [string, string];
  const job = await scene.tab(dashboard, "/jobs/event-1");
  await job.sees("pending", job.main);
  const states = await delays(
    rounds,
    job,
    (round) =>
      round % 2 === 1
        ? { text: "held", make: () => Deno.renameSync(path, held) }
        : { text: "pending", make: () => Deno.renameSync(held, path) },
  );
  await job.page.close();

  const log = await scene.tab(dashboard, "/jobs/thumbnails");
  await log.sees("made 12 thumbnails");
  const lines = await delays(rounds, log, (round) => ({
    text: `printed in round ${round}.`,
    make: () =>
      Deno.writeTextFileSync(`${dir}/done/thumbnails.log`, `printed in round ${round}.\n`, {
        append: true,
      }),
  }));
  return [
    { question: "a job's rename into pending/ until the page of jobs has drawn it", figures: news },
    {
      question: "a job's rename to be held, or back, until its page has drawn it",
      figures: states,
    },
    { question: "a line in a log until the page of its job has drawn it", figures: lines },
  ].map(({ question, figures }) => ({
    question,
    figure: `median ${median(figures).toFixed(0)} ms, 90th percentile ${
      percentile(figures, 0.9).toFixed(0)
    } ms`,
    reference: `${rounds} rounds`,
    must: "300 ms",
    reached: median(figures) <= 300,
    aim: "100 ms",
  }));
}

/** Adds a job by renaming its file into pending/, without queuectl. */
function dropJob(dir: string, id: string): void {
  const from = `${dir}/tmp/${id}`;
  Deno.writeTextFileSync(from, JSON.stringify({ command: `echo ${id}` }), { mode: 0o600 });
  Deno.renameSync(from, `${dir}/pending/${id}.json`);
}

/** How long each event took until its text was drawn, in milliseconds. */
async function delays(
  rounds: number,
  { page }: Tab,
  eventOf: (round: number) => { text: string; make: () => void },
): Promise<number[]> {
  const figures: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    // Events come when they like: not in step with whatever the server does at intervals.
    await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 800));
    const { text, make } = eventOf(round);
    await page.evaluate(watchFor, text);
    const begun = performance.timeOrigin + performance.now();
    make();
    const drawn = await page.evaluate(() => (window as unknown as Watched).drawn);
    figures.push(drawn - begun);
  }
  return figures;
}

interface Watched {
  /** When the text was drawn, in milliseconds since 1970. */
  drawn: Promise<number>;
}

/** Runs in the page: notes when a text is there and the frame with it has been drawn. */
function watchFor(text: string): void {
  (window as unknown as Watched).drawn = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`"${text}" was not drawn in 20 s`)), 20_000);
    const observer = new MutationObserver(() => {
      if (!document.body.innerText.includes(text)) return;
      observer.disconnect();
      clearTimeout(timer);
      requestAnimationFrame(() => {
        // The first task after the frame.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
        port2.postMessage(null);
      });
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  // It may fail before anyone asks.
  (window as unknown as Watched).drawn.catch(() => {});
}
