/** A scenario as an outline of keys and texts, every default spelled out: what `scenario.resolved.yaml` and `explain` show. */

import { linkOutline } from "./link-outline.ts";
import {
  type Entries,
  jitterText,
  leaf,
  leafText,
  map,
  type Outline,
  quantity,
  quoted,
  sayAmount,
} from "./outline-parts.ts";
import { policyOutline } from "./outline-policy.ts";
import type { Dimension } from "./quantity.ts";
import type {
  ClassShares,
  Scenario,
  ScenarioArrivals,
  ScenarioNode,
  ScenarioPrecision,
  ScenarioSamples,
  ScenarioStream,
  ScenarioTensor,
  SweepAxis,
  SyntheticModel,
  Varied,
} from "./scenario.ts";
import { joinPath } from "./tree.ts";

export type { Outline };

function precisionOutline({ targets, most }: ScenarioPrecision): Outline {
  return map([
    ...targets.map(({ metric, relative }) => [metric, leaf(relative)] as const),
    ["max_replications", leaf(most)],
  ]);
}

export function outlineOf(scenario: Scenario): Outline {
  const { run } = scenario;
  const entries: Entries = [
    ["version", leaf(1)],
    ["title", quoted(scenario.title)],
    ["seed", leaf(scenario.seed)],
    ["model", modelOutline(scenario)],
    ["nodes", map(scenario.nodes.map((node) => [node.name, nodeOutline(node)]))],
  ];
  if (scenario.links.length > 0)
    entries.push(["links", map(scenario.links.map((link) => [link.name, linkOutline(link)]))]);
  if (scenario.routes.length > 0)
    entries.push(["routes", leaf(`[${scenario.routes.map((route) => `[${route.join(", ")}]`).join(", ")}]`)]);
  entries.push(
    ["workload", map(scenario.streams.map((stream) => [stream.name, streamOutline(stream)]))],
    ["policies", map(scenario.policies.map((policy) => [policy.name, policyOutline(scenario, policy)]))],
    ["baseline", leaf(scenario.baseline)],
    [
      "run",
      map([
        ...(run.requests === null ? [] : [["requests", leaf(run.requests)] as const]),
        ...(run.duration === null ? [] : [["duration", quantity("time", run.duration)] as const]),
        [
          "warmup",
          run.warmup.kind === "auto"
            ? leaf("auto")
            : run.warmup.kind === "time"
              ? quantity("time", run.warmup.at)
              : leaf(run.warmup.n),
        ],
        ["replications", leaf(run.replications)],
        ...(run.precision === null ? [] : [["precision", precisionOutline(run.precision)] as const]),
        ["confidence", leaf(run.confidence)],
        ...(run.regret ? [] : [["regret", leaf(false)] as const]),
      ]),
    ],
  );
  if (scenario.faults.length > 0)
    entries.push(["faults", { kind: "list", items: scenario.faults.map((f, i) => [String(i), faultOutline(f)]) }]);
  if (scenario.expect.length > 0)
    entries.push(["expect", { kind: "list", items: scenario.expect.map((e, i) => [String(i), quoted(e.text)]) }]);
  if (scenario.sweep.length > 0) entries.push(["sweep", sweepOutline(scenario.sweep)]);
  return map(entries);
}

function nodeOutline(node: ScenarioNode): Outline {
  const { speed, power } = node;
  return map([
    ["count", leaf(node.count)],
    ["servers", leaf(node.servers)],
    speed.kind === "device"
      ? ["device", leaf(speed.device)]
      : speed.kind === "profile"
        ? ["profile", quoted(speed.profile)]
        : speed.kind === "scale"
          ? ["scale", scaleOutline(speed)]
          : speed.kind === "speed"
            ? ["speed", leaf(speed.speed)]
            : ["speed", { kind: "note", text: "the model's own times" }],
    [
      "queue",
      map([
        ["discipline", leaf(node.queue.discipline)],
        ["places", leaf(node.queue.places === Number.POSITIVE_INFINITY ? "unbounded" : node.queue.places)],
        ["batch", batchOutline(node.queue.batch)],
        ["admit", admitOutline(node.queue.admit)],
      ]),
    ],
    [
      "power",
      power === null
        ? leaf("none")
        : map([
            ["idle", quantity("power", power.idle)],
            ["busy", quantity("power", power.busy)],
          ]),
    ],
    ["failures", failuresOutline(node.failures)],
    ["autoscale", autoscaleOutline(node.autoscale)],
    ["background", leaf(node.background)],
    ["price", node.price === null ? leaf("none") : quantity("price-rate", node.price)],
  ]);
}

