/**
 * Reading a user's crontab, as `crontab -l` prints it.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import type { JobInput } from "../../format/job.ts";
import type { ScheduleInput } from "../../schedules/add_schedule.ts";

/** A line that makes a schedule. */
export interface CrontabEntry extends ScheduleInput {
  /** The number of its line. */
  line: number;
}

/** What a crontab says. */
export interface Crontab {
  /** The schedules that it makes. */
  entries: CrontabEntry[];
  /** A sentence for each line that cannot be taken. */
  faults: string[];
  /** A sentence for each line that has no effect here. */
  notes: string[];
}

const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:"(.*)"|'(.*)'|(.*?))\s*$/;

const FIELDS = /^(@\S+|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(\S.*)$/;

/** The words of cron that a schedule knows, too. */
const WORDS = /^@(hourly|daily|midnight|weekly|monthly|yearly|annually)$/;

/** Ends the input of a command; a longer word is made if the input has a line with it. */
const END = "END_OF_INPUT";

/**
 * Reads a crontab. Variables hold for the lines below them, as in cron; a command gets the
 * directory that cron runs it in, and is not retried unless the schedule is edited.
 *
 * @param source What it is called in sentences.
 * @param home The user's home directory, where cron runs commands.
 */
export function readCrontab(text: string, source: string, home: string): Crontab {
  const crontab: Crontab = { entries: [], faults: [], notes: [] };
  const env = new Map<string, string>();
  const taken = new Map<string, number>();
  text.split("\n").forEach((whole, index) => {
    const content = whole.trim();
    if (content === "" || content.startsWith("#")) return;
    const line = index + 1;
    const place = `${source}, line ${line}`;
    const [, name, double, single, plain] = VARIABLE.exec(content) ?? [];
    if (name !== undefined) {
      const value = double ?? single ?? plain!;
      if (name === "SHELL" && !value.startsWith("/")) {
        crontab.faults.push(`${place}: SHELL must be an absolute path`);
      } else if (name !== "MAILTO") env.set(name, value);
      else if (value !== "") {
        crontab.notes.push(`${place}: MAILTO is not supported; a hook can mail: config on_dead`);
      }
      return;
    }
    const [, fields = "", command = ""] = FIELDS.exec(content) ?? [];
    if (fields === "") {
      crontab.faults.push(`${place}: it has no five fields, or @WORD, and a command`);
    } else if (fields === "@reboot") {
      crontab.notes.push(`${place}: @reboot is skipped; no schedule runs when a machine starts`);
    } else if (fields.startsWith("@") && !WORDS.test(fields)) {
      crontab.faults.push(`${place}: ${fields} is not supported`);
    } else {
      const when = fields.replace("@midnight", "@daily").replace("@annually", "@yearly");
      const job = jobOf(command, env, home);
      crontab.entries.push({ line, name: nameOf(command, taken), when, ...zoneOf(env), job });
    }
  });
  return crontab;
}

function zoneOf(env: ReadonlyMap<string, string>): { tz?: string } {
  const tz = env.get("CRON_TZ");
  return tz ? { tz } : {};
}

function jobOf(command: string, variables: ReadonlyMap<string, string>, home: string): JobInput {
  const { SHELL: shell, CRON_TZ: _, ...env } = Object.fromEntries(variables);
  return {
    command: commandOf(command),
    cwd: env.HOME || home,
    max_retries: 0,
    ...(shell && { shell }),
    ...(Object.keys(env).length > 0 && { env }),
  };
}

/** The command; what stands behind its first plain `%` is its input, in which `%` ends a line. */
function commandOf(text: string): string {
  const [command, ...lines] = text.split(/(?<!\\)%/).map((part) => part.replaceAll("\\%", "%"));
  if (lines.length === 0) return command!.trimEnd();
  let end = END;
  while (lines.includes(end)) end += "_";
  return [`exec <<'${end}'`, ...lines, end, command!.trimEnd()].join("\n");
}

/**
 * A name from the command's program, `backup` of `cd /srv && ./backup.sh --full`; the same crontab
 * always gives the same names.
 */
function nameOf(command: string, taken: Map<string, number>): string {
  const own = command.replace(/^(\s*(cd\s+\S+\s*(&&|;)|[A-Za-z_]\w*=\S*\s))*\s*/, "");
  const program = basename(own.split(/[\s;|&<>%]/)[0]!).replace(/\.[A-Za-z0-9]{1,4}$/, "");
  const clean = program.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  const name = clean.slice(0, 36) || "job";
  const count = (taken.get(name) ?? 0) + 1;
  taken.set(name, count);
  return count === 1 ? name : `${name}-${count}`;
}
