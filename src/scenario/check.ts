/** What can be wrong only between sections: routes, shares that a rule needs, times of nodes, profiles that do not fit each other. */
import type { Profile } from "../profile.ts";
import { findRoute } from "../sim/routes.ts";
import type { RuleValues } from "../sim/rules/options.ts";
import type { ExitScores } from "../sim/setup.ts";
import { checkBatches } from "./check-stations.ts";
import { arrivalsWithin } from "./compile-arrivals.ts";
import { leafFor } from "./distribution.ts";
import { type Report, show } from "./errors.ts";
import { checkExpectedPoints } from "./expect.ts";
import { openProfile } from "./model.ts";
import { mostMachines } from "./nodes.ts";
import { placesOf, routesOf } from "./places.ts";
import { ruleText } from "./plugins/index.ts";
import { fitting } from "./profile-file.ts";
import type { Reading } from "./reading.ts";
import { FileFault } from "./resources.ts";
import type { NestedOptions } from "./rule-options.ts";
import { exitHalf, jointRuleOf } from "./rule-types.ts";
import { mostRequests } from "./run.ts";
import { type Classes, checkSamples, classesOf } from "./samples.ts";
import type { Scenario, ScenarioPolicy, ScenarioStream, ScenarioTensor, SyntheticModel, Varied } from "./scenario.ts";
import { checkSequences } from "./sequences.ts";
import { loadTable } from "./table-file.ts";
import { nearestPlace, type Tree } from "./tree.ts";

/** Reports what does not fit together in a scenario whose sections are each in order. */
export function checkTogether(scenario: Scenario, tree: Tree, to: Reading): void {
  const seen = new Set<string>();
  const report: Report = (path, expected, got, hint = null) => {
    const key = JSON.stringify([path, expected, got]);
    if (seen.has(key)) return;
    seen.add(key);
    to.report(nearestPlace(tree, path), path, expected, got, hint);
  };
  checkExpectedPoints(scenario, report);
  checkLinks(scenario, report);
  if (!checkRoutes(scenario, report)) return;
  checkNodes(scenario, tree, to, report);
  checkLength(scenario, report);
  checkClients(scenario, report);
  checkWarmup(scenario, report);
  checkSequences(scenario, report);
  checkSamples(scenario, () => tableClasses(scenario, to), report);
  for (const policy of scenario.policies) {
    checkEvidence(scenario, policy, to, report);
    checkCodec(scenario, policy, to, report);
    for (const stream of scenario.streams) checkPlaces(scenario, policy, stream, to, report);
  }
}

function checkLinks({ links }: Scenario, report: Report): void {
  links.forEach((link, i) => {
    const [a, b] = link.between;
    const other = links.slice(0, i).find((l) => l.between.includes(a) && l.between.includes(b));
    if (other !== undefined)
      report(
        `links.${link.name}.between`,
        `one link between ${a} and ${b}`,
        `a second beside "${other.name}"`,
        "requests would never take it",
      );
  });
}

/** Whether every way that is given follows links. */
function checkRoutes({ routes, links }: Scenario, report: Report): boolean {
  let isFine = true;
  routes.forEach((route, i) => {
    route.slice(1).forEach((name, k) => {
      const before = route[k]!;
      if (links.some(({ between }) => between.includes(before) && between.includes(name))) return;
      report(`routes.${i}`, "nodes that a link joins, one after the other", `${before} and ${name}, which none joins`);
      isFine = false;
    });
  });
  return isFine;
}

function checkNodes(scenario: Scenario, tree: Tree, to: Reading, report: Report): void {
  const machines = scenario.nodes.reduce((sum, node) => sum + node.count, 0);
  if (machines > 4 * mostMachines) report("nodes", `at most ${4 * mostMachines} machines in all`, String(machines));
  for (const { name, speed } of scenario.nodes) {
    if (speed.kind === "model" || speed.kind === "speed") continue;
    const path = `nodes.${name}.${speed.kind}`;
    if (scenario.model.kind === "synthetic") {
      report(
        path,
        "speed, beside a synthetic model",
        speed.kind,
        "only a measured profile says what a device has to compute",
      );
      continue;
    }
    if (speed.kind === "device") {
      const { profile } = to.resources.profile(scenario.model.profile);
      if (profile.segments.every(({ trunk }) => trunk.macs === 0))
        report(
          path,
          "speed, or a profile of its own: the model's profile says no MACs",
          "a device, whose time is reckoned from MACs",
          "offramp import takes macs and layers in its csv of times",
        );
      continue;
    }
    if (speed.kind === "scale") continue;
    const own = openProfile(speed.profile, nearestPlace(tree, path), path, to);
    const fault = own === undefined ? null : misfit(own, to.resources.profile(scenario.model.profile).profile);
    if (fault !== null) report(path, `a profile of the same network as ${scenario.model.profile}`, fault);
  }
}

