import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Picture } from "../../src/report/picture.ts";
import { fixture, usual } from "./fixture.ts";

// A machine without a single font: only what ships can draw text. Read when the canvas is first loaded.
const before = process.env.DISABLE_SYSTEM_FONTS_LOAD;
beforeAll(() => {
  process.env.DISABLE_SYSTEM_FONTS_LOAD = "1";
});
afterAll(() => {
  if (before === undefined) delete process.env.DISABLE_SYSTEM_FONTS_LOAD;
  else process.env.DISABLE_SYSTEM_FONTS_LOAD = before;
});

async function draw(sketch = usual): Promise<Picture[]> {
  const { renderCharts } = await import("../../src/report/picture.ts");
  const { result, distributions } = fixture(sketch);
  const pictures: Picture[] = [];
  for await (const picture of renderCharts(result, distributions)) pictures.push(picture);
  return pictures;
}

const hash = ({ name, png }: Picture): string => `${name} ${createHash("sha256").update(png).digest("hex")}`;

test("the same run draws the same bytes", async () => {
  const [once, again] = [await draw(), await draw()];
  expect(once.length).toBe(14);
  expect(again.map(hash)).toEqual(once.map(hash));
});

test("a picture is white paper with its title on it, in the font that ships", async () => {
  const [picture] = await draw();
  if (!picture) throw new Error("no picture");
  const { createCanvas, GlobalFonts, loadImage } = await import("@napi-rs/canvas");
  expect(GlobalFonts.families.map(({ family }) => family)).toEqual(["Inter", "Offramp Sans"]);
  const image = await loadImage(picture.png);
  expect(image.width).toBe(1920);
  const pen = createCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  expect([...pen.getImageData(1, 1, 1, 1).data]).toEqual([255, 255, 255, 255]);
  // The title's line: from 22 to 47 layout pixels, twice that in the file.
  const { data } = pen.getImageData(44, 44, 900, 50);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) if ((data[i] ?? 255) < 90) dark++;
  expect(dark).toBeGreaterThan(1500);
});

test.each([
  ["one policy", { ...usual, policies: ["split-90"] }],
  [
    "twelve policies with long names",
    { ...usual, policies: Array.from({ length: 12 }, (_, i) => `a-policy-with-a-rather-long-name-that-ends-in-${i}`) },
  ],
  ["microseconds", { ...usual, scale: 1e-5 }],
  ["minutes", { ...usual, scale: 2000, replications: 2 }],
  ["a sweep of thirty points", { ...usual, sweep: { path: "x", values: Array.from({ length: 30 }, (_, i) => i) } }],
])("%s can be drawn", async (_, sketch) => {
  for (const { png } of await draw(sketch)) expect(png.length).toBeGreaterThan(8000);
});
