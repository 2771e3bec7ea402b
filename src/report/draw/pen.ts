/** The part of a 2D drawing context that the charts use, the same in Node and in a browser, and the strokes they share. */
import { corners, type Style } from "../charts/look.ts";

export interface Pen {
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  lineJoin: string;
  font: string;
  textAlign: string;
  textBaseline: string;
  globalAlpha: number;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  beginPath(): void;
  closePath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  rect(x: number, y: number, width: number, height: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  setLineDash(segments: number[]): void;
  fillText(text: string, x: number, y: number): void;
  strokeText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
}

/** A box on the canvas [px]. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Runs `draw` inside `area` only, and leaves the pen as it was. */
export function within(pen: Pen, area: Box, draw: () => void): void {
  pen.save();
  pen.beginPath();
  pen.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
  pen.clip();
  draw();
  pen.restore();
}

/** One straight line. */
export function line(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/** A whisker with caps: along y when `upright`, else along x. */
export function whisker(pen: Pen, at: number, from: number, to: number, cap: number, upright: boolean): void {
  if (upright) {
    line(pen, at, from, at, to);
    line(pen, at - cap, from, at + cap, from);
    line(pen, at - cap, to, at + cap, to);
  } else {
    line(pen, from, at, to, at);
    line(pen, from, at - cap, from, at + cap);
    line(pen, to, at - cap, to, at + cap);
  }
}

/** A policy's marker; hollow ones are filled with the paper. */
export function marker(pen: Pen, style: Style, x: number, y: number, radius: number, paper: string): void {
  pen.save();
  pen.setLineDash([]);
  pen.lineWidth = 1.6;
  pen.lineJoin = "round";
  pen.strokeStyle = style.colour;
  pen.fillStyle = style.hollow ? paper : style.colour;
  pen.beginPath();
  const points = corners(style.shape, radius);
  if (points.length === 0) pen.arc(x, y, radius, 0, Math.PI * 2);
  else for (const [i, [dx, dy]] of points.entries()) i === 0 ? pen.moveTo(x + dx, y + dy) : pen.lineTo(x + dx, y + dy);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.restore();
}