function misfit(own: Profile, model: Profile): string | null {
  const pieces = (profile: Profile): string =>
    profile.segments.map((s) => `${s.name}${s.head === null ? "" : "+head"}`).join(", ");
  if (pieces(own) === pieces(model)) return null;
  return `one with the segments ${pieces(own)} instead of ${pieces(model)}`;
}

/** Clients of one stream, over all its devices. */
const mostClients = 2 ** 24;

/** A unit mistaken by a factor of a thousand must not run for days. */
function checkLength({ run, streams, nodes }: Scenario, report: Report): void {
  if (run.duration === null) return;
  const { duration } = run;
  const arrivals = streams.reduce((sum, stream) => sum + (arrivalsWithin(stream, nodes, duration) ?? 0), 0);
  if (arrivals > mostRequests)
    report("run.duration", `at most ${mostRequests} arrivals in a replication`, `about ${arrivals.toExponential(1)}`);
}

function tableClasses({ model }: Scenario, to: Reading): Classes | null {
  if (model.kind === "synthetic" && model.table === null) return null;
  if (model.kind === "synthetic") {
    const { labels, classes } = loadTable(to.resources, model.table!, to.names.exits);
    return classesOf(labels, classes, null);
  }
  const { profile, table } = to.resources.profile(model.profile);
  return classesOf(table().labels, table().classes, profile.model.classes);
}

/** Of the expected length of a run and its warm-up: below this, chance does not make up for the difference. */
const certainly = 0.9;

/** A warm-up by the clock must end before the arrivals do, as far as that is known. */
function checkWarmup({ run, streams, nodes }: Scenario, report: Report): void {
  if (run.warmup.kind !== "time" || run.requests === null) return;
  if (streams.some(({ arrivals }) => arrivals.kind === "diurnal")) return;
  const at = run.warmup.at;
  if (at === 0) return;
  const before = streams.map((stream) => arrivalsWithin(stream, nodes, at));
  if (before.includes(null)) return;
  const ends = streams.map(({ arrivals }) => (arrivals.kind === "trace" ? (arrivals.instants.at(-1) ?? 0) : null));
  const isOver = ends.every((end) => end !== null && end <= at);
  const rate = streams.reduce((sum, { arrivals }, s) => sum + (arrivals.kind === "trace" ? 0 : before[s]! / at), 0);
  // All arrivals of a run without traces come within requests / rate, give or take chance.
  const length = ends.every((end) => end === null) && rate > 0 ? run.requests / rate : Number.POSITIVE_INFINITY;
  if (isOver || length <= certainly * at)
    report(
      "run.warmup",
      "a time before the end of the run",
      `${at} s, when ${isOver ? "every arrival has been" : `the ${run.requests} requests have come after about ${Number(length.toPrecision(3))} s`}`,
      "give more requests, or a shorter warm-up",
    );
}

/** Clients of all devices are events that wait; and what "all" means must be known. */
function checkClients({ streams, nodes, run }: Scenario, report: Report): void {
  for (const { name, arrivals, total, from } of streams) {
    const path = `workload.${name}.arrivals`;
    const devices = total ? 1 : nodes.find((node) => node.name === from)!.count;
    if (arrivals.kind === "closed" && arrivals.clients * devices > mostClients)
      report(`${path}.closed.clients`, `at most ${mostClients} clients in all`, String(arrivals.clients * devices));
    if (arrivals.kind === "offline" && arrivals.samples === null && (run.requests === null || streams.length > 1))
      report(
        `${path}.offline`,
        "how many samples",
        run.requests === null ? '"all", of a run by duration' : '"all", beside other streams',
        `offline: ${run.requests ?? 24_576}`,
      );
  }
}

function checkEvidence(scenario: Scenario, policy: ScenarioPolicy, to: Reading, report: Report): void {
  checkTuning(scenario, policy, to, report);
  checkRule(scenario, policy.exit, policy.joint, `policies.${policy.name}${policy.joint ? "" : ".exit"}`, to, report);
  if (!policy.joint && policy.place.rule === "oracle" && exitHalf(policy.exit.rule, false).minds === true)
    report(
      `policies.${policy.name}.exit.rule`,
      "an exit rule that goes by what the exits say, beside the placement oracle",
      show(policy.exit.rule),
      "where it leaves depends on time or load, which the oracle cannot know before",
    );
}

/** Thresholds are found on rows that no run draws, for an energy that is known. */
function checkTuning(scenario: Scenario, policy: ScenarioPolicy, to: Reading, report: Report): void {
  const { tune, exit } = policy;
  if (tune === null) return;
  const { model } = scenario;
  const path = `policies.${policy.name}.tune`;
  if (model.kind === "synthetic" && model.table === null)
    report(path, "a model with a table of what its exits say, with calibration rows", "a synthetic model without one");
  else checkFitting(scenario, exit, path, to, report);
  if (tune.objective === "energy" || tune.energy !== null)
    for (const stream of scenario.streams) checkPower(scenario, policy, stream, report);
}

