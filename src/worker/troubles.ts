/**
 * What goes wrong for a worker, said once: most faults of a disk or a machine come back each second
 * until someone mends them.
 *
 * @module
 */

/** How long not to repeat a trouble that lasts, in milliseconds. */
const REPEAT_AFTER = 10 * 60_000;

/** After how long without it a trouble is over, in milliseconds. */
const OVER_AFTER = 60_000;

/** How many troubles are remembered; of more within a minute, only that is said. */
const MOST_REMEMBERED = 100;

/** What is said of those. */
const MANY = `more than ${MOST_REMEMBERED} different troubles within a minute: not all are said`;

/** The troubles of a worker: each is said when it begins, and every 10 minutes while it lasts. */
export class Troubles {
  readonly #emit: (message: string) => void;
  readonly #now: () => number;
  /** By cause, the longest quiet first: when it was last said, and last met. */
  readonly #known = new Map<string, { said: number; met: number }>();

  /**
   * Makes the troubles of a worker that has none yet.
   *
   * @param emit Called with each message to say.
   * @param now A clock that goes on evenly, in milliseconds.
   */
  constructor(emit: (message: string) => void, now: () => number = () => performance.now()) {
    this.#emit = emit;
    this.#now = now;
  }

  /**
   * Says a trouble, unless its cause is known.
   *
   * @param message What to say, or what makes it.
   * @param cause What is the same for all messages of which one is enough. Default: the message
   * without the last part of the path at its end, which most often is a job's.
   */
  meet(message: string): void;
  meet(message: (isNew: boolean) => string, cause: string): void;
  meet(message: string | ((isNew: boolean) => string), given?: string): void {
    const cause = given ?? causeOf(String(message));
    const now = this.#now();
    this.#forgetOver(now);
    const known = this.#known.get(cause);
    if (!known && this.#known.size >= MOST_REMEMBERED && cause !== MANY) return this.meet(MANY);
    const isDue = !known || now - known.said >= REPEAT_AFTER;
    this.#known.delete(cause);
    this.#known.set(cause, { said: isDue ? now : known.said, met: now });
    if (isDue) this.#emit(typeof message === "string" ? message : message(!known));
  }

  /** A trouble is over: it is new if it comes back. */
  over(cause: string): void {
    this.#known.delete(cause);
  }

  #forgetOver(now: number): void {
    for (const [cause, { met }] of this.#known) {
      if (now - met < OVER_AFTER) return;
      this.#known.delete(cause);
    }
  }
}

function causeOf(message: string): string {
  return message.replace(/(: .*\/)[^/]*$/s, "$1");
}
