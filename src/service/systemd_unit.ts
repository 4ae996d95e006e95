/**
 * A service as a unit of systemd.
 *
 * @module
 */

import { quotedPath } from "../text/shown_text.ts";
import { LEAVING, RESTART_AFTER, type Service, startWords, variablesOf } from "./service.ts";

/** After how long without a sign of its loop a worker is killed, in seconds. */
const WATCHDOG = 120;

/** How to write a unit. */
export interface UnitOptions {
  /** Whether the worker reports by a program of its own (`systemd-notify`). Default: no. */
  readonly byProgram?: boolean;
  /**
   * Whether a package brings the unit, for every user: {@linkcode Service.dir} is then a path below
   * the home of whoever enables it. Default: no.
   */
  readonly inEachHome?: boolean;
}

/**
 * The text of a unit: for a user's own systemd, or with {@linkcode Service.user} for the machine's.
 *
 * @example
 * ```ts
 * import { serviceName, systemdUnit } from "../../mod.ts";
 *
 * const dir = "/srv/jobs";
 * const words = ["/usr/local/bin/queuectl", "worker", "start", "--finish-within", "60"];
 * const environment = { PATH: "/usr/local/bin:/usr/bin:/bin" };
 * systemdUnit({ name: await serviceName(dir), dir, words, environment, finishWithin: 60 });
 * ```
 */
export function systemdUnit(
  service: Service,
  { byProgram = false, inEachHome = false }: UnitOptions = {},
): string {
  const { name, dir, user, finishWithin } = service;
  const isSystem = user !== undefined;
  const placeOfQueue = `${inEachHome ? "%h/" : ""}${doubled(dir)}`;
  const edit = `systemctl ${isSystem ? "" : "--user "}edit ${name}`;
  // Words with quotes in this setting would need quotes that it does not know.
  const mounts = isSystem && !/[\s"'\\]/.test(dir) ? [`RequiresMountsFor=${doubled(dir)}`] : [];
  return [
    inEachHome
      ? `# To start it now and at each login: systemctl --user enable --now ${name}`
      : `# Written by queuectl service install, which replaces it. To change something: ${edit}`,
    "[Unit]",
    `Description=queuectl worker of ${doubled(inEachHome ? `~/${dir}` : quotedPath(dir))}`,
    ...mounts,
    "# However often it fails: it is started again.",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    `NotifyAccess=${byProgram ? "all" : "main"}`,
    ...variablesOf(service).map(([name, value]) =>
      `Environment=${quoted(`${name}=${name === "QUEUECTL_DIR" ? placeOfQueue : doubled(value)}`)}`
    ),
    `ExecStart=${startWords(service).map(commandWord).join(" ")}`,
    "# Reads the settings again.",
    'ExecReload=/bin/sh -c "kill -HUP $MAINPID"',
    ...(isSystem ? [`User=${user}`, "WorkingDirectory=-~"] : []),
    "TimeoutStartSec=5min",
    "# Its own loop reports; if that hangs, the next worker takes over its jobs.",
    `WatchdogSec=${WATCHDOG}`,
    "WatchdogSignal=SIGKILL",
    "# SIGTERM to the worker alone, which finishes its jobs or puts them back; then SIGKILL to all.",
    "KillMode=mixed",
    `TimeoutStopSec=${Math.ceil(finishWithin) + LEAVING}`,
    "# Not after queuectl worker stop, nor where its words make no sense.",
    "Restart=on-failure",
    `RestartSec=${RESTART_AFTER}`,
    "RestartPreventExitStatus=2",
    "# One job that takes all memory must not end the others.",
    "OOMPolicy=continue",
    "IgnoreSIGPIPE=no",
    ...(isSystem
      ? [
        "# What no job needs, not even with sudo.",
        "ProtectControlGroups=yes",
        "CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_RAWIO CAP_MAC_ADMIN CAP_MAC_OVERRIDE",
      ]
      : []),
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user" : "default"}.target`,
    "",
  ].join("\n");
}

/** A text in which systemd expands no specifier. */
function doubled(text: string): string {
  return text.replaceAll("%", "%%");
}

/** A word of a setting, by the rules of quoting in systemd.syntax(7). */
function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  const escaped = text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/** A word of a command, in which no variable is expanded either. */
function commandWord(word: string): string {
  return quoted(doubled(word.replaceAll("$", "$$$$")));
}