/** What a rule and those it wraps need that the model may lack. */
function checkRule(
  scenario: Scenario,
  rule: NestedOptions,
  isJoint: boolean,
  at: string,
  to: Reading,
  report: Report,
): void {
  const type = exitHalf(rule.rule, isJoint);
  for (const [name, value] of Object.entries(rule.options))
    if (value !== null && typeof value === "object" && "rule" in value)
      checkRule(scenario, value, false, `${at}.${name}`, to, report);
  const reads = type.readsWith?.(rule.options as RuleValues) ?? type.reads;
  const path = `${at}.rule`;
  const { model } = scenario;
  const isTable = model.kind === "profile" || model.table !== null;
  if (rule.rule === "oracle" && !isTable && (model as SyntheticModel).exits.some((exit) => exit.accuracy === null))
    report(path, "a rule that needs no accuracy, or one for every synthetic exit", show(ruleText(rule.rule)));
  if (type.fits?.(rule.options as RuleValues) === true && isTable) checkFitting(scenario, rule, path, to, report);
  if (reads === null) return;
  if (reads === "share") {
    if (isTable)
      report(
        path,
        "a rule that reads scores, or never or first",
        '"share", which only synthetic exits have',
        "the model has real outputs",
      );
    else
      for (const exit of (model as SyntheticModel).exits.slice(0, -1))
        if (exit.share === null)
          report(
            `model.synthetic.exits.${exit.name}.share`,
            "the share that leaves here, since a policy goes by it",
            "nothing",
          );
    return;
  }
  if (!isTable) {
    report(
      path,
      "share, never or first for a synthetic model without a table",
      show(ruleText(rule.rule)),
      "give the model a table of what its exits say, or the rule share",
    );
    return;
  }
  const { scores } =
    model.kind === "profile"
      ? to.resources.profile(model.profile).table()
      : loadTable(to.resources, model.table!, to.names.exits);
  // Rules that choose among all exits read the last, too.
  const lacks = (exit: ExitScores): boolean =>
    reads === "logits" ? exit.logits === null : reads !== "prediction" && (exit[reads]?.some(Number.isNaN) ?? true);
  const readsLast = reads === "logits" || rule.options.otherwise === "most-confident";
  const missing = (readsLast ? scores : scores.slice(0, -1)).findIndex(lacks);
  if (missing >= 0)
    report(
      path,
      `a rule other than ${ruleText(rule.rule)}, or a table that says the ${reads}`,
      `${model.kind === "profile" ? model.profile : model.table} without it at ${to.names.exits[missing]}`,
    );
}

/** Rules that fit themselves do so on rows that no run draws. */
function checkFitting(scenario: Scenario, rule: NestedOptions, path: string, to: Reading, report: Report): void {
  const { model } = scenario;
  const isProfile = model.kind === "profile";
  const table = isProfile
    ? to.resources.profile(model.profile).table()
    : loadTable(to.resources, (model as SyntheticModel).table!, to.names.exits);
  if (table.calibration === null)
    report(
      path,
      `a rule that fits nothing, or a table with calibration rows (split 0) beside those that are evaluated (split 1)`,
      `${show(ruleText(rule.rule))}, and ${isProfile ? model.profile : (model as SyntheticModel).table} without any`,
    );
}

/** What exits say after a lossy codec is read when a policy needs it: found here, and not by a run. */
function checkCodec({ model, segments }: Scenario, { name, place }: ScenarioPolicy, to: Reading, report: Report): void {
  if (model.kind === "synthetic") return;
  const { profile, table: read } = to.resources.profile(model.profile);
  const unmeasured = profile.segments.find(({ output }) => output !== null && output.codecs[place.codec] === undefined);
  if (unmeasured !== undefined) {
    const known = Object.keys(unmeasured.output!.codecs).join(", ");
    report(`policies.${name}.place.codec`, `a codec that the profile knows: ${known}`, show(place.codec));
    return;
  }
  const table = read();
  try {
    fitting(() =>
      segments.slice(0, -1).map((segment, cut) => [table.crossed(segment, place.codec), table.wire(cut, place.codec)]),
    );
  } catch (fault) {
    if (!(fault instanceof FileFault)) throw fault;
    report(`policies.${name}.place.codec`, fault.expected, fault.got);
  }
}

function checkPlaces(
  scenario: Scenario,
  policy: ScenarioPolicy,
  stream: ScenarioStream,
  to: Reading,
  report: Report,
): void {
  const isPlanned = placesOf(scenario, policy, stream) !== null;
  if (!isPlanned && scenario.model.kind === "synthetic") checkSameSizes(scenario.model, policy, report);
  if ((policy.joint ? jointRuleOf(policy.place.rule) : undefined)?.needsPower === true)
    checkPower(scenario, policy, stream, report);
  for (const places of routesOf(scenario, policy, stream)) checkRoute(scenario, policy, stream, places, to, report);
}

