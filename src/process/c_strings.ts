/**
 * C strings, for calls that take arrays of pointers to them.
 *
 * @module
 */

const encoder = new TextEncoder();

/** C strings, one after another in one piece of memory that does not move. */
export class CStrings {
  #memory = new Uint8Array(0);
  #base = 0n;

  /**
   * Replaces all strings.
   *
   * @returns The address of each, valid until the next call and while the object lives: see
   * {@linkcode CStrings.keepAlive}.
   * @throws {TypeError} If a string holds a NUL: it would end there, and the next would get its
   * address.
   */
  replace(strings: readonly string[]): BigUint64Array<ArrayBuffer> {
    const text = strings.join("\0") + "\0";
    // A UTF-16 unit takes at most 3 bytes.
    if (text.length * 3 > this.#memory.length) {
      this.#memory = new Uint8Array(text.length * 3);
      this.#base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#memory)));
    }
    const { written } = encoder.encodeInto(text, this.#memory);
    const addresses = new BigUint64Array(strings.length);
    let at = 0;
    for (let index = 0; index < strings.length; index++) {
      addresses[index] = this.#base + BigInt(at);
      at = this.#memory.indexOf(0, at) + 1;
    }
    if (strings.length > 0 && at !== written) throw new TypeError("a word or variable holds a NUL");
    return addresses;
  }

  /** How many bytes of memory it keeps. */
  get size(): number {
    return this.#memory.length;
  }

  /** Call it after the last use of an address: the memory lives until then. */
  keepAlive(): void {
    void this.#memory;
  }
}

/** Pointers to C strings and a final null, as `execve` takes them. */
export function pointerArray(
  ...parts: readonly (readonly bigint[] | BigUint64Array)[]
): Uint8Array<ArrayBuffer> {
  let length = 1;
  for (const part of parts) length += part.length;
  const pointers = new BigUint64Array(length);
  let at = 0;
  for (const part of parts) {
    pointers.set(part, at);
    at += part.length;
  }
  return new Uint8Array(pointers.buffer);
}

/** An environment that many commands inherit, made into C strings once. */
export class CEnvironment {
  readonly #places: ReadonlyMap<string, number>;
  readonly #strings = new CStrings();
  readonly #addresses: BigUint64Array<ArrayBuffer>;

  /** @param variables Values by name. */
  constructor(variables: Readonly<Record<string, string>>) {
    const names = Object.keys(variables);
    this.#places = new Map(names.map((name, index) => [name, index]));
    this.#addresses = this.#strings.replace(names.map((name) => `${name}=${variables[name]}`));
  }

  /** The addresses of all variables but those of these names. */
  without(others: Readonly<Record<string, string>>): BigUint64Array {
    const places = Object.keys(others).map((name) => this.#places.get(name));
    if (places.every((place) => place === undefined)) return this.#addresses;
    return this.#addresses.filter((_, index) => !places.includes(index));
  }

  /** As {@linkcode CStrings.keepAlive}. */
  keepAlive(): void {
    this.#strings.keepAlive();
  }
}
