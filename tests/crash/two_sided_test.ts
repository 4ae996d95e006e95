import { isWanted, reportFigures } from "./crash_case.ts";
import { CLAIM_OPERATIONS } from "./claim_operations.ts";
import { cutOffEverywhere } from "./crash_points.ts";
import { DEPENDENCY_OPERATIONS } from "./dependency_operations.ts";
import { ENQUEUE_OPERATIONS } from "./enqueue_operations.ts";
import type { Operation } from "./operation.ts";
import { INPUT_OPERATIONS } from "./input_operations.ts";
import { onTwoSidedDisks } from "./queue_disk.ts";
import { RECOVERY_OPERATIONS } from "./recovery_operations.ts";
import { life, SETTLE_OPERATIONS } from "./settle_operations.ts";
import { UPKEEP_OPERATIONS } from "./upkeep_operations.ts";
import { WAITING_OPERATIONS } from "./waiting_operations.ts";

// As btrfs: the new name of a file can be durable while the old one is there still.
onTwoSidedDisks();

/**
 * What a hand has dropped under a bare name has nothing that tells two names of it apart once one
 * has run; what is no job is buried once for each name; and of two jobs of one ID each try gives
 * one another ID. Until the next flush is over a power cut can double these.
 */
const MAY_DOUBLE: ReadonlySet<string> = new Set([
  "claim-bare-urgent",
  "claim-bare-taken",
  "claim-malformed",
  "claim-bad-name",
  "recover-malformed",
  "settle-beside-another",
]);

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
].filter(({ name }) => !MAY_DOUBLE.has(name.replace(/-input$/, "")));

for (const operation of OPERATIONS) {
  if (!isWanted(operation.name)) continue;
  Deno.test(`${operation.name}, cut off at any call where a rename has two sides, loses, doubles and tears nothing`, () =>
    cutOffEverywhere(operation));
}

reportFigures("crashes on disks on which a rename has two sides");