/** A rule that minimises energy would send everything to a node that seems to draw none. */
function checkPower(scenario: Scenario, policy: ScenarioPolicy, stream: ScenarioStream, report: Report): void {
  for (const group of new Set(routesOf(scenario, policy, stream).flat())) {
    const node = scenario.nodes[group];
    if (node?.power === null)
      report(
        `nodes.${node.name}.power`,
        `what ${node.name} draws, such as { idle: 2 W, busy: 6 W }`,
        "none",
        `policy ${policy.name} looks for the least energy`,
      );
  }
}

/** A tensor whose size depends on the node that made it is not known to a rule that decides on the way. */
function checkSameSizes(model: SyntheticModel, policy: ScenarioPolicy, report: Report): void {
  model.segments.forEach(({ name, output }) => {
    if (output?.size.kind === "on")
      report(
        `model.synthetic.segments.${name}.output`,
        `one size on all nodes, for the rule ${ruleText(policy.place.rule)} of ${policy.name}`,
        "one that depends on the node",
      );
  });
}

function checkRoute(
  scenario: Scenario,
  policy: ScenarioPolicy,
  stream: ScenarioStream,
  places: readonly number[],
  to: Reading,
  report: Report,
): void {
  const { nodes, links, segments } = scenario;
  const index = (name: string): number => nodes.findIndex((node) => node.name === name);
  const routes = scenario.routes.map((route) => route.map(index));
  const topology = {
    nodes,
    routes,
    links: links.map(({ between }) => ({ from: index(between[0]), to: index(between[1]) })),
  };
  const source = index(stream.from);
  const at = (group: number): string => nodes[group]!.name;
  const reaches = (from: number, to: number, path: string, why: string): boolean => {
    if (findRoute(topology, from, to) !== null) return true;
    report(path, `a way of links from ${at(from)} to ${at(to)}`, "none", why);
    return false;
  };
  let before = source;
  for (const [k, group] of places.entries()) {
    const why =
      k === 0 ? `requests of ${stream.name} come from ${at(before)}` : `the segment before runs on ${at(before)}`;
    if (!reaches(before, group, `policies.${policy.name}.place`, why)) return;
    before = group;
  }
  const due = stream.answerTo === "source" ? source : index(stream.answerTo);
  // Any exit may answer, so the answer may set out from any of their nodes.
  const answering =
    stream.answerTo === "nowhere" ? [] : scenario.exits.map(({ after }) => places[segments.indexOf(after)]!);
  for (const group of answering)
    reaches(group, due, `workload.${stream.name}`, `answers of ${policy.name} are due on ${at(due)}`);
  checkBatches(
    scenario,
    stream,
    places.map((group) => nodes[group]!),
    to,
    report,
  );
  if (scenario.model.kind !== "synthetic") return;
  checkGiven(scenario, scenario.model, policy, stream, places.map(at), report);
}

/** Every time and size that this stream's requests meet under this policy must be given. */
function checkGiven(
  scenario: Scenario,
  model: SyntheticModel,
  policy: ScenarioPolicy,
  stream: ScenarioStream,
  places: readonly string[],
  report: Report,
): void {
  const need = (value: Varied | null, path: string, node: string, what: string): void => {
    if (value !== null && leafFor(value, stream.name, node) === null)
      report(path, `${what} on ${node} for stream ${stream.name}`, "none", `policy ${policy.name} needs it`);
  };
  const crosses = (tensor: ScenarioTensor | null, path: string, from: string, to: string, what: string): void => {
    if (from === to) return;
    if (tensor === null) {
      report(path, `a size such as "30 kB"`, "nothing", `policy ${policy.name} sends ${what} from ${from} to ${to}`);
      return;
    }
    need(tensor.size, path, from, "a size");
    need(tensor.encode, `${path}.encode`, from, "a time");
    need(tensor.decode, `${path}.decode`, to, "a time");
  };
  crosses(model.input, "model.synthetic.input", stream.from, places[0]!, "the input");
  model.segments.forEach((segment, k) => {
    const path = `model.synthetic.segments.${segment.name}`;
    need(segment.time, `${path}.time`, places[k]!, "a time");
    if (k + 1 < places.length) crosses(segment.output, `${path}.output`, places[k]!, places[k + 1]!, "the output");
  });
  for (const exit of model.exits)
    need(
      exit.time,
      `model.synthetic.exits.${exit.name}.time`,
      places[scenario.segments.indexOf(exit.after)]!,
      "a time",
    );
  need(model.result, "model.synthetic.result", stream.from, "a size");
}
