/**
 * All cases, in the order in which they are played.
 *
 * @module
 */

import type { Case } from "./case.ts";
import { pages } from "./cases/pages.ts";

/** All cases. */
export const CASES: readonly Case[] = [pages];
