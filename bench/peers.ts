/**
 * Other queues, as far as they are installed: how many jobs of `true` a second each runs, two at
 * once.
 *
 * @module
 */

import { type BenchContext, isInstalled, timed } from "./measure.ts";
import type { Peer } from "./peer.ts";

/** Peers, the program that shows each is there, and how to install it. */
const INSTALL: Record<string, string> = {
  // Of moreutils, too, is a program named parallel, but none named so.
  parcat: "apt-get install parallel (GNU)",
  tsp: "apt-get install task-spooler",
  nq: "apt-get install nq",
  "redis-server": "apt-get install redis-server (BullMQ itself comes from npm)",
};

/** The peers that are installed; says of the others how to install them. */
export async function findPeers(context: BenchContext, jobs: number): Promise<Peer[]> {
  const found: Peer[] = [];
  for (const [program, install] of Object.entries(INSTALL)) {
    if (!(await isInstalled(program))) {
      console.error(`not compared with ${program}, which is not installed: ${install}`);
      continue;
    }
    const peer = await PEERS[program]!(context, jobs);
    if (peer) found.push(peer);
  }
  return found;
}

type StartPeer = (
  context: BenchContext,
  jobs: number,
) => Peer | Promise<Peer | undefined>;

const PEERS: Record<string, StartPeer> = {
  parcat(_context, jobs) {
    const stdin = "true\n".repeat(jobs);
    return {
      name: "GNU parallel -j2",
      rate: async () => jobs / (await timed(["parallel", "-j2"], { stdin })).seconds,
    };
  },

  tsp({ folder }, jobs) {
    const env = { TS_SOCKET: `${folder}/tsp.socket`, TMPDIR: folder, TS_MAXFINISHED: "10" };
    return {
      name: "task-spooler -S 2",
      async rate() {
        await timed(["tsp", "-K"], { env });
        await timed(["tsp", "-S", "2"], { env });
        const script =
          `i=0; while [ $i -lt ${jobs} ]; do tsp true >/dev/null; i=$((i+1)); done; tsp -w`;
        return jobs / (await timed(["sh", "-c", script], { env })).seconds;
      },
      close: async () => void await timed(["tsp", "-K"], { env }),
    };
  },

  nq({ folder }, jobs) {
    return {
      name: "two nq queues",
      async rate(round) {
        const script = `mkdir -p "$0"; export NQDIR="$0"; i=0; ` +
          `while [ $i -lt ${jobs / 2} ]; do nq -q true; i=$((i+1)); done; nq -w`;
        const both = [1, 2].map((half) =>
          timed(["sh", "-c", script, `${folder}/nq-${round}-${half}`])
        );
        const seconds = (await Promise.all(both)).map((run) => run.seconds);
        return jobs / Math.max(...seconds);
      },
    };
  },

  async "redis-server"({ folder }, jobs) {
    const { startBullMq } = await import("./bullmq.ts");
    return await startBullMq(folder, jobs);
  },
};
