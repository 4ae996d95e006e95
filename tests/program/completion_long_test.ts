import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { shellQuote } from "../../src/text/shell_quote.ts";
import { Tmux } from "../../trials/tmux.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { PROGRAM, Program } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

/**
 * What runs if a shell evaluates a name: it leaves a file behind, in the directory where the shell
 * stands.
 */
const HOSTILE = ["$(touch${IFS}hacked)", "`touch hacked`", "a;touch hacked;", "$(touch hacked)"];

/** What a worker says of itself besides its name. */
const INFO = { host: "box", pid: 1, slots: 1, started_at: "2026-11-22T09:00:00.000Z" };

const PROMPT = "READY>";

/** For each shell the words that start it with its completions and nothing of the user's own. */
const SHELLS: Record<string, (home: string) => string[]> = {
  bash(home) {
    const start =
      `bind 'set show-all-if-ambiguous on'; PS1='${PROMPT} '; PATH=${home}/bin:$PATH; source ${home}/script\n`;
    Deno.writeTextFileSync(`${home}/bashrc`, start);
    return ["bash", "--noprofile", "--rcfile", `${home}/bashrc`, "-i"];
  },
  zsh(home) {
    const start = `PS1='${PROMPT} '; PATH=${home}/bin:$PATH
      autoload -Uz compinit; compinit -u -D; source ${home}/script\n`;
    Deno.writeTextFileSync(`${home}/.zshrc`, start);
    return ["zsh", "-i"];
  },
  fish(home) {
    const start = `function fish_prompt; echo -n '${PROMPT} '; end
      function fish_greeting; end
      set fish_autosuggestion_enabled 0; set PATH ${home}/bin $PATH; source ${home}/script`;
    return ["fish", "--no-config", "-C", start];
  },
};

/** A shell on a terminal, with a queue in which everything has a hostile namesake. */
class Completing {
  readonly tmux: Tmux;

  constructor(readonly program: Program, readonly shell: string) {
    const { home, dir } = program;
    Deno.mkdirSync(`${home}/bin`);
    const wrapper = `#!/bin/sh\nexec ${shellQuote(PROGRAM)} "$@"\n`;
    Deno.writeTextFileSync(`${home}/bin/queuectl`, wrapper, { mode: 0o755 });
    const env = {
      QUEUECTL_DIR: dir,
      HOME: home,
      ZDOTDIR: home,
      fish_history: "",
      LC_ALL: "C.UTF-8",
    };
    const words = ["env", "-C", `${home}/here`, ...SHELLS[shell]!(home)];
    this.tmux = new Tmux(`${home}/tmux`, 100, 30, words, env);
  }

  /** Types a line and TAB; gives the screen once it shows what is expected. */
  async complete(line: string, ...expected: string[]): Promise<string> {
    await this.#empty();
    this.tmux.press(line);
    this.tmux.press("Tab");
    await this.#shows(line, (screen) => expected.every((word) => screen.includes(word)));
    return this.tmux.text();
  }

  /** Empties the line and the screen; fish may need it twice, to close its list first. */
  async #empty(): Promise<void> {
    let looks = 0;
    await this.#shows("an empty line", (screen) => {
      if (screen === PROMPT) return true;
      if (looks++ % 100 === 0) {
        this.tmux.press(this.shell === "fish" ? "C-c" : "C-u");
        this.tmux.press("C-l");
      }
      return false;
    });
  }

  async #shows(what: string, isRight: (screen: string) => boolean): Promise<void> {
    try {
      await eventually(what, () => isRight(this.tmux.text()));
    } catch (error) {
      throw new Error(`${this.shell} at "${what}" shows:\n${this.tmux.text()}`, { cause: error });
    }
  }
}

/**
 * Fills a queue with things of good names, and of hostile ones wherever a file can have any name.
 */
