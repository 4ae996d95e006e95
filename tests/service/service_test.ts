import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  cronLine,
  launchdPlist,
  refuseControls,
  type Service,
  serviceName,
  systemdUnit,
  UsageError,
} from "../../mod.ts";
import { testWith, whyNo } from "../left_out.ts";

/** Everything that some quoting has a meaning for. */
const ODD = `/srv/a b "c" 'd' %h %% $HOME $$ \${HOME} \\n \\\n;\t<&>é ✓ # @x!/`;

async function service(change: Partial<Service> = {}): Promise<Service> {
  return {
    name: await serviceName(ODD),
    dir: ODD,
    words: [`${ODD}deno`, "run", `${ODD}main.js`, "worker", "start", "--tag", "gpu"],
    environment: { PATH: `${ODD}bin:/usr/bin:/bin` },
    finishWithin: 60,
    ...change,
  };
}

/** What runs in place of `exec "$@"`: prints what came through. */
const SHOWN = `printf '%s\\0' "$QUEUECTL_DIR" "$PATH" "$@"`;

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("each queue has a service of its own, named after its folder", async () => {
  assertMatch(await serviceName("/srv/jobs"), /^queuectl-jobs-[0-9a-f]{8}$/);
  assertMatch(await serviceName("/home/ana/site/.queuectl"), /^queuectl-site-[0-9a-f]{8}$/);
  assertMatch(await serviceName("/"), /^queuectl-[0-9a-f]{8}$/);
  assertMatch(await serviceName("/srv/é"), /^queuectl-[0-9a-f]{8}$/);
  assert((await serviceName(`/${"x".repeat(4000)}`)).length < 80);
  assert(await serviceName("/a/jobs") !== await serviceName("/b/jobs"));
});

Deno.test("a path with a control character is refused, but for tabs and line breaks", () => {
  refuseControls(ODD, "the path");
  for (const char of ["\r", "\x1b", "\x7f", "\0", "\ud800"]) {
    assertThrows(() => refuseControls(`/srv/${char}`, "the path"), UsageError);
  }
});

testWith(
  await whyNo("systemd-analyze", "--version"),
  "systemd finds no fault in the units, whatever the paths",
  async () => {
    const folder = Deno.makeTempDirSync({ prefix: "queuectl-unit-" });
    try {
      const units = [await service(), await service({ user: "root", dir: "/srv/50% jobs" })];
      const files: string[] = [];
      for (const [at, unit] of units.entries()) {
        files.push(`${folder}/queuectl-${at}.service`);
        Deno.writeTextFileSync(files[at]!, systemdUnit(unit, { byProgram: at === 0 }));
      }
      const { stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", "--man=no", ...files],
      }).output();
      // Units of other programs may have faults.
      const said = new TextDecoder().decode(stderr).split("\n");
      assertEquals(said.filter((line) => line.includes(folder) || /queuectl-/.test(line)), []);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
);

testWith(
  await whyNo("python3", "--version"),
  "launchd's property list is one, and every word comes through",
  async () => {
    const unit = await service({ user: "ana" });
    const script = "import json, plistlib, sys\n" +
      "print(json.dumps(plistlib.loads(sys.argv[1].encode())))";
    const text = await output("python3", ["-c", script, launchdPlist(unit, `${ODD}log`)]);
    const { ProgramArguments, EnvironmentVariables, ...rest } = JSON.parse(text);
    assertEquals(ProgramArguments.slice(4), unit.words);
    assertEquals(EnvironmentVariables, { QUEUECTL_DIR: ODD, ...unit.environment });
    assertEquals(rest, {
      Label: unit.name,
      UserName: "ana",
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 5,
      ExitTimeOut: 90,
      StandardOutPath: `${ODD}log`,
      StandardErrorPath: `${ODD}log`,
    });
  },
);

Deno.test("cron's line is one line, and the shell that cron gives it to finds every word", async () => {
  const unit = await service();
  const line = cronLine(unit);
  assert(!line.includes("\n"));
  const [, command] = /^@reboot (.*)$/.exec(line)!;
  // As cron reads it: a percent sign is one behind a backslash, and else ends the command.
  assertEquals(command!.match(/(?<!\\)%/), null);
  const script = command!.replaceAll("\\%", "%").replace(/\[ -e .*?exec "\$@"/, () => {
    return SHOWN.replaceAll("'", `'\\''`);
  }).replace(" >/dev/null #", " #");
  const shown = await output("/bin/sh", ["-c", script]);
  assertEquals(shown.split("\0").slice(0, -1), [ODD, unit.environment.PATH!, ...unit.words]);
});
