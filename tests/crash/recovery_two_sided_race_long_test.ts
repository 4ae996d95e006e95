import { isWanted, reportFigures } from "./crash_case.ts";
import { onTwoSidedDisks } from "./queue_disk.ts";
import { runRace } from "./race.ts";
import { RECOVERY_RACES } from "./recovery_races.ts";

// Where a job that is being settled stays in processing/ until its result is durable.
onTwoSidedDisks();

for (const race of RECOVERY_RACES) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved where a rename has two sides, they lose and double nothing`, () =>
    runRace(race));
}

reportFigures("recovery races on disks on which a rename has two sides");
