/**
 * All cases of the trial.
 *
 * @module
 */

import { atRandom, serversInTurn } from "./at_random.ts";
import type { Case } from "./case.ts";
import { clocksApart } from "./clocks.ts";
import { hostCut, hostKilled, serverKilled, workerKilled } from "./faults.ts";
import {
  cancelling,
  following,
  pausing,
  pickingUp,
  running,
  stopping,
  waiting,
  watching,
} from "./from_any.ts";
import { noFaults } from "./no_faults.ts";
import { changing, dependants, ids, keys, limits, retrying, schedules } from "./together.ts";

/** In the order in which they are played. */
export const CASES: readonly Case[] = [
  { name: "no-faults", about: "each job once", play: noFaults, small: "each mount" },
  {
    name: "worker-killed",
    about: "kill -9 of a worker",
    play: workerKilled(false),
    small: "each mount",
  },
  { name: "worker-replaced", about: "and a new one at once on its host", play: workerKilled(true) },
  { name: "host-killed", about: "all processes of a host at once", play: hostKilled(true) },
  { name: "host-power", about: "likewise, and nobody is told", play: hostKilled(false) },
  { name: "cut-3", about: "a host is cut off for 3 s", play: hostCut(3) },
  { name: "cut-20", about: "for 20 s", play: hostCut(20), small: "first mount" },
  { name: "cut-60", about: "for 60 s", play: hostCut(60) },
  { name: "cut-server-20", about: "one that serves the volume", play: hostCut(20, "n3") },
  { name: "server-killed", about: "what serves is killed, and healed", play: serverKilled },
  {
    name: "servers-in-turn",
    about: "those that serve lose power one after the other, for --minutes",
    play: serversInTurn,
  },
  { name: "ahead-10", about: "a host's clock is 10 s ahead", play: clocksApart(10) },
  { name: "ahead-300", about: "5 min ahead", play: clocksApart(300) },
  { name: "behind-10", about: "10 s behind", play: clocksApart(-10) },
  { name: "behind-300", about: "5 min behind", play: clocksApart(-300) },
  { name: "pickup", about: "jobs begin beside an idle worker", play: pickingUp },
  { name: "run", about: "run, worked on another host", play: running, small: "each mount" },
  { name: "logs", about: "logs -f from another host", play: following },
  { name: "wait", about: "wait from another host", play: waiting },
  { name: "cancel", about: "cancel from another host", play: cancelling },
  { name: "stop", about: "worker stop from another host", play: stopping },
  { name: "pause", about: "worker pause from another host", play: pausing },
  { name: "watch", about: "status --watch on another host", play: watching },
  { name: "retry", about: "dlq retry from another host", play: retrying, small: "each mount" },
  { name: "change", about: "hold, edit, move, release from others", play: changing },
  { name: "after", about: "jobs that wait for one another", play: dependants },
  { name: "schedules", about: "each time once", play: schedules },
  { name: "concurrency", about: "a limit for all hosts", play: limits("concurrency") },
  { name: "resources", about: "places for all hosts", play: limits("resources") },
  { name: "unique", about: "hosts add the same key at once", play: keys },
  { name: "ids", about: "hosts add the same ID at once", play: ids, small: "each mount" },
  { name: "random", about: "all faults at random, for --minutes", play: atRandom },
];
