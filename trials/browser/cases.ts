/**
 * All cases, in the order in which they are played.
 *
 * @module
 */

import type { Case } from "./case.ts";
import { jobActions, queueActions, scheduleActions } from "./cases/actions.ts";
import { backlog } from "./cases/backlog.ts";
import { allThatMatch, bulkActions } from "./cases/bulk.ts";
import { hidden, restart, sevenTabs, sevenWindows, together } from "./cases/connection.ts";
import { charts, download, editFields, socket } from "./cases/details.ts";
import { hostile } from "./cases/hostile.ts";
import { keyboard } from "./cases/keyboard.ts";
import { largeLog } from "./cases/large_log.ts";
import { accessible, noScript, phone, readOnly } from "./cases/looks.ts";
import { pages } from "./cases/pages.ts";
import { workerNews } from "./cases/worker_news.ts";

/** All cases. */
export const CASES: readonly Case[] = [
  pages,
  jobActions,
  bulkActions,
  allThatMatch,
  queueActions,
  scheduleActions,
  editFields,
  charts,
  download,
  socket,
  together,
  workerNews,
  hostile,
  largeLog,
  backlog,
  restart,
  hidden,
  sevenTabs,
  sevenWindows,
  keyboard,
  phone,
  noScript,
  readOnly,
  accessible,
];
