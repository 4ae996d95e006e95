/**
 * What an operation of the queue looks like to those that cut it off.
 *
 * @module
 */

import type { Store } from "../../src/store/store.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import type { Ledger } from "./ledger.ts";

/** Something was promised, and not kept. */
export class Broken extends Error {
  override name = "Broken";
}

/** Where an operation acts. */
export interface Stage {
  /** The queue, opened; its `files` are the process that acts. */
  store: Store;
  /** What is right for each job. */
  ledger: Ledger;
  /** Whether it acts once more, after an error. */
  again: boolean;
  /**
   * Whether it was told that something is done and perhaps not durable: no later word makes it so.
   */
  doubted?: boolean;
  /** Whether its process lives: code that catches errors may go on a little without it. */
  lives(): boolean;
}

/** An operation that is cut off at each of its calls. `Scene` is what its preparation leaves. */
export interface Operation<Scene = unknown> {
  /** Names it in a case: `settle-done`. */
  name: string;
  /** The process that acts: `client`, or a worker of the preparation that goes on. */
  process: string;
  /** Makes the disk that it begins with. Default: a queue that is empty. */
  disk?(): Promise<SimulatedDisk>;
  /** Puts on the disk what it begins with, and in the ledger what is right without it. */
  prepare?(disk: SimulatedDisk, ledger: Ledger): Promise<Scene>;
  /** Whether it opens the queue itself; else that is done before, and its calls are not counted. */
  unopened?: boolean;
  /**
   * Does it, and tells the ledger what has been promised. After an error it is called again with
   * the same scene, and goes on as its caller would.
   */
  act(stage: Stage, scene: Scene): Promise<unknown>;
  /**
   * After `act` without faults: what its process does next, so that nothing of it is left undone.
   */
  goOn?(stage: Stage, scene: Scene): Promise<void>;
  /**
   * Why a disk that goes on refusing may make a job of which an error was told run all the same.
   */
  doubledWhileRefused?: string;
  /**
   * Why a disk that goes on refusing may keep a job from being run while this process lives; its
   * end sets it free.
   */
  heldWhileRefused?: string;
}

/**
 * What a hand has dropped under a bare name has nothing that tells two names of it apart once one
 * has run; what is no job is buried once for each name; and of two jobs of one ID each try gives
 * one another ID. Until the next flush is over a power cut can double these.
 */
const MAY_DOUBLE: ReadonlySet<string> = new Set([
  "claim-bare-urgent",
  "claim-bare-taken",
  "claim-elsewhere",
  "claim-retry-elsewhere",
  "claim-malformed",
  "claim-bad-name",
  "recover-malformed",
  "settle-beside-another",
]);

/** Whether a power cut between the two names of a rename can double nothing of an operation. */
export function neverDoubles({ name }: Operation): boolean {
  return !MAY_DOUBLE.has(name.replace(/-input$/, ""));
}
