/**
 * The tar format (POSIX ustar, with pax headers for what does not fit into it): writing headers,
 * and reading an archive as it comes.
 *
 * @module
 */

const BLOCK = 512;

/** The longest name that a ustar header holds by itself, in bytes. */
const LONGEST_NAME = 100;

/** The greatest size that fits into one: eleven octal digits. */
const GREATEST_SIZE = 8 ** 11 - 1;

/** The longest pax header that is read, in bytes. */
const LONGEST_PAX = 64 * 1024;

/** What ends an archive. */
export const TAR_END = new Uint8Array(2 * BLOCK);

const encoder = new TextEncoder();

/** Something that is no tar archive, or is cut off. */
export class TarError extends Error {
  override name = "TarError";
}

/**
 * What stands before the content of a file of mode 0600 in an archive.
 *
 * @param name Its path, with `/` between, in valid Unicode.
 * @param size Its size in bytes.
 * @param mtime When it last changed, in milliseconds since 1970.
 */
export function tarHeader(name: string, size: number, mtime: number): Uint8Array {
  const path = encoder.encode(name);
  if (path.length <= LONGEST_NAME && size <= GREATEST_SIZE) return header(path, size, mtime, "0");
  const records = encoder.encode(paxRecord("path", name) + paxRecord("size", String(size)));
  return joined([
    header(encoder.encode("pax"), records.length, mtime, "x"),
    records,
    tarPadding(records.length),
    header(path.subarray(0, LONGEST_NAME), Math.min(size, GREATEST_SIZE), mtime, "0"),
  ]);
}

/** What stands behind a content of this size. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - size % BLOCK) % BLOCK);
}

function header(path: Uint8Array, size: number, mtime: number, type: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (value: string, at: number) => block.set(encoder.encode(value), at);
  const octal = (value: number, at: number, digits: number) =>
    text(value.toString(8).padStart(digits, "0"), at);
  block.set(path);
  octal(0o600, 100, 7);
  // Owner and group are the reader's own.
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(Math.min(Math.max(0, Math.floor(mtime / 1000)), GREATEST_SIZE), 136, 11);
  text(" ".repeat(8) + type, 148);
  text("ustar\x0000", 257);
  octal(checksum(block), 148, 6);
  block[154] = 0;
  return block;
}

function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** A record says its own length, those digits included. */
function paxRecord(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Something in an archive. */
export interface TarEntry {
  /** Its path, as the archive has it. */
  name: string;
  /** What it is; a link, a device and the like are `other`. */
  kind: "file" | "directory" | "other";
  /** Its size in bytes. */
  size: number;
  /** When it last changed, in milliseconds since 1970. */
  mtime: number;
  /** Its content; what is not read is passed over. */
  content: AsyncGenerator<Uint8Array>;
}

/** A sum of bytes that come one after the other, such as one of `node:crypto`. */
export interface ByteSum {
  update(bytes: Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/** SHA-256 of no bytes yet. */
export async function newSha256(): Promise<ByteSum> {
  const { createHash } = await import("node:crypto");
  return createHash("sha256");
}

/** A header that says the SHA-256 of all before it; other programs that read tar pass it over. */
export function tarSum(sum: ByteSum): Uint8Array {
  const record = encoder.encode(paxRecord("comment", `sha256:${sum.digest("hex")}`));
  return joined([
    header(encoder.encode("sum"), record.length, 0, "g"),
    record,
    tarPadding(record.length),
  ]);
}

/**
 * Reads an archive as it comes. The first sum that {@linkcode tarSum} has put in it is checked.
 *
 * @throws {TarError} If it is none, is cut off, or differs from its sum.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const source = new Source(chunks);
  let sum: ByteSum | undefined = await newSha256();
  let pax: ReadonlyMap<string, string> = new Map();
  for (let isFirst = true;; isFirst = false) {
    // Not yet in the sum: the header of a sum does not count for it.
    source.passed = () => {};
    const block = await source.exactly(BLOCK);
    if (block.every((byte) => byte === 0)) {
      // What is nothing but zeros, such as /dev/zero, may never end.
      if (isFirst) throw new TarError("it is not a tar archive, or is empty");
      // The rest is read too: who writes it to a pipe must not fail.
      return await source.drain();
    }
    if (octalAt(block, 148, 8) !== checksum(block)) {
      throw new TarError("it is not a tar archive, or is damaged");
    }
    const type = String.fromCharCode(block[156]!);
    const size = Number(pax.get("size") ?? octalAt(block, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0) throw new TarError("a size in it is no number");
    if (type !== "g") {
      sum?.update(block);
      source.passed = (bytes) => sum?.update(bytes);
    }
    if (type === "x" || type === "g") {
      if (size > LONGEST_PAX) throw new TarError("a header in it is too long");
      const records = await source.exactly(size);
      await source.exactly(tarPadding(size).length);
      if (type === "x") pax = paxRecords(records);
      const said = type === "g" && /^sha256:(.+)/.exec(paxRecords(records).get("comment") ?? "");
      if (said && sum && said[1] !== sum.digest("hex")) {
        throw new TarError("it is not what was saved: the checksum in it differs");
      }
      if (said) sum = undefined;
      continue;
    }
    const prefix = textAt(block, 345, 155);
    const name = textAt(block, 0, 100);
    let left = size;
    const content = async function* () {
      while (left > 0) {
        const chunk = await source.some(left);
        left -= chunk.length;
        yield chunk;
      }
    };
    yield {
      name: pax.get("path") ?? (prefix === "" ? name : `${prefix}/${name}`),
      kind: type === "0" || type === "\0" ? "file" : type === "5" ? "directory" : "other",
      size,
      mtime: octalAt(block, 136, 12) * 1000,
      content: content(),
    };
    while (left > 0) left -= (await source.some(left)).length;
    await source.exactly(tarPadding(size).length);
    pax = new Map();
  }
}

function textAt(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** The number in a field; `NaN` if it holds none. */
function octalAt(block: Uint8Array, at: number, length: number): number {
  const text = textAt(block, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : NaN;
}

function paxRecords(bytes: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let rest = bytes; rest.length > 0;) {
    const length = Number.parseInt(new TextDecoder().decode(rest.subarray(0, 10)), 10);
    if (!(length > 0 && length <= rest.length)) throw new TarError("a header in it is damaged");
    const [, key, value] = /^\d+ ([^=]+)=(.*)\n$/s
      .exec(new TextDecoder().decode(rest.subarray(0, length))) ?? [];
    if (key !== undefined) records.set(key, value!);
    rest = rest.subarray(length);
  }
  return records;
}

/** Bytes that come in chunks, to be taken in other ones. */
class Source {
  /** Called with all that is taken. */
  passed: (bytes: Uint8Array) => void = () => {};
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Takes at least one byte, and at most so many. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done) throw new TarError("it is cut off");
      this.#chunk = value;
    }
    const taken = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(taken.length);
    this.passed(taken);
    return taken;
  }

  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  async exactly(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0;) {
      const part = await this.some(left);
      left -= part.length;
      parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  }
}
