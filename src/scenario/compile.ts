/** A scenario's policy as the simulator takes it: indices for names, a distribution for every time and size. */
import { computeShares, NetworkView } from "../sim/rules/network.ts";
import type { Model, NodeGroup, Policy, Setup, Stream } from "../sim/setup.ts";
import { seconds, watts } from "../units.ts";
import { slowed } from "./background.ts";
import { compileArrivals } from "./compile-arrivals.ts";
import { compileLink } from "./compile-links.ts";
import { profileModel } from "./compile-profile.ts";
import { syntheticModel } from "./compile-synthetic.ts";
import { placesOf, routesOf } from "./places.ts";
import { plain } from "./plain.ts";
import { PluginError } from "./plugins/plugin-error.ts";
import type { Resources } from "./resources.ts";
import { boundOf, makeRules, type Plan } from "./rules.ts";
import { classesOf, mixOf } from "./samples.ts";
import type { Scenario, ScenarioNode, ScenarioPolicy, ScenarioStream } from "./scenario.ts";
import { loadTable } from "./table-file.ts";

/** What the scenario refers to: read when needed, once. A scenario without profile and table needs `noResources`. */
export type Materials = Pick<Resources, "profile" | "bytes">;

export function compile(scenario: Scenario, policyName: string, materials: Materials): Setup {
  const policy = scenario.policies.find((p) => p.name === policyName);
  if (policy === undefined)
    throw new RangeError(`no policy ${policyName} in ${scenario.policies.map((p) => p.name).join(", ")}`);
  if (policy.tune !== null) throw new Error(`policy ${policyName} is to be tuned before it runs`);
  const shares = scenario.nodes.map((node) => node.background);
  const model = slowed(modelOf(scenario, policy, materials), shares);
  const parts = {
    nodes: scenario.nodes.map(
      (node): NodeGroup => ({
        name: node.name,
        count: node.count,
        servers: node.servers,
        queue: { ...node.queue, batch: batchOf(node), admit: admissionOf(node) },
        autoscale: autoscaleOf(node),
        failures: failuresOf(node),
        faults: scenario.faults
          .filter((fault) => fault.node === node.name)
          .map((fault) => ({
            at: seconds(fault.at),
            // In picoseconds, where sums of decimals are exact.
            until: seconds(Math.round((fault.at + fault.for) * 1e12) / 1e12),
            inService: fault.inService,
          })),
        power: node.power === null ? null : { idle: watts(node.power.idle), busy: watts(node.power.busy) },
        price: node.price,
      }),
    ),
    links: scenario.links.map((link) => {
      const devices = scenario.nodes.find(({ name }) => name === link.between[0])!.count;
      return compileLink(link, (name) => nodeIndex(scenario, name), devices, scenario.seed);
    }),
    routes: scenario.routes.map((route) => route.map((name) => nodeIndex(scenario, name))),
    streams: scenario.streams.map((stream) => streamOf(scenario, stream, model, materials)),
    model,
  };
  return {
    ...parts,
    policy: policyOf(scenario, policy, parts),
    run: {
      requests: scenario.run.requests,
      duration: scenario.run.duration === null ? null : seconds(scenario.run.duration),
      warmup:
        scenario.run.warmup.kind === "time"
          ? { kind: "time", at: seconds(scenario.run.warmup.at) }
          : scenario.run.warmup,
      // Too few replications for intervals: the run's own batches must do.
      inBatches: scenario.run.replications < 3,
    },
    seed: scenario.seed,
  };
}

function failuresOf({ failures }: ScenarioNode): NodeGroup["failures"] {
  if (failures === null) return null;
  const { mtbf, mttr, ...rest } = failures;
  return { uptime: plain(mtbf), repair: plain(mttr), ...rest };
}

function admissionOf({ queue: { admit } }: ScenarioNode): NodeGroup["queue"]["admit"] {
  return admit === null ? null : { ...admit, wait: admit.wait === null ? null : seconds(admit.wait) };
}

