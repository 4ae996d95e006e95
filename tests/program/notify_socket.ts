/**
 * A service manager's side of sd_notify(3), for tests: a datagram socket.
 *
 * @module
 */

/** A socket that takes messages. */
export class NotifySocket implements Disposable {
  /** What has come so far, the oldest first. */
  readonly messages: string[] = [];
  readonly #libc = Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
  readonly #fd: number;

  /** @param name A path, or `@` and a name that is in no directory. */
  constructor(readonly name: string) {
    const bytes = new TextEncoder().encode(`\x01\0${name}`);
    if (name.startsWith("@")) bytes[2] = 0;
    const { socket, bind } = this.#libc.symbols;
    // AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK.
    this.#fd = socket(1, 2 | 0o4000, 0);
    if (bind(this.#fd, bytes, bytes.length) !== 0) throw new Error(`no socket at ${name}`);
  }

  /** Whether a message that matches has come. */
  has(pattern: RegExp): boolean {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const size = Number(this.#libc.symbols.recv(this.#fd, buffer, BigInt(buffer.length), 0));
      if (size < 0) break;
      this.messages.push(new TextDecoder().decode(buffer.subarray(0, size)));
    }
    return this.messages.some((message) => pattern.test(message));
  }

  [Symbol.dispose](): void {
    this.#libc.symbols.close(this.#fd);
    this.#libc.close();
  }
}
