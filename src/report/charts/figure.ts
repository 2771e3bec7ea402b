/** What a chart shows, as plain data: the PNG painter and the page draw the same figure, and its table stands behind it. */
import type { Unit } from "../format.ts";

/** An axis. Values in a figure are SI; the axis shows value / factor. */
export interface Axis {
  /** What is measured, without its unit. */
  readonly title: string;
  readonly unit: Unit;
  readonly factor: number;
  readonly symbol: string;
  readonly log: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Words in place of numbers: the value i stands for words[i]. */
  readonly words?: readonly string[];
}

/** A point with what is known about its spread; null where nothing is. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The look of a policy, the same in every chart of a run: its places in the lists of hues and of patterns. */
export interface Look {
  readonly hue: number;
  readonly pattern: number;
  readonly baseline: boolean;
}

/** The rows behind a chart. The first column names the row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Common {
  /** File name of the picture, without extension. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows in this run, in a sentence. */
  readonly finding: string;
  /** How to read it, in a sentence. */
  readonly reading: string;
  readonly table: Table;
}

/** Curves: a distribution, or a metric against a swept value. */
export interface Lines extends Common {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly spread: "band" | "whiskers";
  /** Whether each point is marked (a measured point) or the curve is one of very many points. */
  readonly marked: boolean;
  readonly series: readonly { readonly name: string; readonly look: Look; readonly points: readonly Point[] }[];
  /** Lines across the plot, such as a deadline. */
  readonly limits: readonly { readonly at: number; readonly axis: "x" | "y"; readonly label: string }[];
}

/** Bars made of pieces that add up, one a policy. */
export interface Stack extends Common {
  readonly kind: "stack";
  readonly names: readonly string[];
  readonly x: Axis;
  readonly pieces: readonly {
    readonly name: string;
    readonly colour: PieceColour;
    readonly values: readonly (number | null)[];
  }[];
  /** Written at the end of each bar. */
  readonly ends: readonly string[];
}

/** A piece's colour: a step on the ramp of nodes or exits, or a fixed hue. */
export type PieceColour =
  | { readonly ramp: "nodes" | "exits"; readonly step: number; readonly of: number }
  | { readonly hue: PartHue };
export type PartHue = "queue" | "access" | "transmit" | "propagate" | "codec" | "response";

/** Groups of bars: a group a machine or link, a bar a policy. */
export interface Groups extends Common {
  readonly kind: "groups";
  readonly names: readonly string[];
  readonly x: Axis;
  readonly series: readonly {
    readonly name: string;
    readonly look: Look;
    readonly bars: readonly {
      readonly value: number | null;
      readonly low: number | null;
      readonly high: number | null;
      readonly mark: number | null;
    }[];
  }[];
  /** What the mark on a bar means; empty when no bar has one. */
  readonly mark: string;
}

/** One point a policy, with whiskers both ways. */
export interface Cloud extends Common {
  readonly kind: "cloud";
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly {
    readonly name: string;
    readonly look: Look;
    readonly x: number;
    readonly y: number;
    readonly xSpread: readonly [number, number] | null;
    readonly ySpread: readonly [number, number] | null;
    /** Not dominated: drawn filled. */
    readonly best: boolean;
    /** On the line that joins the front of the two metrics shown. */
    readonly front: boolean;
  }[];
}

/** Maps: a grid of cells a panel, all on one scale of colour. */
export interface Heat extends Common {
  readonly kind: "heat";
  /** Values across, as texts. */
  readonly x: { readonly title: string; readonly labels: readonly string[] };
  /** Values upwards, as texts. */
  readonly y: { readonly title: string; readonly labels: readonly string[] };
  readonly scale: Axis & { readonly min: number; readonly max: number };
  /** A panel a policy: cells by row, from the bottom, and column; null where there is no value. */
  readonly panels: readonly { readonly name: string; readonly cells: readonly (readonly (HeatCell | null)[])[] }[];
}

export interface HeatCell {
  readonly value: number;
  /** On the scale, without its unit. */
  readonly text: string;
  readonly low: number | null;
  readonly high: number | null;
  /** Not to be trusted as a figure of its point: drawn hatched. */
  readonly shaky: boolean;
}

/** Differences about zero: a row a metric on a scale of its own, a point a comparison. */
export interface Forest extends Common {
  readonly kind: "forest";
  readonly series: readonly { readonly name: string; readonly look: Look }[];
  readonly rows: readonly {
    readonly name: string;
    /** Which side of zero is better. */
    readonly better: -1 | 0 | 1;
    /** By series; null where there is no value. */
    readonly points: readonly (ForestPoint | null)[];
  }[];
}

export interface ForestPoint {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** The difference and its interval with their unit. */
  readonly text: string;
  /** The interval leaves out 0. */
  readonly settled: boolean;
}

export type Figure = Lines | Stack | Groups | Cloud | Heat | Forest;

/** "Latency (ms)", "Latency (ms, log scale)". */
export function axisTitle(axis: Axis): string {
  const notes = [axis.symbol, axis.log ? "log scale" : ""].filter((note) => note !== "");
  return notes.length === 0 ? axis.title : `${axis.title} (${notes.join(", ")})`;
}
