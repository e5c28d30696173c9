// Writes a picture of a page as a PNG of 256 colours, a third of what the browser writes: pages have few, and shades of them.

import { crc32, deflateSync } from "node:zlib";
import type { Page } from "@playwright/test";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;

interface Pixels {
  width: number;
  height: number;
  /** Red, green and blue of each pixel, as one number. */
  colours: number[];
}

/** The browser knows how to read its own pictures. */
async function pixels(page: Page, png: Buffer): Promise<Pixels> {
  return page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
    const colours = Array.from({ length: width * height }, (_, at) => {
      const [red = 0, green = 0, blue = 0] = [data[at * 4], data[at * 4 + 1], data[at * 4 + 2]];
      return red * 65_536 + green * 256 + blue;
    });
    return { width, height, colours };
  }, png.toString("base64"));
}

function distance(one: number, other: number): number {
  return [16, 8, 0].reduce((sum, bits) => sum + (((one >> bits) & 255) - ((other >> bits) & 255)) ** 2, 0);
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** The most frequent colours stay; each other becomes the nearest of them. */
export async function smallPng(page: Page, png: Buffer): Promise<Buffer> {
  const { width, height, colours } = await pixels(page, png);
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const kept = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const palette = kept.slice(0, MOST_COLOURS);
  const place = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of kept.slice(MOST_COLOURS)) {
    const nearest = palette.reduce((best, one) => (distance(one, colour) < distance(best, colour) ? one : best));
    place.set(colour, place.get(nearest) ?? 0);
  }
  const rows = Buffer.alloc((width + 1) * height);
  for (const [at, colour] of colours.entries()) {
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = place.get(colour) ?? 0;
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const table = Buffer.from(palette.flatMap((colour) => [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", table),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
