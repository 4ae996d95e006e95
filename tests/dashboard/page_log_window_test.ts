import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import {
  type Bounds,
  chunkLength,
  LogWindow,
  type ReadLog,
} from "../../src/dashboard/page/log/log_window.ts";

const SMALL: Bounds = { piece: 40, chunk: 16, lines: 3, window: 2000 };

/** A log in memory that may grow. */
class MemoryLog {
  bytes: Uint8Array = new Uint8Array();
  reads = 0;

  add(text: string | Uint8Array): void {
    const added = typeof text === "string" ? new TextEncoder().encode(text) : text;
    this.bytes = new Uint8Array([...this.bytes, ...added]);
  }

  readonly read: ReadLog = (from, to = Infinity) => {
    this.reads++;
    const start = from < 0 ? Math.max(0, this.bytes.length + from) : from;
    const bytes = this.bytes.slice(start, to);
    return Promise.resolve({ from: start, bytes, size: this.bytes.length });
  };
}

function textOf(window: LogWindow): string {
  return window.chunks.flatMap(({ runs }) => runs.map(({ text }) => text)).join("");
}

function assertWhole({ chunks }: LogWindow): void {
  for (let at = 1; at < chunks.length; at++) assertEquals(chunks[at]!.from, chunks[at - 1]!.to);
}

Deno.test("a log is shown from its end, and scrolling up gives all of it, line by line", async () => {
  const log = new MemoryLog();
  const lines = Array.from({ length: 30 }, (_, line) => `line ${line}\n`);
  log.add(lines.join(""));
  const window = new LogWindow(log.read, undefined, { ...SMALL, window: 1e6 });
  await window.showEnd();
  assertEquals(window.to, window.size);
  assert(lines.join("").endsWith(textOf(window)) && textOf(window).startsWith("line "));
  while (window.from > 0) {
    await window.older();
    assert(textOf(window).startsWith("line "));
    assertWhole(window);
  }
  assertEquals(textOf(window), lines.join(""));
});

Deno.test("what is cut anywhere, in a character or a sequence, shows as if it were not", async () => {
  const text =
    "\x1b[38;5;208;1m日本\x1b[0m é🦀 \x1b]0;title\x07 10%\r\x1b[Kdone\r\n\x1b[31mred\nstill\n";
  const bytes = new TextEncoder().encode(text);
  const whole = new MemoryLog();
  whole.add(text);
  const wanted = new LogWindow(whole.read);
  await wanted.showEnd();
  const runs = (window: LogWindow) => window.chunks.flatMap((chunk) => chunk.runs);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const log = new MemoryLog();
    const window = new LogWindow(log.read);
    log.add(bytes.slice(0, cut));
    await window.showEnd();
    assert(!/[\ufffd[]|(?!\n)\p{Cc}/u.test(textOf(window)), `cut at ${cut}: ${textOf(window)}`);
    log.add(bytes.slice(cut));
    await window.newer();
    assertEquals(runs(window), runs(wanted), `cut at ${cut}`);
  }
});

Deno.test("a colour that began before the window reaches into it once that is read", async () => {
  const log = new MemoryLog();
  log.add("\x1b[32m" + "green 1\ngreen 2\n".repeat(10) + "\x1b[0mplain\n");
  const window = new LogWindow(log.read, undefined, { ...SMALL, window: 1e6 });
  await window.showEnd();
  while (window.from > 0) await window.older();
  const plain = window.chunks.flatMap(({ runs }) => runs)
    .filter(({ look, text }) => look.fore === undefined && text.trim() !== "");
  assertEquals(plain.map(({ text }) => text), ["plain\n"]);
});

