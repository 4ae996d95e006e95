/**
 * How many jobs a second: 2,000 times `true`, two at once, by the whole program as a user starts
 * it, beside `xargs`, and beside the peers that are installed.
 *
 * @module
 */

import {
  type BenchContext,
  inTurn,
  perSecond,
  type Question,
  queuectl,
  type Row,
  settleDisk,
  timed,
} from "./measure.ts";
import { findPeers } from "./peers.ts";

/** What each side is given: so many lines of `true`. */
interface Work {
  jobs: number;
  input: string;
}

/** Fills a queue for each round, and gives what drains it. */
async function filled(
  { folder, rounds }: BenchContext,
  { jobs, input }: Work,
  name: string,
  fsync: boolean,
): Promise<(round: number) => Promise<number>> {
  const dir = (round: number) => `${folder}/queue-${name}-${round}`;
  for (let round = 0; round < rounds; round++) {
    if (!fsync) await timed(queuectl(dir(round), "config", "set", "fsync", "false"));
    await timed(queuectl(dir(round), "enqueue", "--file", "-"), { stdin: input });
  }
  return async (round) => {
    const words = queuectl(dir(round), "worker", "start", "--count", "2", "--drain");
    return jobs / (await timed(words)).seconds;
  };
}

async function besideXargs(context: BenchContext, work: Work, fsync: boolean): Promise<Row> {
  const { jobs, input } = work;
  // A run is over in two seconds, and one differs from the next by a tenth: so there are more of
  // them.
  const rounds = context.quick ? context.rounds : 2 * context.rounds + 1;
  const rates = await inTurn(rounds, {
    xargs: async () =>
      jobs / (await timed(["xargs", "-P2", "-n1", "sh", "-c"], { stdin: input })).seconds,
    queuectl: await filled({ ...context, rounds }, work, fsync ? "flushed" : "unflushed", fsync),
  }, settleDisk);
  const ratio = rates.queuectl / rates.xargs;
  const must = fsync ? 0.45 : 0.6;
  return {
    question: `${jobs} jobs of \`true\`, 2 at once${fsync ? "" : ", fsync off"}`,
    figure: perSecond(rates.queuectl),
    reference: `xargs -P2: ${perSecond(rates.xargs)}`,
    ratio,
    must: `${must}`,
    reached: ratio >= must,
    aim: fsync ? "0.7" : "0.9",
  };
}

/**
 * In turns of their own, and late: what the peers leave on the disk slows whoever comes next and
 * makes files.
 */
async function besidePeers(context: BenchContext, work: Work): Promise<Row[]> {
  const found = await findPeers(context, work.jobs);
  const things: Record<string, (round: number) => Promise<number>> = {
    queuectl: await filled(context, work, "peers", true),
  };
  for (const peer of found) things[peer.name] = peer.rate;
  const rates = await inTurn(context.rounds, things, settleDisk);
  for (const peer of found) await peer.close?.();
  return found.map(({ name }) => ({
    question: `${work.jobs} jobs of \`true\`, 2 at once`,
    figure: perSecond(rates.queuectl!),
    reference: `${name}: ${perSecond(rates[name]!)}`,
    ratio: rates.queuectl! / rates[name]!,
    must: "1",
    reached: rates.queuectl! > rates[name]!,
    aim: "",
  }));
}

function workOf({ quick }: BenchContext): Work {
  const jobs = quick ? 300 : 2000;
  return { jobs, input: "true\n".repeat(jobs) };
}

/** With everything flushed, as it is by default. */
export const drain: Question = {
  name: "drain",
  ask: async (context) => [await besideXargs(context, workOf(context), true)],
};

/** With `config set fsync false`. */
export const drainUnflushed: Question = {
  name: "drain-unflushed",
  ask: async (context) => [await besideXargs(context, workOf(context), false)],
};

/** Beside those who do the same. */
export const peers: Question = {
  name: "peers",
  ask: (context) => besidePeers(context, workOf(context)),
};
