/**
 * Filling a disk to the last byte, or to the last file, and freeing it again.
 *
 * @module
 */

/** What a disk can run out of. */
export type Shortage = "bytes" | "inodes";

/** Keeps a disk full, also when others remove files from it, until it is released. */
export class Ballast {
  readonly #folder: string;
  #made = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param disk A directory on the disk. */
  constructor(disk: string) {
    this.#folder = `${disk}/ballast`;
  }

  /** Fills the disk, and goes on filling whatever becomes free. */
  load(shortage: Shortage): void {
    Deno.mkdirSync(this.#folder);
    const fill = () => shortage === "bytes" ? this.#fillBytes() : this.#fillInodes();
    fill();
    this.#timer = setInterval(fill, 20);
  }

  /** Frees all that was filled. */
  release(): void {
    clearInterval(this.#timer);
    Deno.removeSync(this.#folder, { recursive: true });
  }

  #fillBytes(): void {
    // Large pieces first, down to the last byte.
    for (const size of [1 << 20, 1 << 16, 1 << 12, 1]) {
      const piece = new Uint8Array(size);
      while (fits(() => Deno.writeFileSync(`${this.#folder}/bytes`, piece, { append: true })));
    }
  }

  #fillInodes(): void {
    const empty = new Uint8Array();
    while (fits(() => Deno.writeFileSync(`${this.#folder}/${this.#made++}`, empty)));
  }
}

/** Whether the disk took what was written; ENOSPC is error 28. */
function fits(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("(os error 28)")) return false;
    throw error;
  }
}
