/**
 * Records commands on a real terminal as an animated SVG.
 *
 *     deno run -A tools/record_terminal.ts SESSION OUTPUT
 *
 * SESSION has a command, or a comment for whoever watches, on each line; an empty line clears the
 * screen. Keys for the program that a command starts follow on a line that begins with `>`, by
 * tmux's names; `> 3` waits three seconds, `> "3"` presses 3. They are typed to bash, in a folder
 * of its own with a new queue, `queue`, and a program `deploy` that fails. Neither the name of this
 * machine nor a path of it gets into the recording.
 * Needs tmux.
 *
 * @module
 */

import { hasTmux, Tmux } from "../trials/tmux.ts";
import { type Screen, terminalSvg } from "./terminal_svg.ts";

const SIZE = { columns: 88, rows: 24 };
const PROMPT = "$";
/** A worker's name: the machine's, then what tells it from others. */
const WORKER = /[\w.-]+(-\d+-[0-9a-f]{8})\b/g;
/** How long things are seen, in seconds. */
const TYPED = 0.08,
  LINE_READ = 0.25,
  COMMAND_READ = 0.6,
  SCENE_READ = 2,
  END_READ = 6,
  KEY_READ = 0.8;
/** Of a command that runs, in seconds: how often the screen is looked at, how long it may take. */
const LOOK = 0.1, PATIENCE = 60;

const [session, output] = Deno.args;
if (session === undefined || output === undefined) {
  console.error("usage: record_terminal.ts SESSION OUTPUT");
  Deno.exit(2);
}
if (!hasTmux()) {
  console.error("tmux is not installed; on Debian: apt-get install tmux");
  Deno.exit(1);
}

const root = new URL("../", import.meta.url).pathname;
const home = Deno.makeTempDirSync({ prefix: "q-" });
const socket = Deno.makeTempDirSync({ prefix: "q-" });
const environment = [
  `HOME=${home}`,
  `PATH=${root}bin:${Deno.execPath().replace(/\/[^/]*$/, "")}:/usr/bin:/bin`,
  `DENO_DIR=${JSON.parse(await outputOf(Deno.execPath(), "info", "--json")).denoDir}`,
  "QUEUECTL_DIR=queue",
  String.raw`PS1=\[\e[1;34m\]${PROMPT}\[\e[0m\] `,
  "HISTFILE=/dev/null",
  "TERM=screen",
  "LANG=C.UTF-8",
  "TZ=UTC",
];

async function outputOf(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args }).output();
  return new TextDecoder().decode(stdout);
}

const pause = (seconds: number) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** A screen without what is this machine's. */
function neutral(text: string): string {
  return text.replaceAll(home, "/srv/site").replace(WORKER, "web1$1");
}

async function record(terminal: Tmux, commands: readonly string[]): Promise<Screen[]> {
  const screens: Screen[] = [];
  const see = (seconds: number) => {
    const text = neutral(terminal.colouredText());
    const last = screens.at(-1);
    if (last?.text === text) last.seconds += seconds;
    else screens.push({ text, seconds });
  };
  const prompted = async (sees: boolean) => {
    for (let waited = 0; terminal.text().split("\n").at(-1) !== PROMPT; waited += LOOK) {
      if (waited > PATIENCE) throw new Error(`no prompt: ${terminal.text()}`);
      await pause(LOOK);
      if (sees) see(LOOK);
    }
  };
  const watch = async (seconds: number) => {
    for (let waited = 0; waited < seconds; waited += LOOK) {
      await pause(LOOK);
      see(LOOK);
    }
  };
  await prompted(false);
  for (const [index, command] of commands.entries()) {
    if (command.startsWith("> ")) {
      for (const key of command.slice(2).split(" ")) {
        if (/^[\d.]+$/.test(key)) await watch(Number(key));
        else {
          terminal.press(key.replaceAll('"', ""));
          await watch(KEY_READ);
        }
      }
      if (!commands[index + 1]?.startsWith("> ")) await prompted(true);
      continue;
    }
    if (command === "") {
      see(SCENE_READ);
      terminal.type("clear");
      terminal.press("Enter");
      await prompted(false);
      continue;
    }
    const lines = terminal.text().split("\n").length;
    for (const piece of command.match(/.{1,3}/g)!) {
      terminal.type(piece);
      await pause(0.02);
      see(TYPED);
    }
    terminal.press("Enter");
    if (commands[index + 1]?.startsWith("> ")) continue;
    await prompted(true);
    see(COMMAND_READ + LINE_READ * Math.max(0, terminal.text().split("\n").length - lines - 1));
  }
  see(END_READ);
  return screens;
}

try {
  Deno.writeTextFileSync(`${home}/deploy`, "echo cannot reach db.example.net\nexit 3\n", {
    mode: 0o755,
  });
  const words = ["env", "-i", "-C", home, ...environment, "bash", "--norc", "--noprofile"];
  using terminal = new Tmux(`${socket}/tmux`, SIZE.columns, SIZE.rows, words);
  const commands = Deno.readTextFileSync(session).trimEnd().split("\n");
  const screens = await record(terminal, commands);
  const svg = terminalSvg(screens, SIZE);
  Deno.writeTextFileSync(output, svg);
  console.log(`${output}: ${screens.length} screens, ${Math.round(svg.length / 1000)} KB`);
} finally {
  Deno.removeSync(home, { recursive: true });
  Deno.removeSync(socket, { recursive: true });
}