Deno.test("a gigabyte takes no more memory than the window may", async () => {
  const size = 2 ** 30;
  const line = new TextEncoder().encode("0123456789abcdef".repeat(3) + "fifteen chars..\n");
  const read: ReadLog = (given, to = size) => {
    const from = given < 0 ? size + given : given;
    const bytes = new Uint8Array(Math.min(to, size) - from);
    for (let at = 0; at < bytes.length; at++) bytes[at] = line[(from + at) % line.length]!;
    assertLessOrEqual(bytes.length, 128 * 1024);
    return Promise.resolve({ from, bytes, size });
  };
  const window = new LogWindow(read);
  await window.showEnd();
  assertEquals(window.to, size);
  let most = 0;
  for (let turn = 0; turn < 40; turn++) {
    const before = window.from;
    await window.older();
    assertLess(window.from, before);
    assertWhole(window);
    most = Math.max(most, window.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0));
  }
  assertLessOrEqual(most, 2 * 1024 * 1024);
  assertLess(window.to, size);
  for (let turn = 0; turn < 60; turn++) await window.newer();
  assertEquals(window.to, size);
  assertWhole(window);
});

Deno.test("a log of nothing but line ends is bounded too, and what is on the screen stays", async () => {
  const size = 10 * 2 ** 20;
  const read: ReadLog = (given, to = size) => {
    const from = given < 0 ? size + given : given;
    return Promise.resolve({
      from,
      bytes: new Uint8Array(Math.min(to, size) - from).fill(10),
      size,
    });
  };
  const window = new LogWindow(read);
  await window.showEnd();
  for (let turn = 0; turn < 6; turn++) {
    const { from } = window;
    await (turn < 4 ? window.older() : window.newer());
    assert(turn > 3 || (window.from < from && window.to > from + 400));
    assertWhole(window);
    assertLess(window.chunks.reduce((sum, { lines }) => sum + lines, 0), 60_000);
  }
});

Deno.test("a line without an end is shown in pieces of whole characters", async () => {
  const log = new MemoryLog();
  log.add("é日🦀".repeat(40));
  const window = new LogWindow(log.read, undefined, { ...SMALL, window: 1e6 });
  await window.showEnd();
  while (window.from > 0) await window.older();
  assertEquals(textOf(window), "é日🦀".repeat(40));
  assertEquals(chunkLength(new TextEncoder().encode("0123456789ab\x1b[31mx and on"), SMALL), 12);
});

Deno.test("an endless progress line costs nothing but its last state", async () => {
  const log = new MemoryLog();
  log.add("start\n");
  for (let done = 0; done < 200; done++) log.add(`\r${done} of 200`);
  const window = new LogWindow(log.read, undefined, SMALL);
  await window.showEnd();
  while (window.from > 0) await window.older();
  assertEquals(textOf(window), "start\n199 of 200");
  log.add("\r\x1b[Kall 200\nnext\n");
  await window.newer();
  assertEquals(textOf(window), "start\nall 200\nnext\n");
  assertLess(window.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0), 100);
});

Deno.test("each attempt begins a chunk, and the log can be shown from there", async () => {
  const log = new MemoryLog();
  log.add("first attempt without an end");
  const second = log.bytes.length;
  log.add("second\n");
  const window = new LogWindow(log.read, () => [0, second]);
  await window.showEnd();
  assertEquals(window.chunks.map(({ from }) => from), [0, second]);
  await window.showAt(second);
  assertEquals(textOf(window), "second\n");
  await window.older();
  assertEquals(textOf(window), "first attempt without an endsecond\n");
});

Deno.test("a log that became shorter is shown anew, and one that is gone is empty", async () => {
  const log = new MemoryLog();
  log.add("long ago\nlong ago\n");
  let isGone = false;
  const window = new LogWindow((from, to) =>
    isGone ? Promise.resolve(undefined) : log.read(from, to)
  );
  await window.showEnd();
  log.bytes = new Uint8Array();
  log.add("new\n");
  await window.newer();
  assertEquals(textOf(window), "new\n");
  isGone = true;
  await window.newer();
  assertEquals([textOf(window), window.size], ["", 0]);
});

Deno.test("after a read that failed the next one is tried", async () => {
  const log = new MemoryLog();
  log.add("text\n");
  let failures = 1;
  const window = new LogWindow((from, to) => {
    if (failures-- > 0) return Promise.reject(new Error("the network is down"));
    return log.read(from, to);
  });
  await window.showEnd().catch(() => {});
  await window.showEnd();
  assertEquals(textOf(window), "text\n");
});
