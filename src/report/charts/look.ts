/** Colours, dashes and markers: Okabe and Ito's palette, told apart by dash and marker too, in light and dark. */
import type { Look, PartHue, PieceColour } from "./figure.ts";

/** What a chart is drawn on. */
export interface Theme {
  readonly name: "light" | "dark";
  readonly paper: string;
  readonly ink: string;
  readonly soft: string;
  readonly grid: string;
  readonly font: string;
}

const systemFont = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const light: Theme = {
  name: "light",
  paper: "#ffffff",
  ink: "#1c2024",
  soft: "#5a6169",
  grid: "#e4e7ea",
  font: systemFont,
};
export const dark: Theme = {
  name: "dark",
  paper: "#191c20",
  ink: "#e9ecef",
  soft: "#a7aeb6",
  grid: "#33383e",
  font: systemFont,
};

/** Okabe and Ito 2008, without the yellow, which is no colour for a line on white. Lighter on dark paper. */
const hues: Readonly<Record<Theme["name"], readonly string[]>> = {
  light: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"],
  dark: ["#3d9fe0", "#f0793a", "#1fbf92", "#dc92bb", "#f0b63a", "#8cd0f7"],
};
const dashes: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [10, 3, 2, 3], [5, 3], [14, 4, 2, 4, 2, 4]];
const shapes = ["circle", "square", "triangle", "diamond", "wedge"] as const;
export type Shape = (typeof shapes)[number];

/** How one policy is drawn. */
export interface Style {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly shape: Shape;
  /** Hollow markers and pale bars tell the second half of a long list from the first. */
  readonly hollow: boolean;
}

/** The baseline is drawn in ink, solid; every other policy by its place in the list. */
export function styleOf(look: Look, theme: Theme): Style {
  const palette = hues[theme.name];
  const round = Math.floor(look.hue / palette.length);
  return {
    colour: look.baseline ? theme.ink : (palette[look.hue % palette.length] ?? theme.ink),
    dash: dashes[(look.pattern + round) % dashes.length] ?? [],
    shape: shapes[look.pattern % shapes.length] ?? "circle",
    hollow: round % 2 === 1,
  };
}

/** Looks for a list of policies: the baseline first, solid and round, the others in order. */
export function looks(names: readonly string[], baseline: string | null): ReadonlyMap<string, Look> {
  const others = names.filter((name) => name !== baseline);
  const first = others.length === names.length ? 0 : 1;
  return new Map(
    names.map((name): [string, Look] => {
      if (name === baseline) return [name, { hue: 0, pattern: 0, baseline: true }];
      const hue = others.indexOf(name);
      return [name, { hue, pattern: hue + first, baseline: false }];
    }),
  );
}

const partHues: Readonly<Record<Theme["name"], Readonly<Record<PartHue, string>>>> = {
  light: {
    queue: "#d55e00",
    access: "#cc79a7",
    transmit: "#e69f00",
    propagate: "#f0e442",
    codec: "#9aa1a8",
    response: "#009e73",
  },
  dark: {
    queue: "#f0793a",
    access: "#dc92bb",
    transmit: "#f0b63a",
    propagate: "#f5ec7a",
    codec: "#808890",
    response: "#1fbf92",
  },
};

const mix = (from: readonly number[], to: readonly number[], at: number): string =>
  `#${from
    .map((c, i) =>
      Math.round(c + ((to[i] ?? c) - c) * at)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

/** Fill of a piece of a stacked bar: nodes from pale to deep blue in the order of the network, exits from pale to deep green by depth. */
export function pieceFill(colour: PieceColour, theme: Theme): string {
  if ("hue" in colour) return partHues[theme.name][colour.hue];
  const at = colour.of <= 1 ? 0.6 : colour.step / (colour.of - 1);
  const onDark = theme.name === "dark";
  if (colour.ramp === "nodes") return mix([0x9c, 0xd0, 0xf0], onDark ? [0x1f, 0x6c, 0xa8] : [0x00, 0x4c, 0x80], at);
  return mix([0xb9, 0xe6, 0xd4], onDark ? [0x12, 0x80, 0x64] : [0x00, 0x52, 0x3f], at);
}

/** From sand over sea green to night blue: lightness falls all the way, so that the order survives colour blindness and grey print. */
const ramp: readonly (readonly number[])[] = [
  [0xf7, 0xf1, 0xd3],
  [0xc4, 0xdd, 0xc0],
  [0x7f, 0xbf, 0xb9],
  [0x42, 0x98, 0xb5],
  [0x2a, 0x6a, 0xa0],
  [0x23, 0x42, 0x82],
  [0x1b, 0x1d, 0x54],
];

/** Colour of a value on a map. @param at 0, the least, to 1 */
export function heatFill(at: number): string {
  const place = Math.min(1, Math.max(0, at)) * (ramp.length - 1);
  const step = Math.min(ramp.length - 2, Math.floor(place));
  return mix(ramp[step]!, ramp[step + 1]!, place - step);
}

/** Black or white, whichever reads better on `fill` (WCAG relative luminance). */
export function inkOn(fill: string): string {
  const channel = (at: number): number => {
    const c = Number.parseInt(fill.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.18 ? "#101418" : "#ffffff";
}

/** `colour` with an opacity of 0 to 1. */
export function translucent(colour: string, opacity: number): string {
  const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `rgba(${rgb.join(", ")}, ${opacity})`;
}

/** Corners of a marker of radius `r` about the origin; a circle has none. */
export function corners(shape: Shape, r: number): readonly (readonly [number, number])[] {
  const k = r * 0.88;
  if (shape === "square")
    return [
      [-k, -k],
      [k, -k],
      [k, k],
      [-k, k],
    ];
  if (shape === "diamond")
    return [
      [0, -r * 1.25],
      [r * 1.25, 0],
      [0, r * 1.25],
      [-r * 1.25, 0],
    ];
  if (shape === "triangle")
    return [
      [0, -r * 1.2],
      [r * 1.1, r * 0.8],
      [-r * 1.1, r * 0.8],
    ];
  if (shape === "wedge")
    return [
      [0, r * 1.2],
      [r * 1.1, -r * 0.8],
      [-r * 1.1, -r * 0.8],
    ];
  return [];
}
