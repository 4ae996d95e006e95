/**
 * What every service manager can do with the service of a queue, and calling its programs.
 *
 * @module
 */

import { QueueError, reasonOf } from "../../../text/errors.ts";
import { quotedWord, visibleText } from "../../../text/shown_text.ts";
import { note } from "../../terminal/output.ts";

/** How a service is. */
export interface ServiceStatus {
  /** Whether it runs. */
  readonly running: boolean;
  /** What its manager says, such as `active (running)`. */
  readonly state: string;
  /** Its process; missing if it does not run. */
  readonly pid?: number;
  /** How often it was started again since its manager started it; missing if that is unknown. */
  readonly restarts?: number;
  /** Whether it starts when the machine does. */
  readonly at_boot: boolean;
}

/** A manager of services, and the service of one queue. */
export interface ServiceManager {
  readonly manager: "systemd" | "launchd" | "cron";
  readonly scope: "user" | "system";
  /** Where the service is written. */
  readonly file: string;
  /** Whether it is written there. */
  isInstalled(): Promise<boolean>;
  /** Writes it, and starts it; one that runs is stopped first if the text is another. */
  install(text: string): Promise<void>;
  /** Stops it, and removes what was written. */
  uninstall(): Promise<void>;
  status(): Promise<ServiceStatus>;
  /** Shows what it printed; gives the exit status. */
  logs(lines: number, follow: boolean): Promise<number>;
  /** What to do so that it starts at boot, if it does not yet. */
  advice(): Promise<string | undefined>;
}

/** How a program ended. */
export interface Ended {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws {QueueError} If it cannot be started. */
export async function ended(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  input?: string,
): Promise<Ended> {
  const stdin = input === undefined ? "null" : "piped";
  try {
    const command = new Deno.Command(program, {
      args: [...args],
      env,
      stdin,
      stdout: "piped",
      stderr: "piped",
    });
    const child = command.spawn();
    if (input !== undefined) {
      await new Blob([input]).stream().pipeTo(child.stdin).catch(() => {});
    }
    const { success, stdout, stderr } = await child.output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { success, stdout: out!, stderr: err! };
  } catch (error) {
    throw unstarted(program, error);
  }
}

/** Runs a program that must succeed; gives what it wrote. @throws {QueueError} If it fails. */
export async function answerOf(
  program: string,
  args: readonly string[],
  env?: Record<string, string>,
  input?: string,
): Promise<string> {
  const { success, stdout, stderr } = await ended(program, args, env, input);
  if (success) return stdout;
  const said = visibleText(stderr.trim().split("\n")[0] ?? "");
  throw new QueueError(`${[program, ...args].map(quotedWord).join(" ")} failed: ${said}`);
}

/** Runs a program on this terminal; gives its exit status. */
export async function shown(program: string, args: readonly string[]): Promise<number> {
  try {
    return (await new Deno.Command(program, { args: [...args] }).spawn().status).code;
  } catch (error) {
    throw unstarted(program, error);
  }
}

function unstarted(program: string, error: unknown): QueueError {
  return new QueueError(
    error instanceof Deno.errors.NotFound
      ? `there is no ${program} here`
      : `cannot start ${program}: ${reasonOf(error)}`,
  );
}

/** Writes a file whole or not at all, and the folder that it is in; whether it was another. */
export function writeText(file: string, text: string): boolean {
  if (textOf(file) === text) return false;
  const temporary = `${file}.${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(file.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(temporary, text, { mode: 0o644 });
    Deno.renameSync(temporary, file);
  } catch (error) {
    removeFile(temporary);
    throw new QueueError(`cannot write ${visibleText(file)}: ${reasonOf(error)}`);
  }
  return true;
}

/** The text of a file; `undefined` if there is none. */
export function textOf(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}

/** Removes a file if it is there. */
export function removeFile(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      note(`cannot remove ${file}: ${reasonOf(error)}`);
    }
  }
}
