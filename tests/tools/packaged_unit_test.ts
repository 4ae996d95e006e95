/** The unit that the Debian package brings. */

import { assertEquals } from "@std/assert";
import { packagedUnit } from "../../tools/deb/unit.ts";

Deno.test("the packaged unit starts the package's program, with nothing of the machine that built it", () => {
  const lines = packagedUnit("/usr/lib/queuectl").split("\n");
  assertEquals(lines.filter((line) => /^(?:#.*now|Description|Environment|ExecStart)/.test(line)), [
    "# To start it now and at each login: systemctl --user enable --now queuectl",
    "Description=queuectl worker of ~/.queuectl",
    "Environment=QUEUECTL_DIR=%h/.queuectl",
    "Environment=QUEUECTL_NOFILE=1024",
    `ExecStart=/bin/sh -c "[ -e \\"$$QUEUECTL_DIR/VERSION\\" ] || { echo \\"queuectl: there is no queue ` +
    `at $$QUEUECTL_DIR; is its disk mounted?\\" >&2; exit 1; }; exec \\"$$@\\"" queuectl ` +
    "/usr/lib/queuectl/deno run --no-config --allow-read --allow-write --allow-env --allow-run " +
    "--allow-ffi --allow-sys=hostname,uid,gid /usr/lib/queuectl/main.js worker start " +
    "--finish-within 60s",
  ]);
});
