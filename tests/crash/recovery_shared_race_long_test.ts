import { isWanted, reportFigures } from "./crash_case.ts";
import { onLinkingDisks } from "./queue_disk.ts";
import { runRace } from "./race.ts";
import { RECOVERY_RACES } from "./recovery_races.ts";

// As GlusterFS, NFS and sshfs: workers are on machines of their own, and a rename is a link.
onLinkingDisks();

for (const race of RECOVERY_RACES) {
  if (!isWanted(race.name)) continue;
  Deno.test(`${race.name}: interleaved on a disk that machines share, they lose and double nothing`, () =>
    runRace(race));
}

reportFigures("recovery races on disks that machines share");
