/// <reference lib="dom" />
/**
 * What people do by a button: the request, the command line that does the same, and what is said
 * after it.
 *
 * @module
 */

import type { Question, Store } from "./store.ts";
import { counted, shellWord, visibleText } from "./texts.ts";

/** Something that a button does. */
export interface Action {
  /** The words on the button. */
  label: string;
  /** The path to POST to, such as `/api/queue/pause`. */
  path: string;
  /** The request's body. */
  body?: unknown;
  /** The command line that does the same. */
  command: string;
  /** What to say afterwards. */
  done: string | ((answer: unknown) => string);
  /** What to ask before it. */
  ask?: Omit<Question, "command" | "verb" | "go">;
  /** What takes it back, by its answer; it asks nothing. */
  undo?: (answer: unknown) => Action | undefined;
}

/** Does it, after asking if it must; says how it went, and shows what is so then. */
export function perform(store: Store, action: Action, after?: () => void): void {
  const go = async () => {
    try {
      const answer = await post(action.path, action.body);
      const undo = action.undo?.(answer);
      store.say(
        typeof action.done === "string" ? action.done : action.done(answer),
        undo && { undo: () => perform(store, undo) },
      );
      after?.();
    } catch (error) {
      store.say(error instanceof Error ? error.message : String(error), { isError: true });
    }
    await store.refresh();
  };
  if (!action.ask) return void go();
  const { command, label } = action;
  store.question.value = { ...action.ask, command, verb: label, go: () => void go() };
}

/** Posts JSON and returns the answer; rejects with the one sentence of the error. */
export async function post(path: string, body: unknown = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The dashboard does not answer: is `queuectl dashboard` still running?");
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { error } = (answer ?? {}) as { error?: string };
  throw new Error(error ?? `The server answered ${response.status}.`);
}

/** Pauses or resumes the queue. */
export function pauseAction(isPaused: boolean): Action {
  return isPaused
    ? {
      label: "Resume",
      path: "/api/queue/resume",
      command: "queuectl worker resume",
      done: "Workers start jobs again.",
    }
    : {
      label: "Pause",
      path: "/api/queue/pause",
      command: "queuectl worker pause",
      done: "Paused: running jobs go on, and no more start.",
    };
}

/** Stops a worker, or kills what it runs and puts it back. */
export function stopAction(name: string, now: boolean, running: readonly string[]): Action {
  const jobs = running.length === 0
    ? "It runs nothing."
    : `It runs ${counted(running.length, "job")}`;
  const means = now
    ? "which are killed and go back to pending; the attempt is not counted"
    : "which it finishes first";
  return {
    label: now ? "Stop now" : "Stop",
    path: `/api/workers/${encodeURIComponent(name)}/stop`,
    body: { now },
    command: `queuectl worker stop ${now ? "--now " : ""}${shellWord(name)}`,
    done: `Worker ${visibleText(name)} stops.`,
    ask: {
      title: `Stop worker ${visibleText(name)}${now ? " now" : ""}?`,
      text: running.length === 0 ? jobs : `${jobs}, ${means}:`,
      items: running.map(visibleText),
    },
  };
}
