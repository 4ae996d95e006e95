/**
 * A service as a line of crontab(5): started in the background when the machine starts. Cron
 * neither restarts nor stops it.
 *
 * @module
 */

import { quoteAlways, shellQuote } from "../text/shell_quote.ts";
import { type Service, startWords, variablesOf } from "./service.ts";

/**
 * The line of a service. It ends with a comment that has its name.
 *
 * @example
 * ```ts
 * import { cronLine, serviceName } from "../../mod.ts";
 *
 * const dir = "/srv/50% done";
 * const words = ["/usr/local/bin/queuectl", "worker", "start", "--detach"];
 * cronLine({ name: await serviceName(dir), dir, words, environment: {}, finishWithin: 60 });
 * // "@reboot QUEUECTL_DIR='/srv/50\\% done' /bin/sh -c …"
 * ```
 */
export function cronLine(service: Service): string {
  const variables = variablesOf(service).map(([name, value]) => `${name}=${quoteAlways(value)}`);
  const command = [...variables, shellQuote(startWords(service))].join(" ");
  // A line of cron can hold no line break.
  const line = command.includes("\n")
    ? `n=$(printf '\\nx'); n=\${n%x}; ${command.replaceAll("\n", `'"$n"'`)}`
    : command;
  // Cron ends the command at a percent sign.
  return `${BEGINNING}${line.replaceAll("%", "\\%")}${ending(service.name)}`;
}

const BEGINNING = "@reboot ";

function ending(name: string): string {
  return ` >/dev/null # ${name}`;
}

/**
 * Whether a line of a crontab is the one of a service: a user's own line may end with its name, as
 * a copy that is commented out does.
 *
 * @example
 * ```ts
 * import { isCronLine } from "../../mod.ts";
 *
 * isCronLine("5 4 * * * mine # queuectl-jobs-3f9a1c2b", "queuectl-jobs-3f9a1c2b"); // false
 * ```
 */
export function isCronLine(line: string, name: string): boolean {
  return line.startsWith(BEGINNING) && line.endsWith(ending(name)) &&
    line.includes("QUEUECTL_DIR=") && line.includes(" worker start ");
}
