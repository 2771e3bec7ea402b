import fc from "fast-check";
import { expect, test } from "vitest";
import { type LoopHost, takeLoop } from "../../../src/sim/loop/event-loop.ts";
import { uniform } from "../../../src/sim/random.ts";

const { call } = takeLoop({} as LoopHost);
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test("the event loop draws the uniform numbers that the rest of the simulator draws", () => {
  fc.assert(
    fc.property(word, word, word, word, (k0, k1, c0, c1) => {
      expect(call.uniform(k0, k1, c0, c1)).toBe(uniform(k0, k1, c0, c1));
    }),
    { numRuns: 2000 },
  );
});
