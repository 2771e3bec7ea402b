/** `scale:` of a node: what moves measured times to another host, t' = a t + b for each layer, given or fitted to networks known on both. */
import { field, listOf, plainNumber, quantity, type Reader, record, required, whole } from "./reader.ts";
import type { KnownNetwork, Speed } from "./scenario.ts";
import { child } from "./tree.ts";

export interface Scale {
  readonly factor: number;
  /** [s] */
  readonly perLayer: number;
  /** Mean relative error over the networks, each predicted by a fit to the others; null of fewer than 3. */
  readonly error: number | null;
}

/**
 * Factor and offset with the least sum of squared relative errors; an offset below zero is none.
 * @returns null where the networks do not tell the two apart, or no positive factor fits
 */
export function fitScale(networks: readonly KnownNetwork[]): Scale | null {
  const fit = leastSquares(networks);
  if (fit === null) return null;
  if (networks.length < 3) return { ...fit, error: null };
  const errors = networks.map(({ from, to, layers }, i) => {
    const other = leastSquares(networks.filter((_, j) => j !== i));
    return other === null ? null : Math.abs((other.factor * from + other.perLayer * layers) / to - 1);
  });
  const known = errors.filter((error) => error !== null);
  return { ...fit, error: known.length < networks.length ? null : known.reduce((a, b) => a + b, 0) / known.length };
}

function leastSquares(
  networks: readonly KnownNetwork[],
): { readonly factor: number; readonly perLayer: number } | null {
  // Relative errors: a u + b v - 1 with u = from / to, v = layers / to. The normal equations, v in units of its mean size.
  let [uu, uv, vv, u1, v1] = [0, 0, 0, 0, 0];
  const unit = networks.reduce((sum, { layers, to }) => sum + layers / to, 0) / networks.length;
  for (const { from, to, layers } of networks) {
    const [u, v] = [from / to, layers / to / unit];
    uu += u * u;
    uv += u * v;
    vv += v * v;
    u1 += u;
    v1 += v;
  }
  const determinant = uu * vv - uv * uv;
  if (determinant <= 1e-9 * uu * vv) return null;
  const [factor, offset] = [(vv * u1 - uv * v1) / determinant, (uu * v1 - uv * u1) / determinant];
  if (offset < 0) return { factor: u1 / uu, perLayer: 0 };
  return factor > 0 ? { factor, perLayer: offset / unit } : null;
}

const time = quantity("time", { isPositive: true });

const networkReader = record("a network known on both hosts", {
  from: required("its time on the profile's host", time),
  to: required("its time on this node", time),
  layers: required("its convolutions and dense layers", whole({ min: 1, max: 1_000_000 })),
});

const scaleMap = record("a scale", {
  factor: field("a of a x t + b per layer, bare", plainNumber({ above: 0 })),
  per_layer: field("b, 0 s unless given", quantity("time")),
  networks: field(
    "instead of both: networks timed on the profile's host and on this node, to which they are fitted",
    listOf("network", networkReader, { min: 2, max: 1000 }),
  ),
});

export const scaleReader: Reader<Extract<Speed, { kind: "scale" }>> = {
  schema: scaleMap.schema,
  read(tree, path, to) {
    const given = scaleMap.read(tree, path, to);
    if (given === undefined) return undefined;
    const has = (key: string): boolean => child(tree, key) !== undefined;
    if (has("factor") === has("networks") || (has("networks") && has("per_layer")))
      return to.wrong(tree, path, "either factor (and per_layer) or networks");
    if (!has("networks")) {
      if (given.factor === undefined) return undefined;
      to.origins[path] = { kind: "default", text: `measured times x factor + per_layer a layer; ${usualBand}` };
      const perLayer = given.per_layer ?? to.fill(`${path}.per_layer`, 0);
      return { kind: "scale", factor: given.factor, perLayer, networks: null, error: null };
    }
    const networks = (given.networks ?? []).filter(
      (n): n is KnownNetwork => n.from !== undefined && n.to !== undefined && n.layers !== undefined,
    );
    if (networks.length < (child(tree, "networks") as { items?: readonly unknown[] }).items!.length) return undefined;
    const fit = fitScale(networks);
    if (fit === null)
      return to.wrong(
        child(tree, "networks")!,
        `${path}.networks`,
        "networks of which some have more time for each layer than others, slower on one host than on the other",
      );
    to.origins[path] = {
      kind: "default",
      text: `measured times x ${digits(fit.factor)} + ${digits(fit.perLayer * 1e6)} us a layer, fitted to ${networks.length} networks; ${bandOf(fit.error)}`,
    };
    return { kind: "scale", ...fit, networks };
  },
};

const digits = (x: number): number => Number(x.toPrecision(4));

/**
 * Mean error of times moved from one host to another, over pairs of 205 CPU and 54 GPU set-ups and 15 networks of the ncnn benchmark, one network
 * left out each time: factor and offset per layer fitted on the others.
 */
const usualBand =
  "moved times err by 18 % on average between CPUs, 25 % from x86 to Arm, 22 % from CPU to GPU: read results as +-25 %";

/** What moved times are good for, in words. @param error of a fit, over networks left out of it; null when unknown */
export const bandOf = (error: number | null): string =>
  error === null
    ? usualBand
    : `mean error ${digits(100 * error)} %, of networks left out of the fit: read results as +-${Math.ceil(100 * error)} %`;
