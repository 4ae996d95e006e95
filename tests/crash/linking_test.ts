import { isWanted, OUTCOMES, reportFigures } from "./crash_case.ts";
import { CLAIM_OPERATIONS } from "./claim_operations.ts";
import { cutOffEverywhere } from "./crash_points.ts";
import { ENQUEUE_OPERATIONS } from "./enqueue_operations.ts";
import { neverDoubles } from "./operation.ts";
import { onLinkingDisks } from "./queue_disk.ts";
import { RECOVERY_OPERATIONS } from "./recovery_operations.ts";
import { life, SETTLE_OPERATIONS } from "./settle_operations.ts";
import { WAITING_OPERATIONS } from "./waiting_operations.ts";

// As GlusterFS, NFS and sshfs: between link(2) and unlink(2) a file has two names.
onLinkingDisks();

const OPERATIONS = [
  ...ENQUEUE_OPERATIONS,
  ...CLAIM_OPERATIONS,
  ...SETTLE_OPERATIONS,
  ...RECOVERY_OPERATIONS,
  ...WAITING_OPERATIONS,
  life,
]
  .filter(neverDoubles)
  // Of the quick tests only some: crash_test.ts has all of them on other disks.
  .filter((_, index) => OUTCOMES >= 16 || index % 4 === 0);

for (const operation of OPERATIONS) {
  if (!isWanted(operation.name)) continue;
  Deno.test(`${operation.name}, cut off at any call where a file is linked to be renamed, loses, doubles and tears nothing`, () =>
    cutOffEverywhere(operation));
}

reportFigures("crashes on disks on which a file is linked to be renamed");