async function plant(program: Program): Promise<Disposable> {
  const { home, dir } = program;
  Deno.mkdirSync(`${home}/here`);
  for (const id of ["alpha", "beta"]) await program.answer("enqueue", "--id", id, "true");
  for (const name of ["early", "late"]) {
    await program.answer("schedule", "add", name, "@yearly", "true");
  }
  await program.answer("config", "set", "resources.gpu", "1");
  await program.answer("config", "set", "resources.disk", "1");
  const config = JSON.parse(Deno.readTextFileSync(`${dir}/config.json`));
  const locks: Deno.FsFile[] = [];
  const alive = (name: string) => {
    const path = `${dir}/workers/${name}.json`;
    Deno.writeTextFileSync(path, JSON.stringify({ ...INFO, name }));
    const file = Deno.openSync(path);
    file.lockSync();
    locks.push(file);
  };
  const job = JSON.stringify({ command: "true" });
  for (const id of ["gamma", "delta"]) Deno.writeTextFileSync(`${dir}/dead/${id}.json`, job);
  for (const name of ["box-1-abc", "host-2-def"]) alive(name);
  for (const name of HOSTILE) {
    Deno.writeTextFileSync(`${dir}/pending/${name}-x.json`, job);
    Deno.writeTextFileSync(`${dir}/pending/20260101T000000.000Z-5-${name}.json`, job);
    Deno.writeTextFileSync(`${dir}/dead/${name}.json`, job);
    Deno.writeTextFileSync(`${dir}/schedules/20990101T000000.000Z-${name}.json`, "{}");
    config[`resources.${name}`] = 1;
    alive(name);
  }
  Deno.writeTextFileSync(`${dir}/config.json`, JSON.stringify(config));
  Deno.writeTextFileSync(`${home}/here/f$(touch hacked)`, "echo from the file");
  Deno.mkdirSync(`${home}/here/d$(touch hacked)`);
  return { [Symbol.dispose]: () => locks.forEach((file) => file.close()) };
}

for (const shell of Object.keys(SHELLS)) {
  testWith(
    await whyNo(shell, "--version") ?? await whyNo("tmux", "-V"),
    `completions ${shell} offers names, and runs nothing that is hidden in one`,
    async () => {
      await using program = new Program();
      using _locks = await plant(program);
      Deno.writeTextFileSync(`${program.home}/script`, await program.answer("completions", shell));
      const completing = new Completing(program, shell);
      using tmux = completing.tmux;
      await eventually("a prompt", () => tmux.text().endsWith(PROMPT));
      const hacked = () => isThere(`${program.home}/here/hacked`);
      for (
        const [line, ...expected] of [
          ["queuectl show ", "alpha", "beta", "gamma", "delta"],
          ["queuectl enqueue --after ", "alpha", "beta"],
          ["queuectl dlq retry ", "gamma", "delta"],
          ["queuectl worker stop ", "box-1-abc", "host-2-def"],
          ["queuectl schedule show ", "early", "late"],
          ["queuectl enqueue --resource ", "gpu", "disk"],
          ["queuectl config get ", "resources.gpu", "on_done"],
          ["queuectl list --state d", "done", "dead"],
          ["queuectl sch", "schedule"],
        ] as const
      ) {
        const screen = await completing.complete(line, ...expected);
        assert(!screen.includes("touch"), screen);
        assert(!hacked(), line);
      }
      // The name of a file is put into the line as a word that means this file.
      await completing.complete("queuectl enqueue --id f --file f", "touch");
      tmux.press("Enter");
      await eventually("no file and ID together", () => tmux.text().includes("names one job"));
      await completing.complete("queuectl enqueue --id d --cwd d", "touch");
      assert(!hacked());
      tmux.press(" true");
      tmux.press("Enter");
      await eventually("a job", () => program.names("pending").some((n) => n.endsWith("-d.json")));
      const { cwd } = await program.json("show", "d");
      assertEquals(cwd.replace(/\/$/, ""), `${program.home}/here/d$(touch hacked)`);
      assert(!hacked());
    },
  );
}

Deno.test("completions names prints only what can be a name, each on a line", async () => {
  await using program = new Program();
  using _locks = await plant(program);
  const names = async (kind: string) =>
    (await program.answer("completions", "names", kind)).split("\n").sort();
  assertEquals(await names("id"), ["alpha", "beta", "delta", "gamma"]);
  assertEquals(await names("dead"), ["delta", "gamma"]);
  assertEquals(await names("worker"), ["box-1-abc", "host-2-def"]);
  assertEquals(await names("schedule"), ["early", "late"]);
  assertEquals(await names("resource"), ["disk", "gpu"]);
  assertStringIncludes(
    (await names("key")).join(),
    "on_done,on_failure,one_machine,pause_on_failure,poll_interval,resources.disk,",
  );
});
