import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Airtime } from "../../../src/sim/links/nr/airtime.ts";
import { Frame } from "../../../src/sim/links/nr/frame.ts";
import { type Harq, rounds, shareOfRounds } from "../../../src/sim/links/nr/harq.ts";

const frame = new Frame(1, "DDDSU");
const up = new Airtime(frame, 0, 0.7);
const down = new Airtime(frame, 1, 0.7);

describe("airtime", () => {
  test("uplink has one slot in five, downlink three and the downlink part of the special one", () => {
    expect(up.share).toBeCloseTo(1 / 5, 12);
    expect(down.share).toBeCloseTo(3.7 / 5, 12);
  });

  test("nothing passes before the first uplink slot at 2 ms; its half has passed at 2.25 ms", () => {
    expect(up.between(0, 2e-3)).toBeCloseTo(0, 12);
    expect(up.between(0, 2.25e-3)).toBeCloseTo(0.25e-3, 12);
    expect(up.between(0, 10e-3)).toBeCloseTo(2e-3, 12);
  });

  test("0.6 ms of uplink from 0 on end in the second uplink slot, at 4.6 ms", () => {
    expect(up.after(0, 0.6e-3)).toBeCloseTo(4.6e-3, 12);
  });

  test("what fills a slot exactly ends with it, not with the beginning of the next one of its direction", () => {
    expect(up.after(0, 0.5e-3)).toBeCloseTo(2.5e-3, 12);
    expect(up.after(0, 5e-3)).toBeCloseTo(25e-3, 12);
  });

  test("downlink airtime stops after the downlink part of a special slot", () => {
    expect(down.between(1.5e-3, 2.5e-3)).toBeCloseTo(0.35e-3, 12);
    expect(down.after(1.5e-3, 0.4e-3)).toBeCloseTo(2.55e-3, 12);
  });

  test("what passes up to the instant that `after` gives is what was asked for", () => {
    const pattern = fc.stringMatching(/^[DSUB]{1,10}$/).filter((p) => /[UB]/.test(p) && /[DSB]/.test(p));
    fc.assert(
      fc.property(
        pattern,
        fc.integer({ min: 0, max: 4 }),
        fc.constantFrom(0 as const, 1 as const),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (slots, numerology, direction, from, wanted) => {
          const airtime = new Airtime(new Frame(numerology, slots), direction, 0.7);
          const at = airtime.after(from, wanted);
          expect(Math.abs(airtime.between(from, at) - wanted)).toBeLessThan(1e-10);
          expect(airtime.between(from, at - 1e-7)).toBeLessThan(wanted);
        },
      ),
    );
  });
});

describe("blocks that fail", () => {
  const harq: Harq = { error: 0.1, falls: 0.1, retransmissions: 3 };

  test("one in ten is sent again, one in a thousand twice", () => {
    // 0.1, 0.1 x 0.01, 0.1 x 0.01 x 0.001
    expect(shareOfRounds(harq, 0)).toBeCloseTo(0.9, 12);
    expect(shareOfRounds(harq, 1)).toBeCloseTo(0.099, 12);
    expect(shareOfRounds(harq, 2)).toBeCloseTo(0.000999, 12);
    expect(shareOfRounds(harq, 3)).toBeCloseTo(0.000001, 12);
  });

  test("a draw decides by the same shares", () => {
    expect([0.5, 0.1, 0.0999, 0.00101, 0.00099, 1.01e-6, 9e-7].map((draw) => rounds(harq, draw))).toEqual([
      0, 0, 1, 1, 2, 2, 3,
    ]);
  });

  test("never more often than allowed, never without error", () => {
    expect(rounds({ error: 0.99, falls: 1, retransmissions: 2 }, 1e-12)).toBe(2);
    expect(rounds({ error: 0, falls: 1, retransmissions: 3 }, 1e-12)).toBe(0);
  });
});
