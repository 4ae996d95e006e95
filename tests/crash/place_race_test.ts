import { isWanted, reportFigures } from "./crash_case.ts";
import { PLACE_RACES } from "./place_races.ts";
import { type Race, runRace } from "./race.ts";

for (const race of PLACE_RACES as readonly Race[]) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved at any pair of calls, they hold no more than there is, and leave nothing`, () =>
    runRace(race));
}

reportFigures("place races");
