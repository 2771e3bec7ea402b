import { expect, test } from "vitest";
import { replicate } from "../../src/experiment/replicate.ts";
import { Window } from "../../src/experiment/window.ts";
import { simulate } from "../../src/sim/simulation.ts";
import { build, exponential, poisson, stream } from "../sim/build.ts";

/** About 300,000 events: several pieces. */
const setup = build({
  streams: [stream({ arrivals: poisson(0.8) })],
  times: [exponential(1)],
  run: { requests: 150_000 },
});

test("a replication in pieces is the replication as a whole", async () => {
  let pauses = 0;
  const pieces = await replicate(setup, 3, null, () => void pauses++);
  const whole = simulate(setup, 3);
  expect(pauses).toBeGreaterThan(2);
  expect(pieces.fingerprint).toEqual(whole.fingerprint);
  expect(new Window(setup, pieces, 0).completed(() => true)).toEqual(new Window(setup, whole, 0).completed(() => true));
});

test("whoever looks in between can stop it there", async () => {
  let looks = 0;
  const stop = (): void => {
    if (++looks === 2) throw new Error("enough");
  };
  await expect(replicate(setup, 0, null, stop)).rejects.toThrow("enough");
  expect(looks).toBe(2);
});
