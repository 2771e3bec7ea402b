import { describe, expect, test } from "vitest";
import { type AccessTimes, downlinkSlot, uplinkSlot } from "../../../src/sim/links/nr/access.ts";
import { Frame } from "../../../src/sim/links/nr/frame.ts";
import { endOfBlock, type Harq, shareOfRounds } from "../../../src/sim/links/nr/harq.ts";

const times: AccessTimes = { grant: "dynamic", occasions: 0, device: 1, station: 2, n1: 2, k2: 2, decode: 2 };
const harq: Harq = { error: 0.1, falls: 0.1, retransmissions: 3 };
const every10ms = 20;

/** Mean, p95 and p99 [ms] of the delay of one block, over all phases of arrival and all outcomes of its transmissions. */
function delays(frame: Frame, at: AccessTimes, direction: 0 | 1): [number, number, number] {
  const cycle = frame.pattern.length * (at.occasions || 1);
  const phases = 100;
  const outcomes: { delay: number; share: number }[] = [];
  for (let i = 0; i < cycle * phases; i++) {
    const arrival = (i + 0.5) / phases;
    const slot = direction === 0 ? uplinkSlot(frame, at, arrival) : downlinkSlot(frame, at, arrival);
    for (let k = 0; k <= harq.retransmissions; k++) {
      const end = endOfBlock(frame, at, direction, slot, k) + at.decode;
      outcomes.push({ delay: frame.startOf(end - arrival) * 1000, share: shareOfRounds(harq, k) / (cycle * phases) });
    }
  }
  outcomes.sort((a, b) => a.delay - b.delay);
  const quantile = (q: number): number => {
    let sum = 0;
    for (const { delay, share } of outcomes) {
      sum += share;
      if (sum >= q) return delay;
    }
    return Number.NaN;
  };
  return [outcomes.reduce((sum, { delay, share }) => sum + delay * share, 0), quantile(0.95), quantile(0.99)];
}

describe("delay of one block in an unloaded cell, 30 kHz, over all phases of arrival", () => {
  // Mean, p95 and p99 in ms, worked out independently of this program.
  const table = [
    ["DDDSU", "uplink, dynamic grant", { ...times }, 0, [6.0, 8.3, 9.3]],
    ["DDDSU", "uplink, a request every 10 ms", { ...times, occasions: every10ms }, 0, [9.8, 14.3, 16.1]],
    ["DDDSU", "uplink, configured grant", { ...times, grant: "configured" }, 0, [3.5, 5.8, 6.8]],
    ["DDDSU", "downlink", { ...times }, 1, [3.2, 6.8, 7.8]],
    ["DDDDDDDSUU", "uplink, dynamic grant", { ...times }, 0, [9.5, 14.1, 16.1]],
    ["DDDDDDDSUU", "uplink, a request every 10 ms", { ...times, occasions: every10ms }, 0, [12.5, 17.0, 21.1]],
    ["DDDDDDDSUU", "uplink, configured grant", { ...times, grant: "configured" }, 0, [4.6, 9.1, 11.1]],
    ["DDDDDDDSUU", "downlink", { ...times }, 1, [3.4, 7.5, 9.5]],
  ] as const;
  let figures = 0;
  test.each(table)(
    "%s, %s: mean, p95 and p99 are those of the table within 2 %",
    (pattern, _, at, direction, expected) => {
      const found = delays(new Frame(1, pattern), at as AccessTimes, direction);
      found.forEach((value, i) => {
        expect(Math.abs(value / expected[i]! - 1), `${value} against ${expected[i]}`).toBeLessThan(0.02);
        figures++;
      });
    },
  );
  test("24 figures were compared", () => {
    expect(figures).toBe(24);
  });
});

describe("slot by slot", () => {
  const frame = new Frame(1, "DDDSU");

  test("a message at the beginning of slot 0 is ready in slot 1, asks in slot 4, is granted in slot 7 and sent in slot 9", () => {
    // Slots:   0 D  1 D  2 D  3 S  4 U | 5 D  6 D  7 D  8 S  9 U. Heard at the end of 4, 2 slots of processing: 7, K2 = 2: 9.
    expect(uplinkSlot(frame, times, 0)).toBe(9);
  });

  test("a message that comes just after its last chance asks one pattern later", () => {
    expect(uplinkSlot(frame, times, 3)).toBe(9);
    expect(uplinkSlot(frame, times, 3.001)).toBe(14);
  });

  test("a configured grant saves the round trip of request and grant", () => {
    expect(uplinkSlot(frame, { ...times, grant: "configured" }, 0)).toBe(4);
  });

  test("a device that is sending asks in its next uplink slot, whatever the period of its requests", () => {
    const rare = { ...times, occasions: every10ms };
    expect(uplinkSlot(frame, rare, 5)).toBe(29);
    expect(uplinkSlot(frame, rare, 5, true)).toBe(14);
  });

  test("downlink waits for processing and the next downlink slot", () => {
    expect(downlinkSlot(frame, times, 0)).toBe(2);
    expect(downlinkSlot(frame, times, 1.5)).toBe(5);
  });

  test("an uplink block that fails in slot 4 is granted again in 7, sent in 9, and then in 14", () => {
    expect([0, 1, 2].map((k) => endOfBlock(frame, times, 0, 4, k))).toEqual([5, 10, 15]);
  });

  test("a downlink block that fails in slot 0 is refused in 4 and sent again in 7; one of slot 2 is refused in 9 only", () => {
    expect(endOfBlock(frame, times, 1, 0, 1)).toBe(8);
    expect(endOfBlock(frame, times, 1, 2, 1)).toBe(13);
  });

  test("in paired spectrum nothing waits for a direction", () => {
    // Ready in 1, heard at 2, processed at 4, K2 = 2: 6.
    expect(uplinkSlot(new Frame(1, "B"), times, 0)).toBe(6);
  });

  test("a slot is 1 ms / 2^mu", () => {
    expect([0, 1, 2, 3, 4].map((mu) => new Frame(mu, "DU").startOf(1))).toEqual([1e-3, 5e-4, 2.5e-4, 1.25e-4, 6.25e-5]);
  });

  test.each(["DDDD", "UUU", "", "DXU"])("pattern %j is refused", (pattern) => {
    expect(() => new Frame(1, pattern)).toThrow(RangeError);
  });
});
