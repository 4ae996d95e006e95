/**
 * Bugs to plant: each is a change to the source that breaks a promise, and names the case of the
 * crash tests that must notice.
 *
 * @module
 */

import { BELIEFS } from "./plants/beliefs.ts";
import { ERRORS } from "./plants/errors.ts";
import { FENCES } from "./plants/fences.ts";
import { FLUSHES } from "./plants/flushes.ts";
import { INPUTS } from "./plants/inputs.ts";
import { LINKS } from "./plants/links.ts";
import { LOCKS } from "./plants/locks.ts";
import { MEMORIES } from "./plants/memories.ts";
import { ORDERS } from "./plants/orders.ts";
import { PLACES } from "./plants/places.ts";
import { SIGNS_OF_LIFE } from "./plants/signs.ts";
import type { Plant } from "./plants/plant.ts";

/** All bugs that can be planted. */
export const PLANTS: readonly Plant[] = [
  ...FLUSHES,
  ...ORDERS,
  ...LOCKS,
  ...BELIEFS,
  ...LINKS,
  ...ERRORS,
  ...PLACES,
  ...INPUTS,
  ...FENCES,
  ...MEMORIES,
  ...SIGNS_OF_LIFE,
];
