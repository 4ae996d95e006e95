/**
 * Installs the packages as a stranger would, and uses them: `deno task packages-trial [npm] [deb]`.
 *
 * - npm: from a packed tarball in an empty folder, with a $PATH that has Node and no Deno. It takes
 *   Deno from the registry.
 * - deb: on a copy of this machine in memory. It needs root, lintian, man and the shells.
 */

import { tryDeb } from "./packages/deb.ts";
import { tryNpm } from "./packages/npm.ts";

const trials: Readonly<Record<string, () => Promise<void>>> = { npm: tryNpm, deb: tryDeb };

const chosen = Deno.args.length > 0 ? Deno.args : Object.keys(trials);
for (const name of chosen) {
  const trial = trials[name];
  if (!trial) {
    console.error(`there is no trial "${name}" (there are: ${Object.keys(trials).join(", ")})`);
    Deno.exit(2);
  }
  await trial();
}
