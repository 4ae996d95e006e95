/**
 * The unit that the Debian package brings, for every user: made of the package's own paths alone.
 *
 * @module
 */

import { PERMISSIONS } from "../../src/cli/commands/workers/permissions.ts";
import { FINISH_WITHIN, JOB_OPEN_FILES } from "../../src/cli/commands/workers/service.ts";
import { systemdUnit } from "../../src/service/systemd_unit.ts";

/**
 * The text of the unit.
 *
 * @param folder Where the package puts Deno and the program, absolute.
 */
export function packagedUnit(folder: string): string {
  const program = [`${folder}/deno`, "run", "--no-config", ...PERMISSIONS, `${folder}/main.js`];
  return systemdUnit({
    name: "queuectl",
    dir: ".queuectl",
    words: [...program, "worker", "start", "--finish-within", `${FINISH_WITHIN}s`],
    environment: { QUEUECTL_NOFILE: JOB_OPEN_FILES },
    finishWithin: FINISH_WITHIN,
  }, { inEachHome: true });
}
