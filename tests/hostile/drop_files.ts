/**
 * Dropping good and bad files into a queue by hand, as anyone can who may write there, and looking
 * afterwards what has become of them.
 *
 * @module
 */

import { libc, pathBytes } from "../../src/fs/libc.ts";
import { badContent, goodContent, pick, type Random } from "./hostile_content.ts";
import { badName, batchLikeName, goodName, ignoredName } from "./hostile_names.ts";
import { fingerprint, ThingMaker } from "./hostile_things.ts";

/** Something that was dropped, and what is to become of it. */
export interface Dropped {
  /**
   * `good`: it runs, once. `bad`: it goes to dead/ as it is. `ignored`: it stays where it is, in
   * pending/; `ended`: it is a job that has ended and stays so.
   */
  fate: "good" | "bad" | "ignored" | "ended";
  /** What it is, and its name. */
  what: string;
  /** {@linkcode fingerprint} of it. */
  print: string;
  /** What a good one writes into the ledger. */
  token: string;
}

/** Drops files into a queue. */
export class Dropper {
  /** All that was dropped so far. */
  readonly dropped: Dropped[] = [];
  /** What each good job appends its token to. */
  readonly ledger: string;
  readonly #dir: string;
  readonly #random: Random;
  readonly #staging: string;
  readonly #things: ThingMaker;
  #made = 0;

  /**
   * @param dir The queue.
   * @param outside A folder outside the queue, on the same file system.
   */
  constructor(dir: string, outside: string, random: Random) {
    this.#dir = dir;
    this.#random = random;
    this.ledger = `${outside}/ledger`;
    this.#staging = `${outside}/staging`;
    Deno.mkdirSync(this.#staging);
    const forbidden = `${outside}/forbidden.json`;
    Deno.writeTextFileSync(
      forbidden,
      JSON.stringify({ command: `echo forbidden >> ${this.ledger}` }),
    );
    this.#things = new ThingMaker(this.#staging, forbidden, random);
  }

  /** Drops so many things, about half of them good jobs, some in batches. */
  async drop(count: number): Promise<void> {
    await this.#things.prepare(Math.ceil(count / 40));
    for (const end = this.dropped.length + count; this.dropped.length < end;) {
      const chance = this.#random();
      if (chance < 0.02) this.#dropBatch(end - this.dropped.length);
      else if (chance < 0.05) this.#dropClash();
      else this.#dropOne(`${this.#dir}/pending`);
    }
  }

  /** Drops a good job under a name. */
  dropGood(folder: string, name: string): void {
    const token = `t${this.#made}`;
    const { kind, bytes } = goodContent(this.#random, `echo ${token} >> ${this.ledger}`);
    this.#place({ fate: "good", what: kind, token }, this.#file(bytes), folder, name);
  }

  #dropOne(folder: string): void {
    const chance = this.#random();
    if (chance < 0.5) this.dropGood(folder, goodName(this.#random));
    else if (chance < 0.75) this.#dropBad(folder, goodName(this.#random));
    else if (chance < 0.85) {
      const name = badName(this.#random);
      const { kind, bytes } = goodContent(this.#random, `echo forbidden >> ${this.ledger}`);
      this.#place({ fate: "bad", what: kind, token: "" }, this.#file(bytes), folder, name);
    } else if (chance < 0.95) this.#dropBad(folder, badName(this.#random));
    else this.#dropIgnored(folder);
  }

  #dropBad(folder: string, name: string): void {
    const thing = this.#random() < 0.3 ? this.#things.make() : undefined;
    if (thing) this.#place({ fate: "bad", what: thing.kind, token: "" }, thing.path, folder, name);
    else {
      const { kind, bytes } = badContent(this.#random);
      this.#place({ fate: "bad", what: kind, token: "" }, this.#file(bytes), folder, name);
    }
  }

  #dropIgnored(folder: string): void {
    const name = ignoredName(this.#random);
    const thing = this.#random() < 0.5 ? this.#things.make() : undefined;
    // A directory of a batch's name is a batch, and what is in it can be jobs.
    const odd = thing?.kind.startsWith("a directory") ? undefined : thing;
    const job = `{"command":"echo forbidden >> ${this.ledger}"}`;
    const path = odd?.path ?? this.#file(new TextEncoder().encode(job));
    this.#place({ fate: "ignored", what: odd?.kind ?? "a job", token: "" }, path, folder, name);
  }

  #dropBatch(most: number): void {
    const folder = `${this.#staging}/batch${this.#made++}`;
    Deno.mkdirSync(folder);
    for (let left = Math.min(most, Math.floor(this.#random() * 12)); left > 0; left--) {
      this.#dropOne(folder);
    }
    if (this.#random() < 0.2) {
      Deno.mkdirSync(`${folder}/${pick(this.#random, ["inner", batchLikeName()])}`);
    }
    Deno.renameSync(folder, `${this.#dir}/pending/${batchLikeName()}`);
  }

  /** One ID in several states, and perhaps something odd where its log or its input is to be. */
  #dropClash(): void {
    const id = `clash${this.#made++}`;
    const stamp = () => `20200101T00000${Math.floor(this.#random() * 10)}.000Z-5-${id}.json`;
    const states = ["done", "dead", "pending", "failed"].filter(() => this.#random() < 0.6);
    for (const state of states) {
      const folder = `${this.#dir}/${state}`;
      if (state === "pending" || state === "failed") this.dropGood(folder, stamp());
      else {
        const { bytes } = goodContent(this.#random, `echo forbidden >> ${this.ledger}`);
        const about = { fate: "ended", what: `a job in ${state}/`, token: "" } as const;
        this.#place(about, this.#file(bytes), folder, `${id}.json`);
      }
    }
    if (this.#random() < 0.5) {
      const folder = `${this.#dir}/${pick(this.#random, ["done", "dead", "pending", "failed"])}`;
      libc()!.rename(pathBytes(this.#things.make().path), pathBytes(`${folder}/${id}.log`));
    }
    if (this.#random() < 0.5) {
      // None of the jobs reads it; one that runs under an ID of its own takes it along.
      Deno.mkdirSync(`${this.#dir}/input`, { recursive: true, mode: 0o700 });
      libc()!.rename(pathBytes(this.#things.make().path), pathBytes(`${this.#dir}/input/${id}.in`));
    }
    this.dropGood(`${this.#dir}/pending`, `${id}.json`);
  }

  #file(bytes: Uint8Array): string {
    const path = `${this.#staging}/file${this.#made++}`;
    Deno.writeFileSync(path, bytes);
    return path;
  }

  #place(about: Omit<Dropped, "print">, from: string, folder: string, name: string): void {
    this.dropped.push({
      ...about,
      what: `${about.what}, as ${JSON.stringify(name)}`,
      print: fingerprint(from),
    });
    if (libc()!.rename(pathBytes(from), pathBytes(`${folder}/${name}`)) !== 0) {
      throw new Error(`cannot drop ${JSON.stringify(name)}`);
    }
  }
}
