/**
 * How many jobs a second: 2,000 times `true`, two at once, by the whole program as a user starts it, beside
 * `xargs` and the peers that are installed.
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
  timed,
} from "./measure.ts";
import { findPeers } from "./peers.ts";

async function ask(context: BenchContext, fsync: boolean): Promise<Row[]> {
  const jobs = context.quick ? 300 : 2000;
  const input = "true\n".repeat(jobs);
  const { rounds, folder } = context;
  const dir = (round: number) => `${folder}/queue-${fsync}-${round}`;
  for (let round = 0; round < rounds; round++) {
    if (!fsync) await timed(queuectl(dir(round), "config", "set", "fsync", "false"));
    await timed(queuectl(dir(round), "enqueue", "--file", "-"), { stdin: input });
  }
  const peers = fsync ? await findPeers(context, jobs) : [];
  const things: Record<string, (round: number) => Promise<number>> = {
    xargs: async () =>
      jobs / (await timed(["xargs", "-P2", "-n1", "sh", "-c"], { stdin: input })).seconds,
    queuectl: async (round) =>
      jobs /
      (await timed(queuectl(dir(round), "worker", "start", "--count", "2", "--drain"))).seconds,
  };
  for (const peer of peers) things[peer.name] = peer.rate;
  const rates = await inTurn(rounds, things) as Record<string, number>;
  for (const peer of peers) await peer.close?.();

  const [ours, xargs] = [rates.queuectl!, rates.xargs!];
  const must = fsync ? 0.45 : 0.6;
  const rows: Row[] = [{
    question: `${jobs} jobs of \`true\`, 2 at once${fsync ? "" : ", fsync off"}`,
    figure: perSecond(ours),
    reference: `xargs -P2: ${perSecond(xargs)}`,
    ratio: ours / xargs,
    must: `${must}`,
    reached: ours / xargs >= must,
    aim: fsync ? "0.7" : "0.9",
  }];
  for (const { name } of peers) {
    rows.push({
      question: "the same",
      figure: perSecond(ours),
      reference: `${name}: ${perSecond(rates[name]!)}`,
      ratio: ours / rates[name]!,
      must: "1",
      reached: ours > rates[name]!,
      aim: "",
    });
  }
  return rows;
}

/** With everything flushed, as it is by default. */
export const drain: Question = { name: "drain", ask: (context) => ask(context, true) };

/** With `config set fsync false`. */
export const drainUnflushed: Question = {
  name: "drain-unflushed",
  ask: (context) => ask(context, false),
};
