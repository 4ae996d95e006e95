/**
 * A service as a property list of launchd, for macOS.
 *
 * @module
 */

import { LEAVING, RESTART_AFTER, type Service, startWords, variablesOf } from "./service.ts";

/**
 * The text of a property list: of an agent of the user, or with {@linkcode Service.user} of a
 * daemon.
 *
 * @param log The file that takes what the worker prints.
 *
 * @example
 * ```ts
 * import { launchdPlist, serviceName } from "../../mod.ts";
 *
 * const dir = "/Users/ana/jobs";
 * const words = ["/usr/local/bin/queuectl", "worker", "start"];
 * const service = { name: await serviceName(dir), dir, words, environment: {}, finishWithin: 60 };
 * launchdPlist(service, "/Users/ana/Library/Logs/jobs.log");
 * ```
 */
export function launchdPlist(service: Service, log: string): string {
  const entries: [key: string, value: string][] = [
    ["Label", string(service.name)],
    ["ProgramArguments", element("array", startWords(service).map(string))],
    ["EnvironmentVariables", dictionary(variablesOf(service).map(([k, v]) => [k, string(v)]))],
    ...(service.user === undefined ? [] : [["UserName", string(service.user)] as [string, string]]),
    ["RunAtLoad", "<true/>"],
    // Started again if it fails or is killed; not after `queuectl worker stop`.
    ["KeepAlive", dictionary([["SuccessfulExit", "<false/>"]])],
    ["ThrottleInterval", integer(RESTART_AFTER)],
    ["ExitTimeOut", integer(Math.ceil(service.finishWithin) + LEAVING)],
    ["StandardOutPath", string(log)],
    ["StandardErrorPath", string(log)],
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" ' +
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    dictionary(entries),
    "</plist>",
    "",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function string(text: string): string {
  return `<string>${text.replaceAll(/[&<>]/g, (char) => ENTITIES[char]!)}</string>`;
}

function integer(value: number): string {
  return `<integer>${value}</integer>`;
}

function dictionary(entries: readonly (readonly [key: string, value: string])[]): string {
  return element("dict", entries.flatMap(([key, value]) => [`<key>${key}</key>`, value]));
}

/** An element in lines of its own; what is in it keeps its line breaks, which strings may have. */
function element(name: string, inner: readonly string[]): string {
  return [`<${name}>`, ...inner, `</${name}>`].join("\n");
}
