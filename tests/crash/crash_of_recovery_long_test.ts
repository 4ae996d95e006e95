/**
 * A worker dies while it settles, and the one that recovers it dies too, each at any of its calls.
 *
 * @module
 */

import { withSeed } from "../simulation/seeded.ts";
import { killAt } from "../simulation/faults.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { count, isWanted, OUTCOMES, reportFigures, SEED } from "./crash_case.ts";
import { act, crashPoints, judgeCrash, prepare, type Prepared } from "./crash_points.ts";
import type { Ledger } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { ACTING, clock, openAt } from "./queue_disk.ts";
import { recovering } from "./recovery_operations.ts";
import { settling, TO_DEAD, TO_DONE, TO_FAILED, TO_PENDING } from "./settle_operations.ts";
import { arriveAs } from "./worker_steps.ts";

/** Outcomes of the first power cut, and of the second, for each place. */
const [FIRST, SECOND] = [Math.ceil(OUTCOMES / 16), Math.ceil(OUTCOMES / 16)];

/**
 * The disks that a worker leaves which dies at a place in settling, with `w2` there to recover it.
 */
async function* leftBy(
  operation: Operation,
  name: string,
  prepared: Prepared,
  hook: ReturnType<typeof killAt>,
): AsyncGenerator<{ name: string; prepared: Prepared; wasCut: boolean }> {
  const { disk, ledger } = await act(operation, prepared, hook);
  const cuts = [...disk.powerCutOutcomes({ limit: FIRST, seed: SEED })];
  disk.crashProcess();
  const disks: [string, SimulatedDisk][] = [["process", disk]];
  for (const [at, cut] of cuts.entries()) disks.push([`power-cut-${at}`, cut]);
  for (const [way, left] of disks) {
    const wasCut = way !== "process";
    await withSeed(3, async () => arriveAs(await openAt(left.process("w2"), ACTING), "w2"), ACTING);
    left.calls.length = 0;
    const scene = { unsettled: [] };
    yield {
      name: `${name}-${way}`,
      prepared: { disk: left, ledger: charged(ledger), scene },
      wasCut,
    };
  }
}

/** Should `w2` die when a job is already its own, the lost attempt is on its account. */
function charged(ledger: Ledger): Ledger {
  const both = ledger.clone();
  for (const [command, fates] of ledger.entries(false)) {
    both.allow(command, ...fates.map((fate) => fate.replace("lost@w1", "lost@w2")));
  }
  return both;
}

async function cutOffTwice(settle: Operation): Promise<void> {
  const seen = new Set<string>();
  const prepared = await prepare(settle);
  const recover = {
    ...recovering,
    // What was undone stays so, however much is promised afterwards.
    act: (...[stage, scene]: Parameters<typeof recovering.act>) =>
      recovering.act({ ...stage, ledger: stage.ledger.clone() }, scene),
  };
  count("operations");
  for await (const point of crashPoints(settle, prepared)) {
    const hook = killAt(point.index, point.leaving);
    const dead = leftBy(settle, `recover-of-${settle.name}/${point.name}`, prepared, hook);
    for await (const { name, prepared, wasCut } of dead) {
      if (!isWanted(name) || seen.has(prepared.disk.tree())) continue;
      seen.add(prepared.disk.tree());
      count("dead workers");
      for await (const second of crashPoints(recover, prepared)) {
        if (!isWanted(`${name}/${second.name}`)) continue;
        count("crash points");
        clock.time = ACTING;
        const again = killAt(second.index, second.leaving);
        await judgeCrash(
          `${name}/${second.name}`,
          () => act(recover, prepared, again),
          SECOND,
          wasCut,
        );
      }
    }
  }
}

const SETTLED = {
  done: [TO_DONE],
  failed: [TO_FAILED],
  dead: [TO_DEAD],
  "put-back": [TO_PENDING],
  group: [TO_DONE, TO_FAILED],
};

for (const [name, jobs] of Object.entries(SETTLED)) {
  const settle = settling(name, jobs);
  if (!isWanted(`recover-of-${settle.name}`)) continue;
  Deno.test(`recovery of a worker that died in ${settle.name}, cut off at any call, loses nothing`, () =>
    cutOffTwice(settle));
}

reportFigures("crashes of recoveries");
