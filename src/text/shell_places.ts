/**
 * Where placeholders stand in shell text: outside of quotes, within them, or where no word can be
 * put so that the shell leaves it as it is. What is doubtful counts as such a place.
 *
 * @module
 */

import { UsageError } from "./errors.ts";

/** What a placeholder stands in: no quotes, quotes of either kind, or arithmetic. */
export type PlaceKind = "plain" | "single" | "double" | "number";

/** A placeholder in shell text. */
export interface Place {
  /** It, as written: `{.}`. */
  readonly name: string;
  /** What it stands in. */
  readonly kind: PlaceKind;
}

/** Shell text, cut at its placeholders. */
export interface ShellPlaces {
  /** The text between the placeholders, and these, in order. */
  readonly pieces: readonly (string | Place)[];
  /** Whether a word can be added at the end. */
  readonly takesWord: boolean;
}

/** A placeholder; `{%}` is one elsewhere. */
export const PLACEHOLDER: RegExp = /\{(?:\.|\/|\/\/|\/\.|#|%)?\}/g;

/** What the text at a place is part of; `end` closes it. */
interface Part {
  readonly kind: PlaceKind | "comment" | "ansi" | "expansion" | "backquotes";
  readonly end: string;
}

/** What opens a part where the shell looks for it, the longest first. */
const OPENERS: readonly (readonly [opener: string, part: Part])[] = [
  ["$((", { kind: "number", end: "))" }],
  ["$(", { kind: "plain", end: ")" }],
  ["${", { kind: "expansion", end: "}" }],
  ["`", { kind: "backquotes", end: "`" }],
];

/** What opens a part outside of quotes only. */
const PLAIN_OPENERS: typeof OPENERS = [
  ["((", { kind: "number", end: "))" }],
  ["(", { kind: "plain", end: ")" }],
  ["$'", { kind: "ansi", end: "'" }],
  ["'", { kind: "single", end: "'" }],
  ['"', { kind: "double", end: '"' }],
];

const NUMBER_OPENERS: typeof OPENERS = [["(", { kind: "number", end: ")" }]];

/** Why no word can be put safely into some parts. */
const UNSAFE: Readonly<Partial<Record<Part["kind"], string>>> = {
  ansi: "within $'…'",
  expansion: "within ${…}",
  backquotes: "within `…` (write $(…) instead)",
};

/**
 * Finds the placeholders in shell text. Those in comments are left as they are, and so is `\{}`.
 *
 * @throws {UsageError} If one stands where a word could become more than a word.
 */
export function placesIn(text: string): ShellPlaces {
  return new Scan(text).result();
}

class Scan {
  readonly #text: string;
  readonly #parts: Part[] = [{ kind: "plain", end: "" }];
  readonly #pieces: (string | Place)[] = [];
  #at = 0;
  /** From where on the text has not been cut off yet. */
  #from = 0;
  /** Why the rest cannot be understood with certainty. */
  #doubt: string | undefined;
  #hasHereDocument = false;

  constructor(text: string) {
    this.#text = text;
  }

  result(): ShellPlaces {
    while (this.#at < this.#text.length) this.#step();
    this.#pieces.push(this.#text.slice(this.#from));
    const last = this.#parts.at(-1)!;
    const isWhole = this.#parts.length === 1 ||
      (this.#parts.length === 2 && last.kind === "comment");
    if (!isWhole && this.#pieces.length > 1) {
      throw new UsageError(
        "the quotes or brackets of the command do not match, so its placeholders cannot be " +
          "replaced safely",
      );
    }
    const takesWord = this.#parts.length === 1 && !this.#hasHereDocument &&
      !/(?:[;&|(){}\\]|(?:^|\n))[ \t]*$/.test(this.#text);
    return { pieces: this.#pieces, takesWord };
  }

  #step(): void {
    const part = this.#parts.at(-1)!;
    const { kind, end } = part;
    if (kind === "comment") {
      const newline = this.#text.indexOf("\n", this.#at);
      this.#at = newline < 0 ? this.#text.length : newline;
      if (newline >= 0) this.#parts.pop();
    } else if (this.#text[this.#at] === "\\" && kind !== "single") {
      if (kind === "ansi") {
        this.#doubt ??= "behind $'…' with a backslash, which not every shell knows";
      }
      this.#at += 2;
    } else if (end !== "" && this.#text.startsWith(end, this.#at)) {
      this.#at += end.length;
      this.#parts.pop();
    } else if (!this.#place(part)) this.#open(kind);
  }

  /** Cuts the text at a placeholder, if one is here. */
  #place({ kind }: Part): boolean {
    const placeholder = new RegExp(PLACEHOLDER.source, "y");
    placeholder.lastIndex = this.#at;
    const [name] = placeholder.exec(this.#text) ?? [];
    if (name === undefined) return false;
    const unsafe = UNSAFE[kind] ?? this.#doubt;
    if (unsafe !== undefined) {
      throw new UsageError(`${name} cannot be replaced safely ${unsafe}`);
    }
    this.#pieces.push(this.#text.slice(this.#from, this.#at), { name, kind: kind as PlaceKind });
    this.#at += name.length;
    this.#from = this.#at;
    return true;
  }

  #open(kind: Part["kind"]): void {
    const text = this.#text;
    const openers = kind === "plain"
      ? [...OPENERS, ...PLAIN_OPENERS]
      : kind === "number"
      ? [...OPENERS, ...NUMBER_OPENERS]
      : kind === "double"
      ? OPENERS
      : [];
    if (kind === "plain") this.#notice();
    // Which quotes count in ${…} depends on what is around it.
    if (kind === "expansion" && /['"`{$]/.test(text[this.#at]!)) {
      this.#doubt ??= "behind ${…} with quotes or braces";
    }
    if (text.startsWith("$$", this.#at)) {
      this.#at += 2;
      return;
    }
    const found = openers.find(([opener]) => text.startsWith(opener, this.#at));
    if (!found) {
      if (kind === "plain" && text[this.#at] === "#" && this.#isWordStart()) {
        this.#parts.push({ kind: "comment", end: "" });
      }
      this.#at++;
      return;
    }
    const [opener, part] = found;
    if (part.kind === "expansion" && text.startsWith("${}", this.#at)) {
      throw new UsageError("${} is no expansion; if {} is to follow a dollar, write '$'{}");
    }
    this.#at += opener.length;
    this.#parts.push(part);
  }

  /** Notices what makes the rest doubtful. */
  #notice(): void {
    const rest = this.#text.slice(this.#at, this.#at + 6);
    if (rest.startsWith("<<<")) this.#at += 2;
    else if (rest.startsWith("<<")) this.#hasHereDocument = true;
    else if (rest[0] === "\n" && this.#hasHereDocument) this.#doubt ??= "in a here-document";
    // The bracket behind a pattern closes nothing.
    if (this.#parts.length > 1 && /^case\s/.test(rest) && this.#isWordStart()) {
      this.#doubt ??= "behind a case within brackets";
    }
  }

  #isWordStart(): boolean {
    return this.#at === 0 || /[\s;&|()]/.test(this.#text[this.#at - 1]!);
  }
}
