/**
 * A terminal to look at a full-screen program on, by tmux.
 *
 * @module
 */

/** Whether tmux is installed. */
export function hasTmux(): boolean {
  try {
    return new Deno.Command("tmux", { args: ["-V"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A terminal with one program on it, under a tmux server of its own. */
export class Tmux implements Disposable {
  readonly #socket: string;

  /**
   * Starts a program on a terminal.
   *
   * @param socket Where the server's socket is to be; its folder must be there.
   * @param columns How wide the terminal is.
   * @param rows How high it is.
   * @param env What the program's environment has beyond this one's.
   */
  constructor(
    socket: string,
    columns: number,
    rows: number,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.#socket = socket;
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    this.#call("new-session", "-d", ...size, ...variables, "--", ...words);
  }

  /** What stands on the screen, without the spaces at the ends. */
  text(): string {
    return this.#call("capture-pane", "-p").trimEnd();
  }

  /** The same with the escape sequences that colour it. */
  colouredText(): string {
    return this.#call("capture-pane", "-p", "-e").trimEnd();
  }

  /** Types a text. */
  type(text: string): void {
    // A semicolon at the end would end tmux's own command.
    this.#call("send-keys", "-l", "--", text.replace(/;$/, "\\;"));
  }

  /** Types a key, by tmux's name for it. */
  press(key: string): void {
    this.#call("send-keys", key);
  }

  /** The title that the program gave the terminal. */
  title(): string {
    return this.#call("display-message", "-p", "#{pane_title}").trimEnd();
  }

  /** Gives the terminal another size. */
  resize(columns: number, rows: number): void {
    this.#call("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** Whether the program still runs: when it ends, so does the server. */
  get alive(): boolean {
    return this.#output("has-session").success;
  }

  [Symbol.dispose](): void {
    this.#output("kill-server");
  }

  #call(...args: string[]): string {
    const { success, stdout, stderr } = this.#output(...args);
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr).trim()}`);
    return decoder.decode(stdout);
  }

  #output(...args: string[]): Deno.CommandOutput {
    return new Deno.Command("tmux", { args: ["-S", this.#socket, "-f", "/dev/null", ...args] })
      .outputSync();
  }
}
