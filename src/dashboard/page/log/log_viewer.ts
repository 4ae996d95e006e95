/// <reference lib="dom" />
/**
 * Shows the window over a log in a box that scrolls: sticks to the end until somebody scrolls up,
 * reads more where they scroll to, and keeps in place what they look at.
 *
 * @module
 */

import { type Signal, signal } from "@preact/signals";
import { type Chunk, LogWindow, type ReadLog } from "./log_window.ts";
import { paintOf } from "./looks.ts";
import type { Run } from "./terminal_text.ts";

/** How near an end of the text somebody scrolls until more is read, in pixels. */
const NEAR = 600;

/** A log that runs further ahead is not read whole, but shown from its end, in bytes. */
const FAR = 1024 * 1024;

/** How many pieces are read to fill the box at first. */
const FIRST_PIECES = 4;

/** A byte at which something begins, and what. */
export interface Mark {
  offset: number;
  label: string;
}

/** Which bytes of how many are shown. */
export interface Part {
  from: number;
  to: number;
  size: number;
}

/** Fills a box with a log. */
export class LogViewer {
  /** Whether the end is shown, whatever is added to it. */
  readonly isFollowing: Signal<boolean> = signal(true);
  readonly part: Signal<Part> = signal({ from: 0, to: 0, size: 0 });
  /** Why the log cannot be read; empty if it can. */
  readonly problem: Signal<string> = signal("");
  /** At which bytes attempts begin, in order. */
  marks: readonly Mark[] = [];
  readonly #window: LogWindow;
  readonly #box: HTMLElement;
  readonly #text: HTMLElement;
  readonly #elements = new Map<Chunk, HTMLElement>();
  readonly #heads = new Map<number, HTMLElement>();
  #isLoading = false;
  #lastTop = 0;

  /**
   * @param box What scrolls.
   * @param text What the text goes into, which is in the box.
   */
  constructor(box: HTMLElement, text: HTMLElement, read: ReadLog) {
    [this.#box, this.#text] = [box, text];
    this.#window = new LogWindow(read, () => this.marks.map(({ offset }) => offset));
  }

  /** Shows the end, and as much before it as the box has room for. */
  async showEnd(): Promise<void> {
    this.isFollowing.value = true;
    await this.#move(async () => {
      await this.#window.showEnd();
      this.#draw();
      const hasRoom = () => this.#text.clientHeight < this.#box.clientHeight;
      for (let turn = 1; turn < FIRST_PIECES && hasRoom() && this.#window.from > 0; turn++) {
        await this.#window.older();
        this.#draw();
      }
    });
    await this.#catchUp();
  }

  /** Shows the log from a byte on. */
  async showAt(offset: number): Promise<void> {
    this.isFollowing.value = false;
    await this.#move(() => this.#window.showAt(offset));
    this.#box.scrollTop = this.#lastTop = 0;
  }

  /** Learns how large the log is now. */
  grown(size: number): void {
    if (size < this.#window.to) return void this.showEnd();
    this.#window.grown(size);
    this.#tell();
    void this.#catchUp();
  }

  /** Reads what lies before the text. */
  async older(): Promise<void> {
    this.isFollowing.value = false;
    await this.#move(() => this.#window.older());
  }

  /** Reads what lies behind the text. */
  async newer(): Promise<void> {
    await this.#move(() => this.#window.newer());
  }

  /** Learns that the box has scrolled. */
  scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const below = scrollHeight - scrollTop - clientHeight;
    if (scrollTop < this.#lastTop - 2) this.isFollowing.value = false;
    else if (below < 4 && this.#window.to === this.#window.size) this.isFollowing.value = true;
    this.#lastTop = scrollTop;
    if (this.#isLoading || this.isFollowing.value) return;
    if (scrollTop < NEAR && this.#window.from > 0) void this.older();
    else if (below < NEAR && this.#window.to < this.#window.size) void this.newer();
  }

  /** Shows the same once more, as the box has become another one. */
  redraw(): void {
    this.#draw();
  }

  /** Reads on to the end, while somebody wants to see it. */
  async #catchUp(): Promise<void> {
    while (!this.#isLoading && this.isFollowing.value && this.#window.to < this.#window.size) {
      const before = this.#window.to;
      const isFar = this.#window.size - this.#window.to > FAR;
      await this.#move(() => isFar ? this.#window.showEnd() : this.#window.newer());
      if (this.#window.to === before) return;
    }
  }

  async #move(move: () => Promise<void>): Promise<void> {
    this.#isLoading = true;
    try {
      await move();
      this.problem.value = "";
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
    this.#isLoading = false;
    this.#draw();
  }

  #tell(): void {
    const { from, to, size } = this.#window;
    this.part.value = { from, to, size };
  }

  /** Makes the elements those of the window. What is on the screen stays where it is. */
  #draw(): void {
    const { chunks } = this.#window;
    const stays = chunks.map((chunk) => this.#elements.get(chunk)).find((element) => element);
    const before = stays?.getBoundingClientRect().top ?? 0;
    const wanted: HTMLElement[] = [];
    for (const chunk of chunks) {
      const mark = this.marks.find(({ offset }) => offset === chunk.from);
      if (mark) wanted.push(this.#head(mark));
      if (chunk.runs.length > 0) wanted.push(this.#element(chunk));
    }
    const isWanted = new Set(wanted);
    for (const child of [...this.#text.children]) {
      if (!isWanted.has(child as HTMLElement)) child.remove();
    }
    let next = this.#text.firstElementChild;
    for (const element of wanted) {
      if (element === next) next = next.nextElementSibling;
      else this.#text.insertBefore(element, next);
    }
    const isThere = new Set(chunks);
    for (const chunk of this.#elements.keys()) {
      if (!isThere.has(chunk)) this.#elements.delete(chunk);
    }
    this.#tell();
    if (this.isFollowing.value) this.#box.scrollTop = this.#box.scrollHeight;
    else if (stays) this.#box.scrollTop += stays.getBoundingClientRect().top - before;
    this.#lastTop = this.#box.scrollTop;
  }

  #element(chunk: Chunk): HTMLElement {
    const known = this.#elements.get(chunk);
    if (known) return known;
    const element = document.createElement("span");
    element.append(...chunk.runs.map(nodeOf));
    this.#elements.set(chunk, element);
    return element;
  }

  /** The line above an attempt; its words are no text, so that nobody copies them. */
  #head({ offset, label }: Mark): HTMLElement {
    let head = this.#heads.get(offset);
    if (!head) this.#heads.set(offset, head = document.createElement("div"));
    head.className = "log-head";
    head.dataset.label = label;
    return head;
  }
}

function nodeOf({ text, look }: Run): Node {
  const { color, background } = paintOf(look);
  const traits = look.traits.filter((trait) => trait !== "inverse" && trait !== "dim");
  if (!color && traits.length === 0) return document.createTextNode(text);
  const span = document.createElement("span");
  span.textContent = text;
  span.className = traits.map((trait) => `text-${trait}`).join(" ");
  // Set one by one from a script, which the security policy allows, unlike an attribute.
  if (color) span.style.color = color;
  if (background) span.style.backgroundColor = background;
  return span;
}
