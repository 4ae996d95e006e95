/**
 * How a queue scales with the hosts that work it: a simulation of up to 500, by the real code of a
 * worker, on a server in memory whose calls take time.
 *
 *     deno task scale [--hosts 1,2,4] [--round-trip MS] …
 *
 * @module
 */

import { parseArgs } from "node:util";
import { measure } from "./measure.ts";
import { type Scene, simulate } from "./simulate.ts";

const HELP = `deno task scale

  --hosts LIST       how many hosts (default: 1,2,4,8,16,32,64,125,250,500)
  --slots N          jobs at once on each host (default: 4)
  --job MS           how long a job's command takes (default: 0)
  --cpu MS           for how long a job keeps its host busy besides its calls (default: 1)
  --round-trip MS    of each call (default: 1)
  --flush MS         more for a flush (default: 2)
  --per-second N     calls that the server takes (default: 20000)
  --names N          names that one call of a listing brings (default: 500)
  --backlog N        jobs that wait (default: 2000)
  --warm-up S        seconds before the counting (default: 6)
  --seconds S        seconds of the counting (default: 10)
  --seed N           (default: 1)
  --calls            the calls for each job, by their names
  --measure          also measure as many real workers, each of whose calls is as late (root)`;

const number = (initial: number) => ({ type: "string", default: String(initial) }) as const;
const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1,2,4,8,16,32,64,125,250,500" },
    slots: number(4),
    job: number(0),
    cpu: number(1),
    "round-trip": number(1),
    flush: number(2),
    "per-second": number(20_000),
    names: number(500),
    backlog: number(2000),
    "warm-up": number(6),
    seconds: number(10),
    seed: number(1),
    calls: { type: "boolean", default: false },
    measure: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  Deno.exit(0);
}

const scene: Omit<Scene, "hosts"> = {
  slots: Number(values.slots),
  job: Number(values.job),
  cpu: Number(values.cpu),
  roundTrip: Number(values["round-trip"]),
  flush: Number(values.flush),
  perSecond: Number(values["per-second"]),
  namesACall: Number(values.names),
  backlog: Number(values.backlog),
  warmUp: Number(values["warm-up"]),
  seconds: Number(values.seconds),
  seed: Number(values.seed),
};
const row = (cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(10)).join(""));
row([
  "hosts",
  "jobs/s",
  "per host",
  "calls/job",
  "calls/s",
  "collided",
  "in vain",
  values.measure ? "measured" : "",
]);
for (const hosts of values.hosts.split(",").map(Number)) {
  const rates = await simulate({ ...scene, hosts });
  const measured = values.measure ? (await measure({ ...scene, hosts })).toFixed(1) : "";
  row([
    hosts,
    rates.jobs.toFixed(1),
    (rates.jobs / hosts).toFixed(1),
    rates.callsAJob.toFixed(1),
    rates.calls.toFixed(0),
    `${(100 * rates.collided).toFixed(1)} %`,
    rates.inVain.toFixed(2),
    measured,
  ]);
  if (!values.calls) continue;
  for (const [name, count] of rates.byName) {
    console.log(`    ${name.padEnd(14)}${count.toFixed(2)}`);
  }
}