function autoscaleOf({ autoscale }: ScenarioNode): NodeGroup["autoscale"] {
  if (autoscale === null) return null;
  return { ...autoscale, every: seconds(autoscale.every), startUp: seconds(autoscale.startUp) };
}

function batchOf({ queue: { batch } }: ScenarioNode): NodeGroup["queue"]["batch"] {
  return batch === null ? null : { ...batch, wait: seconds(batch.wait) };
}

export function nodeIndex(scenario: Scenario, name: string): number {
  return scenario.nodes.findIndex((node) => node.name === name);
}

function modelOf(scenario: Scenario, policy: ScenarioPolicy, materials: Materials): Model {
  const { model, exits } = scenario;
  if (model.kind === "profile") return profileModel(scenario, model, policy.place.codec, materials.profile);
  const names = exits.map((exit) => exit.name);
  const table = model.table === null ? null : loadTable(materials, model.table, names);
  return syntheticModel(scenario, model, table, (stream) => placesOf(scenario, policy, stream));
}

function streamOf(scenario: Scenario, stream: ScenarioStream, model: Model, materials: Materials): Stream {
  const source = nodeIndex(scenario, stream.from);
  const { count } = scenario.nodes[source]!;
  const to = stream.answerTo;
  return {
    name: stream.name,
    source,
    arrivals: compileArrivals(stream, count, scenario.run.requests),
    samples: samplesOf(scenario, stream, model, materials),
    deadline: stream.deadline === null ? null : seconds(stream.deadline),
    late: stream.late,
    priority: stream.priority,
    answerTo: to === "source" || to === "nowhere" ? to : nodeIndex(scenario, to),
    weight: stream.weight,
  };
}

function samplesOf(
  scenario: Scenario,
  { samples }: ScenarioStream,
  { outputs }: Model,
  { profile }: Materials,
): Stream["samples"] {
  if (typeof samples === "string") return samples;
  // Without a table nothing is drawn; that is refused when the scenario is read.
  if (outputs.kind !== "table") return "random";
  const names = scenario.model.kind === "profile" ? profile(scenario.model.profile).profile.model.classes : null;
  return mixOf(samples, classesOf(outputs.labels, outputs.classes, names));
}

/** A user's rule is asked already here, about calibration rows. @throws PluginError that names the policy */
function rulesOf(...[scenario, policy, ...rest]: Parameters<typeof makeRules>): ReturnType<typeof makeRules> {
  try {
    return makeRules(scenario, policy, ...rest);
  } catch (error) {
    throw error instanceof PluginError ? error.of(policy.name) : error;
  }
}

/** What rules may know of the network before a run. */
export function planOf({ exits, outputs }: Model, network: NetworkView): Plan {
  return {
    exits: exits.map(({ name }) => name),
    nodes: network.nodes.map(({ name }) => name),
    links: network.links.map(({ name }) => name),
    classes: outputs.kind === "table" ? outputs.classes : 0,
    calibration: outputs.kind === "table" ? outputs.calibration : null,
    cost: computeShares(network, exits.length),
  };
}

function policyOf(
  scenario: Scenario,
  policy: ScenarioPolicy,
  parts: Pick<Setup, "nodes" | "links" | "streams" | "model">,
): Policy {
  const { outputs } = parts.model;
  const network = new NetworkView(parts);
  const plan = planOf(parts.model, network);
  const { exit, place, begin } = rulesOf(scenario, policy, plan, network, outputs);
  return {
    name: policy.name,
    exit,
    place,
    ...(begin === undefined ? {} : { begin }),
    oracle: policy.oracle,
    ...boundOf(policy),
    shared: policy.shared,
    decision: seconds(policy.decision),
    ...(policy.place.reports === null
      ? {}
      : { reports: { every: seconds(policy.place.reports.every), delay: seconds(policy.place.reports.delay) } }),
    mayUse: (source) => {
      const streams = scenario.streams.filter((stream) => nodeIndex(scenario, stream.from) === source);
      return [...new Set(streams.flatMap((stream) => routesOf(scenario, policy, stream).flat()))];
    },
  };
}
