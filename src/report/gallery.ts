/** Samples as pictures in rows, with two lines of words under each. */
import { fontFiles } from "./assets.ts";
import { light as theme } from "./charts/look.ts";
import type { Picture } from "./picture.ts";

export interface GalleryItem {
  /** 8-bit samples, shape [height, width, channels] with one or three channels. */
  readonly pixels: Uint8Array;
  readonly shape: readonly [number, number, number];
  /** First the answer that is right, then the one that is wrong. */
  readonly lines: readonly [string, string];
}

export interface Gallery {
  readonly id: string;
  readonly title: string;
  readonly finding: string;
  readonly items: readonly GalleryItem[];
}

const family = "Offramp Sans";
const width = 960;
const columns = 6;
const margin = 28;
const side = 112;
const textHeight = 46;
const top = 92;
const colours = { right: "#00614a", wrong: "#9a3412" };

/** The same gallery gives the same bytes. Drawn at twice its layout size, as charts are. */
export async function drawGallery({ id, title, finding, items }: Gallery): Promise<Picture> {
  const { createCanvas, GlobalFonts } = await import("@napi-rs/canvas");
  for (const file of fontFiles()) GlobalFonts.registerFromPath(file, family);
  const height = top + Math.ceil(items.length / columns) * (side + textHeight + 14) + 10;
  const sheet = createCanvas(2 * width, 2 * height);
  const pen = sheet.getContext("2d");
  pen.scale(2, 2);
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, width, height);
  pen.fillStyle = theme.ink;
  pen.font = `bold 19px "${family}"`;
  pen.fillText(title, margin, 38);
  pen.fillStyle = theme.soft;
  pen.font = `14px "${family}"`;
  pen.fillText(finding, margin, 64);
  pen.imageSmoothingEnabled = false;
  const step = (width - 2 * margin - side) / (columns - 1);
  items.forEach((item, i) => {
    const x = margin + (i % columns) * step;
    const y = top + Math.floor(i / columns) * (side + textHeight + 14);
    pen.drawImage(thumbnail(item), x, y, side, side);
    pen.strokeStyle = theme.grid;
    pen.strokeRect(x, y, side, side);
    pen.font = `12px "${family}"`;
    item.lines.forEach((line, k) => {
      pen.fillStyle = k === 0 ? colours.right : colours.wrong;
      pen.fillText(line, x, y + side + 18 + 17 * k);
    });
  });
  return { name: id, png: await sheet.encode("png") };

  function thumbnail({ pixels, shape: [h, w, channels] }: GalleryItem) {
    const small = createCanvas(w, h);
    const context = small.getContext("2d");
    const data = context.createImageData(w, h);
    for (let at = 0; at < w * h; at += 1) {
      for (let c = 0; c < 3; c += 1) data.data[4 * at + c] = pixels[at * channels + (channels === 1 ? 0 : c)]!;
      data.data[4 * at + 3] = 255;
    }
    context.putImageData(data, 0, 0);
    return small;
  }
}
