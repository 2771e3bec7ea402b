import { describe, expect, test } from "vitest";
import { simulate } from "../../src/sim/simulation.ts";
import { build, exponential, link, node, type Options, poisson, stream } from "./build.ts";

/** Cameras and sensors, each with a link of their own to one edge; declared in the order given. */
function city(order: readonly ("camera" | "sensor" | "edge")[], change: Partial<Options> = {}) {
  const nodes = { camera: node("camera", { count: 3 }), sensor: node("sensor", { count: 2 }), edge: node("edge") };
  const index = (name: keyof typeof nodes): number => order.indexOf(name);
  const sources = order.filter((name) => name !== "edge");
  const setup = build({
    nodes: order.map((name) => nodes[name]),
    links: sources.map((name) => link(index(name), index("edge"), { name: `${name}-link`, rate: 1e5, latency: 0.01 })),
    streams: sources.map((name) => stream({ name, source: index(name), arrivals: poisson(2) })),
    times: [exponential(0.05), exponential(0.05)],
    share: [0.5, 1],
    sizes: [0, 1000],
    placement: { name: "edge-last", plan: (source) => [source, index("edge")], next: () => 0 },
    run: { requests: 300 },
    ...change,
  });
  const [a, b, c, d] = simulate(setup, 0).fingerprint;
  return { order: [a, b], time: [c, d] };
}

describe("fingerprint", () => {
  const written = city(["camera", "sensor", "edge"]);

  test("does not depend on the order in which nodes, links and streams are declared", () => {
    expect(city(["edge", "sensor", "camera"])).toEqual(written);
    expect(city(["sensor", "camera", "edge"])).toEqual(written);
  });

  test("of times changes with a service that is a millionth longer, of order does not", () => {
    const slower = city(["camera", "sensor", "edge"], { times: [exponential(0.05), exponential(0.05 * (1 + 1e-6))] });
    expect(slower.order).toEqual(written.order);
    expect(slower.time).not.toEqual(written.time);
  });

  test("of order changes with the seed", () => {
    expect(city(["camera", "sensor", "edge"], { seed: 2 }).order).not.toEqual(written.order);
  });
});
