/**
 * Settings in words.
 *
 * @module
 */

import type { Config } from "../../../format/config.ts";

/** The value of a setting as `config set` takes it. */
export function settingText(value: Config[keyof Config]): string {
  return value === null ? "none" : String(value);
}
