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
  return `@reboot ${line.replaceAll("%", "\\%")} >/dev/null # ${service.name}`;
}
