/**
 * How text of a terminal looks: what the numbers of an SGR sequence (`ESC [ 1 ; 31 m`) ask for, and
 * the colours that a browser paints for it.
 *
 * @module
 */

/** A colour: 0 to 255 of the palette, or 256 and more, which less 256 is red, green and blue. */
export type Colour = number;

/** How text looks. */
export interface Look {
  readonly fore?: Colour;
  readonly back?: Colour;
  /** What else: some of {@linkcode TRAITS}, in order. */
  readonly traits: readonly Trait[];
}

/** Text as it looks without any sequence. */
export const PLAIN: Look = { traits: [] };

const TRAITS = ["bold", "dim", "italic", "underline", "inverse", "strike"] as const;

/** What text can be besides coloured. */
export type Trait = typeof TRAITS[number];

/** The numbers that set each trait, and those that reset some. */
const SETS: Readonly<Record<number, Trait>> = {
  ...{ 1: "bold", 2: "dim", 3: "italic", 4: "underline" },
  ...{ 7: "inverse", 9: "strike", 21: "underline" },
};
const RESETS: Readonly<Record<number, readonly Trait[]>> = {
  ...{ 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"] },
  ...{ 27: ["inverse"], 29: ["strike"] },
};

/** Whether two looks are the same. */
export function isSameLook(one: Look, other: Look): boolean {
  return one === other ||
    one.fore === other.fore && one.back === other.back &&
      one.traits.join() === other.traits.join();
}

/** The look after an SGR sequence with these parameters: `1;31`, `38:2::255:0:0`. */
export function lookAfter(look: Look, parameters: string): Look {
  const fields = parameters === "" ? ["0"] : parameters.split(";");
  let { fore, back } = look;
  let traits = new Set(look.traits);
  for (let index = 0; index < fields.length; index++) {
    const [field = "", ...parts] = fields[index]!.split(":");
    const code = Number(field);
    if (code === 0) [fore, back, traits] = [undefined, undefined, new Set()];
    else if (code === 4 && parts[0] === "0") traits.delete("underline");
    else if (SETS[code]) traits.add(SETS[code]);
    else if (RESETS[code]) { for (const trait of RESETS[code]) traits.delete(trait); }
    else if (code === 38 || code === 48) {
      const given = parts.length > 0 ? parts : fields.slice(index + 1);
      const [colour, used] = extendedColour(given, parts.length > 0);
      if (parts.length === 0) index += used;
      if (colour !== undefined) code === 38 ? fore = colour : back = colour;
    } else if (code === 39) fore = undefined;
    else if (code === 49) back = undefined;
    else if (code >= 30 && code <= 37) fore = code - 30;
    else if (code >= 40 && code <= 47) back = code - 40;
    else if (code >= 90 && code <= 97) fore = code - 82;
    else if (code >= 100 && code <= 107) back = code - 92;
  }
  return {
    ...(fore !== undefined && { fore }),
    ...(back !== undefined && { back }),
    traits: TRAITS.filter((trait) => traits.has(trait)),
  };
}

/** The colour of `5;N` or `2;R;G;B`, and how many fields it takes. */
function extendedColour(
  [kind, ...rest]: readonly string[],
  hasColons: boolean,
): [Colour | undefined, number] {
  if (kind === "5") return [byte(rest[0]), 2];
  if (kind !== "2") return [undefined, 1];
  const [red, green, blue] = rest.slice(hasColons && rest.length > 3 ? 1 : 0).map(byte);
  const isWhole = red !== undefined && green !== undefined && blue !== undefined;
  return [isWhole ? 256 + (red << 16 | green << 8 | blue) : undefined, 4];
}

function byte(text: string | undefined): number | undefined {
  const value = text === undefined || text === "" ? 0 : Number(text);
  return Number.isInteger(value) && value >= 0 && value <= 255 ? value : undefined;
}

type Rgb = readonly [red: number, green: number, blue: number];

/** What the log stands on, and its text: a terminal's, in both themes. */
const GROUND: Rgb = [0x16, 0x18, 0x1c];
const TEXT: Rgb = [0xd7, 0xd9, 0xdd];

/** The sixteen colours that have names. */
const NAMED = [
  ...["3b3f46", "e06c62", "6cbf6c", "d8ab4c", "6ea3f2", "c58af0", "4fbcc4", "c9cbd0"],
  ...["8a8f98", "ff8a80", "8ddc8d", "f0cd73", "96bfff", "dcaeff", "7be0e6", "ffffff"],
].map((hex) => rgbOf(Number.parseInt(hex, 16)));

function rgbOf(value: number): Rgb {
  return [value >> 16 & 255, value >> 8 & 255, value & 255];
}

function rgb(colour: Colour): Rgb {
  if (colour >= 256) return rgbOf(colour - 256);
  if (colour < 16) return NAMED[colour]!;
  if (colour >= 232) return [0, 0, 0].map(() => 8 + (colour - 232) * 10) as unknown as Rgb;
  const cube = colour - 16;
  return [cube / 36, cube / 6 % 6, cube % 6].map(Math.floor)
    .map((step) => step === 0 ? 0 : 55 + step * 40) as unknown as Rgb;
}

/** The least contrast of text: what WCAG 2 asks for at level AA. */
const LEAST_CONTRAST = 4.5;

/**
 * The colours of a look as `#rrggbb`, `undefined` where they are the usual ones. A text's colour
 * is mixed with white or black until it can be read on its ground.
 */
export function paintOf(look: Look): { color?: string; background?: string } {
  const isInverse = look.traits.includes("inverse");
  const [fore, back] = isInverse ? [look.back, look.fore] : [look.fore, look.back];
  const isPlain = fore === undefined && back === undefined && !isInverse;
  if (isPlain && !look.traits.includes("dim")) return {};
  const ground = back === undefined ? (isInverse ? TEXT : GROUND) : rgb(back);
  const wanted = fore === undefined ? (isInverse ? GROUND : TEXT) : rgb(fore);
  const shown = look.traits.includes("dim") ? mixed(wanted, ground, 0.35) : wanted;
  return {
    color: hexOf(readable(shown, ground)),
    ...((back !== undefined || isInverse) && { background: hexOf(ground) }),
  };
}

function readable(text: Rgb, ground: Rgb): Rgb {
  const end: Rgb = brightness(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  let shown = text;
  for (let share = 0; share <= 1 && contrast(shown, ground) < LEAST_CONTRAST; share += 0.1) {
    shown = mixed(text, end, share);
  }
  return contrast(shown, ground) < LEAST_CONTRAST ? end : shown;
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  return one.map((part, at) => Math.round(part + (other[at]! - part) * share)) as unknown as Rgb;
}

/** The contrast of two colours by WCAG 2: 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [brightness(one), brightness(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

function brightness(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function hexOf(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
