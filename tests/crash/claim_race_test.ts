import { isWanted, reportFigures } from "./crash_case.ts";
import { CLAIM_RACES } from "./claim_races.ts";
import { INPUT_RACES } from "./input_races.ts";
import { type Race, runRace } from "./race.ts";

for (const race of [...CLAIM_RACES, ...INPUT_RACES] as readonly Race[]) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved at any pair of calls, they lose and double nothing`, () =>
    runRace(race));
}

reportFigures("claim races");
