/**
 * What the clock on the wall shows in a time zone, and when. A wall time is the reading of the clock as if
 * it were UTC, in milliseconds since 1970: two of them can be compared and counted with, though a clock that
 * is changed skips some and shows others twice.
 *
 * @module
 */

/** A span of time in which the clock was not changed. */
export interface Span {
  /** Its first millisecond since 1970, or -Infinity. */
  readonly from: number;
  /** The first millisecond that is no longer in it, or Infinity. */
  readonly until: number;
  /** What the clock shows minus UTC, in milliseconds. */
  readonly offset: number;
}

/** No zone is further from UTC, even together with a change of its clock. */
const FURTHEST = 36 * 3_600_000;

/** How many spans are kept in mind. */
const SPANS_KEPT = 4;

/** The clock of a time zone. */
export class WallClock {
  readonly #zone: string;
  /** Those asked for last: a schedule asks again and again for the same few. */
  #spans: Span[] = [];

  /**
   * @param zone Such as `Europe/Berlin`.
   * @throws {RangeError} If there is no such zone.
   */
  constructor(zone: string) {
    this.#zone = zone;
    this.spanOf(0);
  }

  /** The span around a time in which the clock was not changed. */
  spanOf(time: number): Span {
    const known = this.#spans.find(({ from, until }) => time >= from && time < until);
    if (known) return known;
    const at = (time: number) =>
      Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(this.#zone);
    const moment = at(Math.floor(time));
    // A change at the moment itself begins this span, and counts as a previous one only later.
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
   * When the clock first shows a wall time; one that it skips counts as shown when it goes on. A later wall
   * time is never shown earlier.
   */
  firstShows(wall: number): number {
    for (let span = this.spanOf(wall - FURTHEST);; span = this.spanOf(span.until)) {
      const time = wall - span.offset;
      if (time < span.until) return Math.max(time, span.from);
    }
  }

  /** The last wall time that the clock has first shown by then. */
  shownBy(time: number): number {
    const { from, offset } = this.spanOf(time);
    const shown = time + offset;
    if (from === -Infinity) return shown;
    // After the clock is set back it shows again what it has shown before.
    return Math.max(shown, from + this.spanOf(from - 1).offset - 1);
  }
}
