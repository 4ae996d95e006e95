import { isWanted, reportFigures } from "./crash_case.ts";
import { CLAIM_OPERATIONS } from "./claim_operations.ts";
import { cutOffEverywhere } from "./crash_points.ts";
import { DEPENDENCY_OPERATIONS } from "./dependency_operations.ts";
import { ENQUEUE_OPERATIONS } from "./enqueue_operations.ts";
import { neverDoubles, type Operation } from "./operation.ts";
import { INPUT_OPERATIONS } from "./input_operations.ts";
import { onTwoSidedDisks } from "./queue_disk.ts";
import { RECOVERY_OPERATIONS } from "./recovery_operations.ts";
import { life, SETTLE_OPERATIONS } from "./settle_operations.ts";
import { UPKEEP_OPERATIONS } from "./upkeep_operations.ts";
import { WAITING_OPERATIONS } from "./waiting_operations.ts";

// As btrfs: the new name of a file can be durable while the old one is there still.
onTwoSidedDisks();

const OPERATIONS: readonly Operation[] = [
  ...ENQUEUE_OPERATIONS,
  ...CLAIM_OPERATIONS,
  ...SETTLE_OPERATIONS,
  ...UPKEEP_OPERATIONS,
  ...RECOVERY_OPERATIONS,
  ...DEPENDENCY_OPERATIONS,
  ...WAITING_OPERATIONS,
  ...INPUT_OPERATIONS,
  life,
].filter(neverDoubles);

for (const operation of OPERATIONS) {
  if (!isWanted(operation.name)) continue;
  Deno.test(`${operation.name}, cut off at any call where a rename has two sides, loses, doubles and tears nothing`, () =>
    cutOffEverywhere(operation));
}

reportFigures("crashes on disks on which a rename has two sides");
