import { BROUGHT_BACK_RACES, BROUGHT_BACK_RECOVERED } from "./claim_races.ts";
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

if (isWanted(BROUGHT_BACK_RECOVERED.name)) {
  Deno.test("brought-back-recovered: whoever lets go of a job and whoever recovers it do not both remove it", () =>
    runRace(BROUGHT_BACK_RECOVERED as Race));
}

reportFigures("races for names that came back");
