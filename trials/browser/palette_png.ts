/**
 * Pictures of screens made small: at most 256 colours, which on a screen are nearly all.
 *
 * @module
 */

import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A picture: its pixels as 0xRRGGBB, row by row. */
interface Picture {
  width: number;
  height: number;
  pixels: Uint32Array;
}

/** The same picture with a palette of 256 of its colours; others become the nearest. */
export function withPalette(png: Uint8Array): Uint8Array {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = paletteOf(counts);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x]!;
      let place = places.get(colour);
      if (place === undefined) places.set(colour, place = nearest(palette, colour));
      // Each row begins with its filter: none.
      rows[y * (width + 1) + 1 + x] = place;
    }
  }
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = palette.flatMap((colour) => [colour >> 16, colour >> 8 & 255, colour & 255]);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", head),
    chunk("PLTE", Uint8Array.from(colours)),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", new Uint8Array()),
  ];
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The most frequent colours, then those whose lack would change the picture most. */
function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const colours = [...counts].sort((a, b) => b[1] - a[1]);
  const palette = colours.slice(0, 128).map(([colour]) => colour);
  const others = colours.slice(128).map(([colour, count]) => {
    const near = palette[nearest(palette, colour)]!;
    return { colour, count, error: difference(colour, near) };
  });
  while (palette.length < Math.min(256, colours.length)) {
    const { colour } = others.reduce((worst, other) =>
      other.count * other.error > worst.count * worst.error ? other : worst
    );
    palette.push(colour);
    for (const other of others) {
      other.error = Math.min(other.error, difference(other.colour, colour));
    }
  }
  return palette;
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Infinity];
  for (const [place, other] of palette.entries()) {
    const distance = difference(colour, other);
    if (distance < least) [best, least] = [place, distance];
  }
  return best;
}

function difference(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = (one >> 8 & 255) - (other >> 8 & 255);
  const blue = (one & 255) - (other & 255);
  return red * red + green * green + blue * blue;
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(body, 8);
  view.setUint32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
  return out;
}

/** Reads what the browser writes: 8 bits for each of three or four channels, not interlaced. */
function decode(png: Uint8Array): Picture {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const step = png[25] === 6 ? 4 : 3;
  const bodies: Uint8Array[] = [];
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    if (type === "IDAT") bodies.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const rows = inflateSync(new Uint8Array(bodies.flatMap((body) => [...body])));
  const pixels = new Uint32Array(width * height);
  const length = width * step;
  let above = new Uint8Array(length);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)]!;
    const row = rows.slice(y * (length + 1) + 1, (y + 1) * (length + 1));
    for (let at = 0; at < length; at++) {
      const left = at < step ? 0 : row[at - step]!;
      const corner = at < step ? 0 : above[at - step]!;
      row[at]! += predicted(filter, left, above[at]!, corner);
    }
    for (let x = 0; x < width; x++) {
      const at = x * step;
      pixels[y * width + x] = row[at]! << 16 | row[at + 1]! << 8 | row[at + 2]!;
    }
    above = row;
  }
  return { width, height, pixels };
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((one) => Math.abs(guess - one));
  if (toLeft! <= toUp! && toLeft! <= toCorner!) return left;
  return toUp! <= toCorner! ? up : corner;
}
