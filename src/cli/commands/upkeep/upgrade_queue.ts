/**
 * `queuectl upgrade-queue`: brings a queue to the format of this version.
 *
 * @module
 */

import { upgradeFormat } from "../../../backup/upgrade_queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { VERSION } from "../../../version.ts";
import type { Invocation } from "../../table/command.ts";
import { printAnswer } from "../../terminal/output.ts";

/** Upgrades the queue, and prints what it was. */
export async function upgradeQueue(call: Invocation): Promise<void> {
  const { ofAnyUser } = call;
  const done = await upgradeFormat(locateQueue(call.dir), { ofAnyUser });
  const dir = visibleText(done.dir);
  const line = done.from === done.to
    ? `${dir} is of format ${done.to} already, that of queuectl ${VERSION}; there is nothing to do`
    : `upgraded ${dir} from format ${done.from} to ${done.to}`;
  printAnswer(call.json, done, line);
}