function admitOutline(admit: ScenarioNode["queue"]["admit"]): Outline {
  if (admit === null) return leaf("none");
  const bucket: Entries =
    admit.rate === null
      ? []
      : [
          ["rate", quantity("frequency", admit.rate)],
          ["burst", leaf(admit.burst)],
        ];
  return map([
    ...bucket,
    ...(admit.wait === null ? [] : [["wait", quantity("time", admit.wait)] as const]),
    ["deadline", leaf(admit.deadline)],
  ]);
}

function autoscaleOutline(autoscale: ScenarioNode["autoscale"]): Outline {
  if (autoscale === null) return leaf("none");
  const threshold = ({ of, limit }: typeof autoscale.up): Outline => map([[of, leaf(limit)]]);
  return map([
    ["min", leaf(autoscale.min)],
    ["max", leaf(autoscale.max)],
    ["up", threshold(autoscale.up)],
    ["down", threshold(autoscale.down)],
    ["every", quantity("time", autoscale.every)],
    ["start_up", quantity("time", autoscale.startUp)],
  ]);
}

function failuresOutline(failures: ScenarioNode["failures"]): Outline {
  if (failures === null) return leaf("none");
  return map([
    ["mtbf", leaf(jitterText(failures.mtbf))],
    ["mttr", leaf(jitterText(failures.mttr))],
    ["clock", leaf(failures.clock)],
    ["in_service", leaf(failures.inService)],
    ["of", leaf(failures.of)],
  ]);
}

function scaleOutline({ factor, perLayer, networks }: Extract<ScenarioNode["speed"], { kind: "scale" }>): Outline {
  if (networks === null)
    return map([
      ["factor", leaf(factor)],
      ["per_layer", quantity("time", perLayer)],
    ]);
  const items = networks.map(({ from, to, layers }, i): [string, Outline] => [
    String(i),
    map([
      ["from", quantity("time", from)],
      ["to", quantity("time", to)],
      ["layers", leaf(layers)],
    ]),
  ]);
  return map([["networks", { kind: "list", items }]]);
}

function faultOutline(fault: Scenario["faults"][number]): Outline {
  return map([
    ["at", quantity("time", fault.at)],
    ["for", quantity("time", fault.for)],
    ["node", leaf(fault.node)],
    ["kind", leaf(fault.kind)],
    ["in_service", leaf(fault.inService)],
  ]);
}

function batchOutline(batch: ScenarioNode["queue"]["batch"]): Outline {
  if (batch === null) return leaf("none");
  return map([
    ["min", leaf(batch.min)],
    ["max", leaf(batch.max)],
    ["wait", quantity("time", batch.wait)],
  ]);
}

function streamOutline(stream: ScenarioStream): Outline {
  return map([
    ["from", leaf(stream.from)],
    ["arrivals", map(arrivalsOutline(stream.arrivals))],
    ["total", leaf(stream.total)],
    ["samples", samplesOutline(stream.samples)],
    ["deadline", stream.deadline === null ? leaf("none") : quantity("time", stream.deadline)],
    ["late", leaf(stream.late)],
    ["answer_to", leaf(stream.answerTo)],
    ["priority", leaf(stream.priority)],
    ["weight", leaf(stream.weight)],
  ]);
}

