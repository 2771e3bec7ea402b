/** A link as an outline of keys and texts, every default spelled out. */
import { cellOutline } from "./nr-outline.ts";
import { jitterText, leaf, leafText, map, type Outline, quantity, quoted, sayAmount } from "./outline-parts.ts";
import type { Dimension } from "./quantity.ts";
import type { ScenarioLink, ScenarioLoss, ScenarioVarying } from "./scenario.ts";

type Entries = (readonly [string, Outline])[];

export function linkOutline(link: ScenarioLink): Outline {
  return map([
    ["between", leaf(`[${link.between.join(", ")}]`)],
    ["kind", leaf(link.kind)],
    ...(link.preset === null ? [] : [["preset", leaf(link.preset)] as const]),
    ["per", leaf(link.per ?? "all")],
    ...(link.attach === null ? [] : [["attach", leaf("all")] as const]),
    ...(link.nr?.radio ? [] : capacities(link)),
    ["latency", changing("time", link.latency)],
    ["jitter", jitter(link)],
    ["per_message", quantity("time", link.perMessage)],
    ["mtu", quantity("size", link.mtu)],
    ["header", quantity("size", link.header)],
    ["loss", link.loss === null ? leaf("none") : loss(link.loss)],
    ["outages", outages(link.outages)],
    ["connection", leaf(link.connection)],
    ["energy", energy(link.energy)],
    ["flow_cap", quantity("rate", link.flowCap)],
    ...(link.nr === null ? [] : cellOutline(link.nr)),
  ]);
}

const capacities = (link: ScenarioLink): Entries => [
  ["up", changing("rate", link.up)],
  ["down", changing("rate", link.down)],
];

function changing(dimension: Dimension, value: number | ScenarioVarying): Outline {
  if (typeof value === "number") return quantity(dimension, value);
  switch (value.kind) {
    case "steps": {
      const played: Entries = [
        ["start", value.start === "random" ? leaf("random") : quantity("time", value.start)],
        ["then", leaf(value.repeats ? "loop" : "hold")],
      ];
      const { source } = value;
      if (source === null) {
        const steps = value.at.map((t, i) => `[${sayAmount("time", t)}, ${sayAmount(dimension, value.values[i]!)}]`);
        return map([["steps", leaf(`[${steps.join(", ")}]`)], ["length", quantity("time", value.length)], ...played]);
      }
      return map([
        ["trace", quoted(source.file)],
        ...(source.format === null ? [] : [["format", leaf(source.format)] as const]),
        ...(source.column === null ? [] : [["column", quoted(source.column)] as const]),
        ...(source.bin === null ? [] : [["bin", quantity("time", source.bin)] as const]),
        ...(source.pauses === null ? [] : [["pauses", leaf(source.pauses)] as const]),
        ...played,
      ]);
    }
    case "gauss-markov":
      return map([
        [
          "gauss-markov",
          map([
            ["mean", quantity(dimension, value.mean)],
            ["sd", quantity(dimension, value.sd)],
            ["correlation", leaf(value.correlation)],
            ["every", quantity("time", value.every)],
          ]),
        ],
      ]);
    case "two-state":
      return map([
        [
          "two-state",
          map([
            ["good", quantity(dimension, value.good)],
            ["bad", quantity(dimension, value.bad)],
            ["good_for", leaf(jitterText(value.goodFor))],
            ["bad_for", leaf(jitterText(value.badFor))],
          ]),
        ],
      ]);
  }
}

function jitter({ jitter: spread, bursts }: ScenarioLink): Outline {
  if (bursts === null) return leaf(spread === null ? "none" : jitterText(spread));
  const spells = map([
    ["every", leaf(jitterText(bursts.every))],
    ["for", leaf(leafText("time", bursts.lasts))],
  ]);
  if (spread === null) return map([["bursts", spells]]);
  // "{ lognormal: { … } }" as an entry of a map that has another.
  const match = /^\{ ([a-z-]+): (.*) \}$/s.exec(jitterText(spread))!;
  return map([
    [match[1]!, leaf(match[2]!)],
    ["bursts", spells],
  ]);
}

function loss(given: ScenarioLoss): Outline {
  const probabilities: Entries =
    given.kind === "bernoulli"
      ? [["probability", leaf(given.probability)]]
      : [
          ["good", leaf(given.good)],
          ["bad", leaf(given.bad)],
          ["good_for", leaf(jitterText(given.goodFor))],
          ["bad_for", leaf(jitterText(given.badFor))],
        ];
  return map([
    ...probabilities,
    ["per", leaf(given.per)],
    ["retry", quantity("time", given.retry)],
    ["attempts", leaf(given.attempts)],
  ]);
}

function outages(given: ScenarioLink["outages"]): Outline {
  if (given === null) return leaf("none");
  if (given.kind === "random")
    return map([
      ["mtbf", leaf(jitterText(given.mtbf))],
      ["mttr", leaf(jitterText(given.mttr))],
    ]);
  const each = given.windows.map((w) => `{ at: ${sayAmount("time", w.at)}, for: ${sayAmount("time", w.for)} }`);
  return leaf(`[${each.join(", ")}]`);
}

function energy(given: ScenarioLink["energy"]): Outline {
  if (given === null) return leaf("none");
  return map([
    ["sending", quantity("power", given.sending)],
    ["receiving", quantity("power", given.receiving)],
    [
      "per_byte",
      map([
        ["up", quantity("energy-per-size", given.perByteSent)],
        ["down", quantity("energy-per-size", given.perByteReceived)],
      ]),
    ],
    ["connected", quantity("power", given.connected)],
    ["tail", quantity("time", given.tail)],
  ]);
}
