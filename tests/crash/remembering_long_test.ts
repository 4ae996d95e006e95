import { isWanted, OUTCOMES, reportFigures } from "./crash_case.ts";
import { CLAIM_RACES } from "./claim_races.ts";
import { INPUT_RACES } from "./input_races.ts";
import { PLACE_RACES } from "./place_races.ts";
import { type Race, runRace } from "./race.ts";
import { REMEMBERING_RACES } from "./remembering_races.ts";
import { RECOVERY_RACES } from "./recovery_races.ts";
import { WAITING_RACES } from "./waiting_races.ts";

const MET_BEFORE = ([
  ...CLAIM_RACES,
  ...INPUT_RACES,
  ...PLACE_RACES,
  ...RECOVERY_RACES,
  ...WAITING_RACES,
] as readonly Race[])
  // Whether it is another's turn is remembered too: then a job that needs several waits longer.
  .filter(({ name }) => name !== "turn-keeper-and-stream")
  // The doctor asks the system for the mount of a shared directory, and these are on none.
  .filter(({ name }) => !name.includes("doctor"))
  // Of the quick tests only some.
  .filter(({ name }, index) => OUTCOMES >= 16 || index % 4 === 0 || name.includes("strays"));

for (const race of [...REMEMBERING_RACES, ...MET_BEFORE]) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: on two machines that remember what they saw, they lose and double nothing`, () =>
    runRace(race, "that remember"));
}

reportFigures("races of machines that remember");
