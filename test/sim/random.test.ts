import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { block, deriveKey, KeyedRandom, threefry, uniform } from "../../src/sim/random.ts";

function words(k0: number, k1: number, c0: number, c1: number): string {
  threefry(k0, k1, c0, c1);
  return [...block].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(" ");
}

/** Pearson's statistic of counts that are all expected to be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
}

describe("threefry-2x32-20", () => {
  // kat_vectors of the authors' Random123 library, lines "threefry2x32 20".
  test("all words zero give the published block", () => {
    expect(words(0, 0, 0, 0)).toBe("6b200159 99ba4efe");
  });

  test("all bits one give the published block, written signed or unsigned", () => {
    expect(words(-1, -1, -1, -1)).toBe("1cb996fc bb002be7");
    expect(words(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toBe("1cb996fc bb002be7");
  });

  test("the digits of pi give the published block", () => {
    expect(words(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toBe("c4923a9c 483df7a0");
  });
});

describe("uniform", () => {
  test("every draw is an odd multiple of 2^-53, so never 0 and never 1", () => {
    for (let i = 0; i < 100_000; i++) {
      const whole = uniform(1, 2, i, 3) * 2 ** 53;
      if (!(Number.isSafeInteger(whole) && whole % 2 === 1)) throw new Error(`draw ${i} is ${whole} / 2^53`);
    }
  });

  test("a draw is the block's two words, first the high bits", () => {
    // 0x6b200159 and 0x99ba4efe without their last six bits, then the middle of the cell
    const expected = ((0x6b200159n >> 6n) << 27n) | ((0x99ba4efen >> 6n) << 1n) | 1n;
    expect(uniform(0, 0, 0, 0)).toBe(Number(expected) / 2 ** 53);
  });

  // With 255 degrees of freedom chi-square has mean 255 and standard deviation sqrt(510) = 22.6: four of them around the mean.
  test.each([
    ["requests of one device", (i: number) => uniform(11, 12, i, 5)],
    ["devices at one request", (i: number) => uniform(11, 12, 9, i)],
    ["keys at one counter", (i: number) => uniform(i, 12, 9, 5)],
    ["sub-counters", (i: number) => uniform(11, 12, i >>> 12, (i & 4095) << 20)],
  ])("draws of neighbouring %s fill 256 cells evenly", (_name, draw) => {
    const high = new Array<number>(256).fill(0);
    const low = new Array<number>(256).fill(0);
    for (let i = 0; i < 200_000; i++) {
      const u = draw(i);
      high[Math.floor(u * 256)]! += 1;
      low[Math.floor(u * 2 ** 52) % 256]! += 1;
    }
    for (const counts of [high, low]) {
      expect(chiSquare(counts)).toBeGreaterThan(165);
      expect(chiSquare(counts)).toBeLessThan(345);
    }
  });

  test("neighbouring requests and neighbouring devices are uncorrelated", () => {
    const n = 200_000;
    let requests = 0;
    let devices = 0;
    for (let i = 0; i < n; i++) {
      const u = uniform(7, 8, i, 0) - 0.5;
      requests += u * (uniform(7, 8, i + 1, 0) - 0.5);
      devices += u * (uniform(7, 8, i, 1) - 0.5);
    }
    // A correlation of independent draws has a standard error of 1/sqrt(n); four of them.
    expect(Math.abs(requests / n) * 12).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(devices / n) * 12).toBeLessThan(4 / Math.sqrt(n));
  });
});

describe("streams", () => {
  const keyOf = (seed: number, replication: number, ...path: string[]) => deriveKey(seed, replication, ...path);
  test.each([
    ["purposes", keyOf(7, 0, "arrival", "camera"), keyOf(7, 0, "service", "camera")],
    ["streams of requests", keyOf(7, 0, "arrival", "camera"), keyOf(7, 0, "arrival", "drone")],
    ["replications", keyOf(7, 0, "arrival", "camera"), keyOf(7, 1, "arrival", "camera")],
    ["seeds", keyOf(7, 0, "arrival", "camera"), keyOf(8, 0, "arrival", "camera")],
  ])("of different %s are uncorrelated, in their order and one step apart, and fill a square evenly", (_name, a, b) => {
    const n = 200_000;
    const cells = new Array<number>(256).fill(0);
    let [same, next] = [0, 0];
    for (let i = 0; i < n; i++) {
      const [u, v] = [uniform(a.k0, a.k1, i, 3), uniform(b.k0, b.k1, i, 3)];
      same += (u - 0.5) * (v - 0.5);
      next += (u - 0.5) * (uniform(b.k0, b.k1, i + 1, 3) - 0.5);
      cells[Math.floor(u * 16) * 16 + Math.floor(v * 16)]! += 1;
    }
    // Four standard errors of a correlation; chi-square as above.
    expect(Math.abs(same / n) * 12).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(next / n) * 12).toBeLessThan(4 / Math.sqrt(n));
    expect(chiSquare(cells)).toBeGreaterThan(165);
    expect(chiSquare(cells)).toBeLessThan(345);
  });
});

describe("deriveKey", () => {
  const path = fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.nat(20), fc.maxSafeNat()), {
    maxLength: 4,
  });

  test("paths that differ get keys that differ", () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), path, fc.nat(3), fc.nat(3), path, (s1, r1, p1, s2, r2, p2) => {
        const same = JSON.stringify([s1, r1, p1]) === JSON.stringify([s2, r2, p2]);
        const [a, b] = [deriveKey(s1, r1, ...p1), deriveKey(s2, r2, ...p2)];
        expect(a.k0 === b.k0 && a.k1 === b.k1).toBe(same);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("look-alike paths get keys of their own", () => {
    const paths: (string | number)[][] = [
      [],
      [""],
      ["", ""],
      ["ab", "c"],
      ["a", "bc"],
      ["abc"],
      ["abc\0"],
      ["abc\0\0"],
      [1],
      ["1"],
      [1, 2],
      [12],
    ];
    paths.push(["a", 1], ["a1"], [0], [0, 0], [2 ** 32], [2 ** 32 + 1], ["é"], ["e\u0301"]);
    expect(new Set(paths.map((p) => JSON.stringify(deriveKey(7, 0, ...p)))).size).toBe(paths.length);
  });

  test("seed and replication are not interchangeable, and a seed counts beyond 32 bits", () => {
    const keys = [deriveKey(1, 2), deriveKey(2, 1), deriveKey(1 + 2 ** 32, 2), deriveKey(1 + 2 ** 52, 2)];
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(4);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])("a seed of %s is refused", (seed) => {
    expect(() => deriveKey(seed, 0)).toThrow(RangeError);
  });
});

describe("KeyedRandom", () => {
  const key = deriveKey(3, 1, "rule", "ucb");

  test("draw j is at counter (request, device + j 2^20)", () => {
    const random = new KeyedRandom(key, 17, 4);
    expect([random.uniform(), random.uniform(), random.uniform()]).toEqual(
      [0, 1, 2].map((j) => uniform(key.k0, key.k1, 17, 4 + (j << 20))),
    );
  });

  test("what was drawn at other requests changes nothing", () => {
    const random = new KeyedRandom(key, 1, 0);
    for (let i = 0; i < 10_000; i++) random.uniform();
    random.set(2, 0);
    expect(random.uniform()).toBe(new KeyedRandom(key, 2, 0).uniform());
  });

  test("a hundred thousand draws at one request are all different", () => {
    const random = new KeyedRandom(key, 1, (1 << 20) - 1);
    const seen = new Set<number>();
    for (let i = 0; i < 100_000; i++) seen.add(random.uniform());
    expect(seen.size).toBe(100_000);
  });
});
