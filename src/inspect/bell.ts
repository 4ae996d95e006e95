/**
 * Waiting for an event that may have come before.
 *
 * @module
 */

/** A bell that stays rung until it is heard. */
export class Bell {
  #wake = (): void => {};
  #isRung = false;

  /** Rings it. */
  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /**
   * Resolves once it has been rung since it was last heard, or some time has passed.
   *
   * @param patience The longest time to wait, in milliseconds.
   */
  async heard(patience: number): Promise<void> {
    if (!this.#isRung) {
      let timer: ReturnType<typeof setTimeout>;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        timer = setTimeout(resolve, patience);
      });
      clearTimeout(timer!);
    }
    this.#isRung = false;
  }
}