function samplesOutline(samples: ScenarioSamples): Outline {
  if (typeof samples === "string") return leaf(samples);
  const text = (classes: ClassShares): string =>
    classes === null
      ? "table"
      : `{ ${Object.entries(classes)
          .map(([name, share]) => `${JSON.stringify(name)}: ${share}`)
          .join(", ")} }`;
  const [first] = samples.points;
  if (samples.points.length === 1 && samples.change === "steps" && first!.at === 0)
    return map([["classes", leaf(text(first!.classes))]]);
  const points = samples.points.map(({ at, classes }) => `{ at: ${sayAmount("time", at)}, classes: ${text(classes)} }`);
  return map([
    ["drift", leaf(`[${points.join(", ")}]`)],
    ["change", leaf(samples.change)],
  ]);
}

function arrivalsOutline(arrivals: ScenarioArrivals): Entries {
  const rate = (value: number): Outline => quantity("frequency", value);
  const rates = (values: readonly number[]): string => `[${values.map((v) => sayAmount("frequency", v)).join(", ")}]`;
  const { kind } = arrivals;
  switch (kind) {
    case "poisson":
      return [[kind, rate(arrivals.rate)]];
    case "periodic":
      return [
        [kind, quantity("time", arrivals.period)],
        ["phase", arrivals.phase === null ? leaf("random") : quantity("time", arrivals.phase)],
      ];
    case "trace":
      return [
        [
          kind,
          arrivals.file === null
            ? leaf(`[${arrivals.instants.map((t) => sayAmount("time", t)).join(", ")}]`)
            : quoted(arrivals.file),
        ],
      ];
    case "gamma":
      return [
        [
          kind,
          map([
            ["mean", quantity("time", arrivals.mean)],
            ["cv", leaf(arrivals.cv)],
          ]),
        ],
      ];
    case "weibull":
      return [
        [
          kind,
          map([
            ["shape", leaf(arrivals.shape)],
            ["scale", quantity("time", arrivals.scale)],
          ]),
        ],
      ];
    case "mmpp": {
      const to = arrivals.switch.map((row, from) => row[(from + 1) % row.length]!);
      const isCyclic = arrivals.switch.every((row, from) =>
        row.every((r, s) => r === 0 || s === (from + 1) % row.length),
      );
      const text = isCyclic ? rates(to) : `[${arrivals.switch.map(rates).join(", ")}]`;
      return [
        [
          kind,
          map([
            ["rates", leaf(rates(arrivals.rates))],
            ["switch", leaf(text)],
          ]),
        ],
      ];
    }
    case "on-off":
      return [
        [
          kind,
          map([
            ["rate", rate(arrivals.rate)],
            ["on", leaf(jitterText(arrivals.on))],
            ["off", leaf(jitterText(arrivals.off))],
          ]),
        ],
      ];
    case "diurnal":
      return [
        [
          kind,
          map([
            ["every", quantity("time", arrivals.every)],
            ["rates", leaf(rates(arrivals.rates))],
          ]),
        ],
      ];
    case "closed":
      return [
        [
          kind,
          map([
            ["clients", leaf(arrivals.clients)],
            ["think", leaf(leafText("time", arrivals.think))],
          ]),
        ],
      ];
    case "single-stream":
      return [[kind, leaf("{}")]];
    case "multi-stream":
      return [
        [
          kind,
          arrivals.every === null
            ? leaf(arrivals.samples)
            : map([
                ["samples", leaf(arrivals.samples)],
                ["every", quantity("time", arrivals.every)],
              ]),
        ],
      ];
    case "server":
      return [[kind, rate(arrivals.rate)]];
    case "offline":
      return [[kind, leaf(arrivals.samples ?? "all")]];
    case "batch": {
      const { size } = arrivals;
      const text =
        size.kind === "constant"
          ? String(size.value)
          : size.kind === "geometric"
            ? `{ geometric: ${size.mean} }`
            : `{ discrete: { values: [${size.values.join(", ")}], shares: [${size.shares.join(", ")}] } }`;
      return [
        [
          kind,
          map([
            ["poisson", rate(arrivals.rate)],
            ["size", leaf(text)],
          ]),
        ],
      ];
    }
  }
}

