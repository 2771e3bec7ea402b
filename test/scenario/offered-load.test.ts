import { expect, test } from "vitest";
import { compile } from "../../src/scenario/compile.ts";
import { exitShares, loadWarnings, offeredLoad } from "../../src/scenario/offered-load.ts";
import { noResources } from "../../src/scenario/resources.ts";
import { changed, example, read } from "./example.ts";
import { load, resourcesWith } from "./profile-fixture.ts";

const loadOf = (text: string, policy: string) => offeredLoad(compile(read(text), policy, noResources))!;

test("load of nodes and links follows from rates, shares, mean times and sizes", () => {
  const { nodes, links } = loadOf(example, "split");
  // Each of four cameras: 2/s x (4 + 0.5) ms on one server.
  expect(nodes.camera).toBeCloseTo(2 * 0.0045, 12);
  // All four at the edge, 40 % of them: 8/s x 0.4 x 8 ms / speed 2 on two servers.
  expect(nodes.edge).toBeCloseTo((8 * 0.4 * 0.004) / 2, 12);
  // Per camera: 2/s x 0.4 x 30 kB at 12 Mbit/s up, 200 B at 50 Mbit/s down.
  expect(links.cell!.up).toBeCloseTo((2 * 0.4 * 30_000 * 8) / 12e6, 12);
  expect(links.cell!.down).toBeCloseTo((2 * 0.4 * 200 * 8) / 50e6, 12);
});

test("a link that all share carries all devices, a fixed one has no load", () => {
  expect(loadOf(changed(["per: camera, ", ""]), "split").links.cell!.up).toBeCloseTo((8 * 0.4 * 30_000 * 8) / 12e6, 12);
  expect(loadOf(changed(["kind: shared", "kind: fixed"]), "split").links.cell).toEqual({ up: null, down: null });
});

test("headers count, and so does a rate of a whole group", () => {
  const { links } = loadOf(
    changed(["jitter: 1 ms", "mtu: 1500 B, header: 40 B"], ["poisson: 2 /s", "poisson: 8 /s, total: true"]),
    "split",
  );
  expect(links.cell!.up).toBeCloseTo((2 * 0.4 * (30_000 + 20 * 40) * 8) / 12e6, 12);
});

test("a rule that never leaves asks the whole of the last node", () => {
  const { nodes, links } = loadOf(example, "there");
  expect(nodes).toEqual({ camera: 0, edge: expect.closeTo((8 * (0.002 + 0.004)) / 2, 12) });
  expect(links.cell!.up).toBeCloseTo((2 * 150_000 * 8) / 12e6, 12);
});

test("shares of a table are those of the rule over its evaluation rows", () => {
  const resources = resourcesWith({ tiny: load() });
  const text = `version: 1
model: { profile: tiny }
nodes: { camera: {} }
workload: { camera: { arrivals: { poisson: 1 /s } } }
policies:
  p: { exit: { rule: max-probability, threshold: 0.45 }, place: { rule: only, node: camera } }
  n: { exit: { rule: never }, place: { rule: only, node: camera } }`;
  const s = read(text, { resources });
  // Confidences at the first exit: 0.665, 0.422 and 0.333.
  const of = (policy: string) => {
    const setup = compile(s, policy, resources);
    return exitShares(setup, [0, 0], setup.streams[0]!);
  };
  const shares = of("p");
  expect(shares.leaves[0]).toBeCloseTo(1 / 3, 12);
  expect(shares.leaves[1]).toBeCloseTo(2 / 3, 12);
  expect(of("n")).toEqual({ leaves: [0, expect.closeTo(1, 12)], heads: [1] });
});

test("a load of 1 and more is warned of, one below is not", () => {
  const text = changed(["poisson: 2 /s", "poisson: 300 /s"]);
  const warnings = loadWarnings("there", loadOf(text, "there"));
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^warning: there offers edge 3.6 times what it can do/);
  expect(loadWarnings("split", loadOf(example, "split"))).toEqual([]);
});
