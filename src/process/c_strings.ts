/**
 * Strings as C has them, for calls that take arrays of pointers to them.
 *
 * @module
 */

const encoder = new TextEncoder();

/** C strings, one after another in memory that does not move. */
export class CStrings {
  #memory = new Uint8Array(0);
  #base = 0n;

  /**
   * Puts strings in the place of those that were there.
   *
   * @param strings None may hold a NUL.
   * @throws If one does: it would end there, and the others would move up.
   * @returns The address of each. They hold until the next call, and as long as the object is referred to, see
   * {@linkcode CStrings.keep}.
   */
  put(strings: readonly string[]): BigUint64Array<ArrayBuffer> {
    const text = strings.join("\0") + "\0";
    // A character is at most 3 bytes for each UTF-16 unit.
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

  /** The bytes that it takes up. */
  get size(): number {
    return this.#memory.length;
  }

  /** To be called after the last use of an address: until then the memory is there. */
  keep(): void {
    void this.#memory;
  }
}

/** The pointers of some C strings and the null after them, as `execve` takes them. */
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

/** An environment that many commands get, made into C strings once. */
export class CEnvironment {
  readonly #places: ReadonlyMap<string, number>;
  readonly #strings = new CStrings();
  readonly #addresses: BigUint64Array<ArrayBuffer>;

  /** @param variables Their values by their names. */
  constructor(variables: Readonly<Record<string, string>>) {
    const names = Object.keys(variables);
    this.#places = new Map(names.map((name, index) => [name, index]));
    this.#addresses = this.#strings.put(names.map((name) => `${name}=${variables[name]}`));
  }

  /** The addresses of all variables but for some. */
  without(others: Readonly<Record<string, string>>): BigUint64Array {
    const places = Object.keys(others).map((name) => this.#places.get(name));
    if (places.every((place) => place === undefined)) return this.#addresses;
    return this.#addresses.filter((_, index) => !places.includes(index));
  }

  /** As {@linkcode CStrings.keep}. */
  keep(): void {
    this.#strings.keep();
  }
}
