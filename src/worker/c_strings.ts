/**
 * Strings as C has them, for calls that take arrays of pointers to them.
 *
 * @module
 */

const encoder = new TextEncoder();

/**
 * C strings, one after another in memory that does not move: their addresses hold as long as the
 * object is referred to, see {@linkcode CStrings.keep}.
 */
export class CStrings {
  readonly #memory: Uint8Array;
  /** The address of each. */
  readonly addresses: BigUint64Array<ArrayBuffer>;

  /** @param strings None may hold a NUL. */
  constructor(strings: readonly string[]) {
    let size = 1;
    for (const text of strings) size += text.length * 3 + 1;
    const memory = new Uint8Array(size);
    const base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory)));
    this.addresses = new BigUint64Array(strings.length);
    let at = 0;
    for (const [index, text] of strings.entries()) {
      this.addresses[index] = base + BigInt(at);
      at += encoder.encodeInto(text, memory.subarray(at)).written + 1;
    }
    this.#memory = memory;
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
  readonly #names: readonly string[];
  readonly #strings: CStrings;

  /** @param variables Their values by their names. */
  constructor(variables: Readonly<Record<string, string>>) {
    this.#names = Object.keys(variables);
    this.#strings = new CStrings(this.#names.map((name) => `${name}=${variables[name]}`));
  }

  /** The addresses of all variables but for some. */
  without(others: Readonly<Record<string, string>>): BigUint64Array {
    const { addresses } = this.#strings;
    if (!this.#names.some((name) => Object.hasOwn(others, name))) return addresses;
    return addresses.filter((_, index) => !Object.hasOwn(others, this.#names[index]!));
  }

  /** As {@linkcode CStrings.keep}. */
  keep(): void {
    this.#strings.keep();
  }
}
