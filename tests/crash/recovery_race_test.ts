import { isWanted, reportFigures } from "./crash_case.ts";
import { runRace } from "./race.ts";
import { RECOVERY_RACES } from "./recovery_races.ts";

for (const race of RECOVERY_RACES) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved at any pair of calls, they lose and double nothing`, () =>
    runRace(race));
}

reportFigures("recovery races");
