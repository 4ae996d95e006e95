import { CLAIM_OPERATIONS } from "./claim_operations.ts";
import { isWanted, reportFigures } from "./crash_case.ts";
import { ENQUEUE_OPERATIONS } from "./enqueue_operations.ts";
import { failEverywhere } from "./fault_points.ts";
import { INPUT_OPERATIONS } from "./input_operations.ts";
import { PLACE_OPERATIONS } from "./place_races.ts";
import { RECOVERY_OPERATIONS } from "./recovery_operations.ts";
import { SETTLE_OPERATIONS } from "./settle_operations.ts";
import { UPKEEP_OPERATIONS } from "./upkeep_operations.ts";
import { WAITING_OPERATIONS } from "./waiting_operations.ts";

const OPERATIONS = [
  ...ENQUEUE_OPERATIONS,
  ...INPUT_OPERATIONS,
  ...CLAIM_OPERATIONS,
  ...PLACE_OPERATIONS,
  ...SETTLE_OPERATIONS,
  ...UPKEEP_OPERATIONS,
  ...RECOVERY_OPERATIONS,
  ...WAITING_OPERATIONS,
];

for (const operation of OPERATIONS) {
  if (!isWanted(operation.name)) continue;
  Deno.test(`${operation.name}, refused by the disk at any call, says so and can be asked again`, () =>
    failEverywhere(operation));
}

reportFigures("faults");
