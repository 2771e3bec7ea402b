import { expect, test } from "vitest";
import { ByMachine } from "../../src/scenario/by-machine.ts";

test("what is the same for all machines, and what is not, adds up in either order", () => {
  const alike = (to: ByMachine): void => to.add(3, 0.5);
  const uneven = (to: ByMachine): void => to.add(Float64Array.of(2, 1), 0.25);
  for (const order of [
    [alike, uneven],
    [uneven, alike],
  ]) {
    const loads = new ByMachine(3);
    for (const add of order) add(loads);
    // 1.5 each, and 0.5 and 0.25 at the first two.
    expect(loads.most).toBe(2);
    expect(loads.sum()).toBe(1.5 * 3 + 0.75);
    expect(loads.sum((value) => value * value)).toBe(4 + 1.75 ** 2 + 1.5 ** 2);
  }
});