function modelOutline({ model }: Scenario): Outline {
  if (model.kind === "profile")
    return map([
      ["profile", quoted(model.profile)],
      ["result", varied("size", model.result)],
    ]);
  return map([["synthetic", syntheticOutline(model)]]);
}

function syntheticOutline(model: SyntheticModel): Outline {
  return map([
    ...(model.input === null ? [] : [["input", tensor(model.input)] as const]),
    ["result", varied("size", model.result)],
    [
      "segments",
      {
        kind: "list",
        items: model.segments.map((segment) => [
          segment.name,
          map([
            ["name", leaf(segment.name)],
            ["time", varied("time", segment.time)],
            ...(segment.output === null ? [] : [["output", tensor(segment.output)] as const]),
          ]),
        ]),
      },
    ],
    [
      "exits",
      {
        kind: "list",
        items: model.exits.map((exit) => [
          exit.name,
          map([
            ["after", leaf(exit.after)],
            ["name", leaf(exit.name)],
            ...(exit.share === null ? [] : [["share", leaf(exit.share)] as const]),
            ...(exit.accuracy === null ? [] : [["accuracy", leaf(exit.accuracy)] as const]),
            ...(exit.time === null ? [] : [["time", varied("time", exit.time)] as const]),
          ]),
        ]),
      },
    ],
    ...(model.table === null ? [] : [["table", quoted(model.table)] as const]),
  ]);
}

function tensor({ size, encode, decode }: ScenarioTensor): Outline {
  if (encode === null && decode === null) return varied("size", size);
  return map([
    ["size", varied("size", size)],
    ...(encode === null ? [] : [["encode", varied("time", encode)] as const]),
    ...(decode === null ? [] : [["decode", varied("time", decode)] as const]),
  ]);
}

const varied = (dimension: Dimension, value: Varied): Outline => leaf(variedText(dimension, value));

function variedText(dimension: Dimension, value: Varied): string {
  if (value.kind === "batch")
    return `{ batch: { ${value.sizes.map((size, i) => `${size}: ${leafText(dimension, value.times[i]!)}`).join(", ")} } }`;
  if (value.kind !== "on" && value.kind !== "stream") return leafText(dimension, value);
  const parts = Object.entries(value.of).map(([name, one]) => `${name}: ${variedText(dimension, one)}`);
  return `{ ${value.kind}: { ${parts.join(", ")} } }`;
}

export interface OutlineLine {
  readonly path: string;
  readonly text: string;
}

/** All leaves and notes with their paths, in order; a map that has an origin of its own is a line too. */
export function linesOf(outline: Outline, isKnown: (path: string) => boolean, path = ""): OutlineLine[] {
  if (outline.kind === "leaf" || outline.kind === "note") return [{ path, text: outline.text }];
  const children = outline.kind === "map" ? outline.entries : outline.items;
  if (isKnown(path))
    return [
      { path, text: children.map(([key, value]) => `${key} ${value.kind === "leaf" ? value.text : "…"}`).join(", ") },
    ];
  return children.flatMap(([key, value]) => linesOf(value, isKnown, joinPath(path, key)));
}

/** Zipped axes stand one after another, since all are of the one key `zip`. */
function sweepOutline(sweep: Scenario["sweep"]): Outline {
  const paths = (axis: SweepAxis): (readonly [string, Outline])[] =>
    axis.map(({ path, values }) => [path, leaf(`[${values.map((value) => JSON.stringify(value)).join(", ")}]`)]);
  const zips = sweep.filter((axis) => axis.length > 1);
  const zip: Outline =
    zips.length === 1
      ? map(paths(zips[0]!))
      : { kind: "list", items: zips.map((axis, i): readonly [string, Outline] => [String(i), map(paths(axis))]) };
  return map(
    sweep.flatMap((axis) => (axis.length === 1 ? paths(axis) : axis === zips[0] ? [["zip", zip] as const] : [])),
  );
}
