import { BROUGHT_BACK_RACES } from "./claim_races.ts";
import { isWanted, reportFigures } from "./crash_case.ts";
import { onLinkingDisks } from "./queue_disk.ts";
import { type Race, runRace } from "./race.ts";

// As GlusterFS: only a volume that several machines share brings names back.
onLinkingDisks();

for (const race of BROUGHT_BACK_RACES as readonly Race[]) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: of two workers that each claimed the job one runs it`, () =>
    runRace(race));
}

reportFigures("races for names that came back");
