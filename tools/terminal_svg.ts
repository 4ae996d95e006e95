/**
 * From screens of a terminal to an animated SVG. It needs no script and no font from elsewhere, so
 * it moves in an `<img>` too. Who asked for reduced motion, and a program that knows no animation,
 * sees the last screen.
 *
 * The screens stand side by side on one strip, and a CSS animation moves the strip by one screen at
 * a time. A line that appears on several screens is in the file once, and so is all that stands
 * above the last line, as typing changes that one alone.
 *
 * @module
 */

/** What a terminal shows, and for how long. */
export interface Screen {
  /** Its lines, with the escape sequences (SGR) that colour them. */
  text: string;
  /** How long it is seen. */
  seconds: number;
}

/** How large the terminal is, in characters. */
export interface Size {
  columns: number;
  rows: number;
}

/** Text in one look. */
interface Run {
  text: string;
  colour?: number;
  isBold: boolean;
  isDim: boolean;
  isInverse: boolean;
}

const CHARACTER = 8.4, LINE = 19, FONT = 14, MARGIN = 16;
const BACKGROUND = "#16181d", FOREGROUND = "#d7dae0";
/** Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones. */
const COLOURS = (
  "#3b4048 #ef6b73 #8fc873 #e6c07b #61afef #c678dd #56b6c2 #d7dae0 " +
  "#7f848e #ef6b73 #8fc873 #e6c07b #61afef #c678dd #56b6c2 #ffffff"
).split(" ");

/** The SVG of a recording. */
export function terminalSvg(screens: readonly Screen[], { columns, rows }: Size): string {
  const width = Math.ceil(columns * CHARACTER) + 2 * MARGIN;
  const height = rows * LINE + 2 * MARGIN;
  const parts = new Parts();
  const strip = screens.map(({ text }, index) => {
    const lines = runsOf(text).map((runs) => parts.line(runs));
    const body = parts.use(parts.group(lines.slice(0, -1)), 0);
    return `<g transform="translate(${index * width})">${body}${
      parts.use(lines.at(-1), lines.length - 1)
    }</g>`;
  });
  const whole = screens.reduce((sum, { seconds }) => sum + seconds, 0);
  let before = 0;
  const steps = screens.map(({ seconds }, index) => {
    const step = `${(100 * before / whole).toFixed(2)}%{transform:translate(${-index * width}px)}`;
    before += seconds;
    return step;
  });
  const colours = COLOURS.map((colour, index) => `.c${index}{fill:${colour}}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">` +
    `<title>A recording of a terminal</title><style>` +
    `text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;` +
    `fill:${FOREGROUND};white-space:pre}.b{font-weight:bold}.d{opacity:.6}.v{fill:${FOREGROUND}}.i{fill:${BACKGROUND}}${colours}` +
    `@keyframes film{${steps.join("")}}` +
    `.film{animation:film ${whole.toFixed(2)}s steps(1,end) infinite}` +
    `@media(prefers-reduced-motion:reduce){.film{animation:none}}</style>` +
    `<defs>${parts.definitions.join("\n")}</defs>` +
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>` +
    `<svg x="${MARGIN}" y="${MARGIN}" width="${width - 2 * MARGIN}" height="${rows * LINE}">` +
    `<g class="film" transform="translate(${-(screens.length - 1) * width})">\n` +
    `${strip.join("\n")}\n</g></svg></svg>\n`;
}

/** What appears more than once, each under a name. */
class Parts {
  readonly definitions: string[] = [];
  readonly #names = new Map<string, string>();

  line(runs: readonly Run[]): string | undefined {
    if (runs.length === 0) return undefined;
    let column = 0;
    let behind = "";
    const spans = runs.map((run) => {
      const look = [
        run.isBold && "b",
        run.isDim && "d",
        run.isInverse && "i",
        run.colour !== undefined && `c${run.colour}`,
      ]
        .filter((name) => name !== false).join(" ");
      // Each run is put in its columns, whatever the width of the font that a reader has.
      const at = `x="${(column * CHARACTER).toFixed(1)}"`;
      const width = [...run.text].length;
      if (run.isInverse) {
        behind += `<rect class="v" x="${(column * CHARACTER).toFixed(1)}" width="${
          (width * CHARACTER).toFixed(1)
        }" height="${LINE}"/>`;
      }
      column += width;
      return `<tspan ${at}${look && ` class="${look}"`}>${xmlText(run.text)}</tspan>`;
    });
    const text = `<text y="${FONT}">${spans.join("")}</text>`;
    return this.#named(behind === "" ? text : `<g>${behind}${text}</g>`);
  }

  group(lines: readonly (string | undefined)[]): string | undefined {
    const uses = lines.map((line, row) => this.use(line, row)).join("");
    return uses === "" ? undefined : this.#named(`<g>${uses}</g>`);
  }

  use(name: string | undefined, row: number): string {
    if (name === undefined) return "";
    return `<use href="#${name}"${row === 0 ? "" : ` y="${row * LINE}"`}/>`;
  }

  #named(element: string): string {
    const known = this.#names.get(element);
    if (known !== undefined) return known;
    const name = `p${this.#names.size}`;
    this.#names.set(element, name);
    this.definitions.push(element.replace(/^<\w+/, (start) => `${start} id="${name}"`));
    return name;
  }
}

/** A text as it stands in XML; what XML cannot hold is U+FFFD. */
export function xmlText(text: string): string {
  return text.toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The lines of a screen in runs of one look. A look goes on over the ends of lines. */
function runsOf(text: string): Run[][] {
  let look: Omit<Run, "text"> = { isBold: false, isDim: false, isInverse: false };
  return text.split("\n").map((line) => {
    const runs: Run[] = [];
    for (const piece of line.split(/(\p{Cc}\[[\d;]*m)/u)) {
      if (/^\p{Cc}\[/u.test(piece)) look = changed(look, piece.slice(2, -1));
      else if (piece !== "") runs.push({ ...look, text: piece });
    }
    return runs;
  });
}

/** A look after an SGR sequence: of the sixteen colours, bold, dim and inverse. */
function changed(look: Omit<Run, "text">, sequence: string): Omit<Run, "text"> {
  let { colour, isBold, isDim, isInverse } = look;
  for (const code of sequence.split(";").map(Number)) {
    if (code === 0) [colour, isBold, isDim, isInverse] = [undefined, false, false, false];
    else if (code === 1) isBold = true;
    else if (code === 2) isDim = true;
    else if (code === 22) [isBold, isDim] = [false, false];
    else if (code === 7) isInverse = true;
    else if (code === 27) isInverse = false;
    else if (code === 39) colour = undefined;
    else if (code >= 30 && code <= 37) colour = code - 30;
    else if (code >= 90 && code <= 97) colour = code - 90 + 8;
  }
  return { colour, isBold, isDim, isInverse };
}
