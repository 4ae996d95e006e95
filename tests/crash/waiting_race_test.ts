import { isWanted, reportFigures } from "./crash_case.ts";
import { runRace } from "./race.ts";
import { WAITING_RACES } from "./waiting_races.ts";

for (const race of WAITING_RACES) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved at any pair of calls, they lose and double nothing`, () =>
    runRace(race));
}

reportFigures("races for what waits");
