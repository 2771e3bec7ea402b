import { describe, expect, test } from "vitest";
import { MixedRows, rowWeights, type SampleMix } from "../../src/sim/sample-mix.ts";

// Rows 0 to 5: two of class 0, one of class 1, three of class 2.
const labels = [2, 0, 2, 1, 0, 2];
const steady = (...shares: number[]): SampleMix => ({ kind: "mix", change: "steps", points: [{ at: 0, shares }] });

/** How often each row is drawn of evenly spaced uniforms. */
function counts(mix: SampleMix, now = 0, cells = 12_000): number[] {
  const rows = new MixedRows(mix, labels);
  const found = labels.map(() => 0);
  for (let i = 0; i < cells; i++) found[rows.row((i + 0.5) / cells, now)]! += 1 / cells;
  return found;
}

describe("a mix of classes", () => {
  test("gives every class its share, and its rows equal parts of that", () => {
    const found = counts(steady(0.5, 0.2, 0.3));
    [0.1, 0.25, 0.1, 0.2, 0.25, 0.1].forEach((share, row) => {
      expect(found[row]).toBeCloseTo(share, 3);
    });
    expect([...rowWeights(steady(0.5, 0.2, 0.3), labels)]).toEqual(
      [0.1, 0.25, 0.1, 0.2, 0.25, 0.1].map((w) => expect.closeTo(w, 12)),
    );
  });

  test("never asks a class whose share is 0, not even at the ends", () => {
    const rows = new MixedRows(steady(0, 1, 0), labels);
    for (const u of [2 ** -53, 0.5, 1 - 2 ** -53]) expect(rows.row(u, 0)).toBe(3);
  });

  test("drifts along a straight line, and is held before the first point and after the last", () => {
    const mix: SampleMix = {
      kind: "mix",
      change: "linear",
      points: [
        { at: 10, shares: [1, 0, 0] },
        { at: 20, shares: [0, 1, 0] },
      ],
    };
    // A quarter of the way, class 1 has a quarter.
    for (const [now, share] of [
      [0, 0],
      [10, 0],
      [12.5, 0.25],
      [19, 0.9],
      [20, 1],
      [99, 1],
    ] as const)
      expect(counts(mix, now)[3]).toBeCloseTo(share, 3);
    expect([...rowWeights(mix, labels)]).toEqual([0, 0.25, 0, 0.5, 0.25, 0]);
  });

  test("in steps stays as it is until the next point", () => {
    const mix: SampleMix = {
      kind: "mix",
      change: "steps",
      points: [
        { at: 0, shares: [1, 0, 0] },
        { at: 20, shares: [0, 1, 0] },
      ],
    };
    for (const [now, share] of [
      [0, 0],
      [19.99, 0],
      [20, 1],
      [50, 1],
    ] as const)
      expect(counts(mix, now)[3]).toBeCloseTo(share, 9);
  });
});
