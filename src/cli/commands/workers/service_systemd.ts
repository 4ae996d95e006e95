/**
 * The service of a queue under systemd.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import { homePath } from "../../../text/home_path.ts";
import {
  answerOf,
  ended,
  removeFile,
  type ServiceManager,
  type ServiceStatus,
  shown,
  textOf,
  writeText,
} from "./service_manager.ts";

/** Whether systemd runs this machine, or this container. */
export function hasSystemd(): boolean {
  try {
    return Deno.lstatSync("/run/systemd/system").isDirectory;
  } catch {
    return false;
  }
}

/** The service of a name, of this user's systemd or of the machine's. */
export function systemd(name: string, scope: "user" | "system"): ServiceManager {
  const ofUser = scope === "user" ? ["--user"] : [];
  const file = scope === "user"
    ? homePath(`~/.config/systemd/user/${name}.service`, "the folder of units")
    : `/etc/systemd/system/${name}.service`;
  const call = (...args: string[]) => answerOf("systemctl", [...ofUser, ...args], bus());
  return {
    manager: "systemd",
    scope,
    file,
    isInstalled: () => Promise.resolve(textOf(file) !== undefined),
    async install(text) {
      // First: without it nothing can be done, and nothing is to be left.
      await refuseUnreachable(ofUser, scope);
      const isAnother = writeText(file, text);
      await call("daemon-reload");
      await call("enable", name);
      const start = await ended(
        "systemctl",
        [...ofUser, isAnother ? "restart" : "start", name],
        bus(),
      );
      if (start.success) return;
      throw new QueueError(
        `${name} is installed, but does not start; see: queuectl service logs --${scope}`,
      );
    },
    async uninstall() {
      await refuseUnreachable(ofUser, scope);
      await call("disable", "--now", name);
      removeFile(file);
      await call("daemon-reload");
      await ended("systemctl", [...ofUser, "reset-failed", name], bus());
    },
    async status() {
      await refuseUnreachable(ofUser, scope);
      const asked = ["ActiveState", "SubState", "MainPID", "NRestarts", "UnitFileState"];
      const text = await call("show", name, `--property=${asked.join(",")}`);
      const of = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(text)?.[1] ?? "";
      const pid = Number(of("MainPID"));
      const isEnabled = of("UnitFileState") === "enabled";
      return {
        running: of("ActiveState") === "active",
        state: `${of("ActiveState")} (${of("SubState")})`,
        ...(pid > 0 && { pid }),
        restarts: Number(of("NRestarts")),
        at_boot: isEnabled && (scope === "system" || await lingers()),
      } satisfies ServiceStatus;
    },
    logs: (lines, follow) =>
      shown("journalctl", [
        scope === "user" ? `--user-unit=${name}.service` : `--unit=${name}.service`,
        ...["--no-pager", `--lines=${lines}`],
        ...(follow ? ["--follow"] : []),
      ]),
    advice: async () =>
      scope === "system" || await lingers()
        ? undefined
        : "it starts when you log in and stops when you log out; to start it at boot, switch on " +
          "lingering: loginctl enable-linger",
  };
}

/** Whether systemd runs this user's services from boot on, logged in or not. */
async function lingers(): Promise<boolean> {
  try {
    const user = String(Deno.uid());
    const { stdout } = await ended("loginctl", ["show-user", user, "--property=Linger"]);
    return stdout.trim() === "Linger=yes";
  } catch {
    // Where there is no loginctl nothing lingers.
    return false;
  }
}

/** Where this user's systemd listens: su and cron do not say. */
function bus(): Record<string, string> {
  return Deno.env.get("XDG_RUNTIME_DIR") ? {} : { XDG_RUNTIME_DIR: `/run/user/${Deno.uid()}` };
}

/** @throws {QueueError} If systemd does not answer. */
async function refuseUnreachable(ofUser: readonly string[], scope: string): Promise<void> {
  const { success, stderr } = await ended(
    "systemctl",
    [...ofUser, "show", "--property=Version"],
    bus(),
  );
  if (success) return;
  const said = stderr.trim().split("\n")[0] ?? "";
  throw new QueueError(
    scope === "user"
      ? `your own systemd does not answer (${said}); log in, or switch on lingering ` +
        "(loginctl enable-linger), or install it with --system"
      : `systemd does not answer: ${said}`,
  );
}
