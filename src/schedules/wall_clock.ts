/**
 * What the clock on the wall shows in a time zone, and when. A wall time is the reading of the
 * clock as if it were UTC, in milliseconds since 1970. Where the clock is set, some wall times
 * never come and some come twice.
 *
 * @module
 */

/** A span of time in which the clock is not set. */
export interface Span {
  /** Its first millisecond since 1970, or -Infinity. */
  readonly from: number;
  /** The first millisecond after it, or Infinity. */
  readonly until: number;
  /** What the clock shows minus UTC, in milliseconds. */
  readonly offset: number;
}

/** The furthest that a zone is from UTC, with a change of its clock added. */
const FURTHEST = 36 * 3_600_000;

/** How many spans to cache. */
const SPANS_KEPT = 4;

/** The clock of a time zone. */
export class WallClock {
  readonly #zone: string;
  /** The spans asked for last: a schedule asks for the same few again and again. */
  #spans: Span[] = [];

  /**
   * @param zone Such as `Europe/Berlin`.
   * @throws {RangeError} If there is no such zone.
   */
  constructor(zone: string) {
    this.#zone = zone;
    this.spanOf(0);
  }

  /** The span around a time. */
  spanOf(time: number): Span {
    const known = this.#spans.find(({ from, until }) => time >= from && time < until);
    if (known) return known;
    const at = (time: number) =>
      Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(this.#zone);
    const moment = at(Math.floor(time));
    // A change at this very moment begins the span; Temporal calls it previous only a moment later.
    const from = at(Math.floor(time) + 1).getTimeZoneTransition("previous");
    const until = moment.getTimeZoneTransition("next");
    const span = {
      from: from?.epochMilliseconds ?? -Infinity,
      until: until?.epochMilliseconds ?? Infinity,
      offset: moment.offsetNanoseconds / 1e6,
    };
    this.#spans = [span, ...this.#spans.slice(0, SPANS_KEPT - 1)];
    return span;
  }

  /**
   * When the clock first shows a wall time; for one that it skips, when it goes on after the gap. A
   * later wall time never comes earlier.
   */
  firstShows(wall: number): number {
    for (let span = this.spanOf(wall - FURTHEST);; span = this.spanOf(span.until)) {
      const time = wall - span.offset;
      if (time < span.until) return Math.max(time, span.from);
    }
  }

  /** The latest wall time that the clock has shown by a time. */
  shownBy(time: number): number {
    const { from, offset } = this.spanOf(time);
    const shown = time + offset;
    if (from === -Infinity) return shown;
    // After the clock is set back it shows wall times again that it has shown before.
    return Math.max(shown, from + this.spanOf(from - 1).offset - 1);
  }
}
