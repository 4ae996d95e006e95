/**
 * The service of a queue under launchd, on macOS.
 *
 * @module
 */

import { homePath } from "../../../text/home_path.ts";
import {
  answerOf,
  ended,
  removeFile,
  type ServiceManager,
  shown,
  textOf,
  writeText,
} from "./service_manager.ts";

/** Where what a service prints goes. */
export function launchdLog(name: string, scope: "user" | "system"): string {
  return `${scope === "user" ? homePath("~", "the folder of logs") : ""}/Library/Logs/${name}.log`;
}

/** The service of a name, of this user or of the machine. */
export function launchd(name: string, scope: "user" | "system"): ServiceManager {
  const domain = scope === "user" ? `gui/${Deno.uid()}` : "system";
  const file = scope === "user"
    ? homePath(`~/Library/LaunchAgents/${name}.plist`, "the folder of agents")
    : `/Library/LaunchDaemons/${name}.plist`;
  const isLoaded = async () => (await ended("launchctl", ["print", `${domain}/${name}`])).success;
  const unload = async () => {
    if (await isLoaded()) await answerOf("launchctl", ["bootout", `${domain}/${name}`]);
  };
  return {
    manager: "launchd",
    scope,
    file,
    isInstalled: () => Promise.resolve(textOf(file) !== undefined),
    async install(text) {
      const isAnother = writeText(file, text);
      if (isAnother) await unload();
      if (!await isLoaded()) await answerOf("launchctl", ["bootstrap", domain, file]);
    },
    async uninstall() {
      await unload();
      removeFile(file);
    },
    async status() {
      const { stdout } = await ended("launchctl", ["print", `${domain}/${name}`]);
      const state = /^\s*state = (.*)$/m.exec(stdout)?.[1] ?? "not loaded";
      const pid = Number(/^\s*pid = (\d+)$/m.exec(stdout)?.[1] ?? 0);
      const running = state === "running";
      // An agent starts when its user logs in.
      return { running, state, ...(pid > 0 && { pid }), at_boot: scope === "system" };
    },
    logs: (lines, follow) =>
      shown("tail", ["-n", String(lines), ...(follow ? ["-F"] : []), launchdLog(name, scope)]),
    advice: () =>
      Promise.resolve(
        scope === "system"
          ? undefined
          : "it starts when you log in; for one that starts at boot: service install --system",
      ),
  };
}
