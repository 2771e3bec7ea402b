/** From text to a normalised scenario, or to every problem at once. Reads no file by itself: runs in Node and in a browser alike. */
import { checkTogether } from "./check.ts";
import { ScenarioError } from "./errors.ts";
import { expectation } from "./expect.ts";
import { faultReader } from "./failures.ts";
import { linkReader } from "./links.ts";
import { modelReader } from "./model.ts";
import { namesOf } from "./names.ts";
import { nodeReader } from "./nodes.ts";
import { policyReader } from "./policies.ts";
import { field, later, listOf, named, type Reader, record, reference, required, text, whole } from "./reader.ts";
import { Reading } from "./reading.ts";
import { noResources, type Resources } from "./resources.ts";
import { routesReader } from "./routes.ts";
import { runReader } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { checkSweep, sweepReader } from "./sweep.ts";
import { child, type Tree } from "./tree.ts";
import { tuneDocument, withTuned } from "./tuning/tune-document.ts";
import { streamReader } from "./workload.ts";
import { readYaml } from "./yaml.ts";

export interface ParseOptions {
  /** File name, for messages and for the default of `title`. */
  readonly path?: string;
  /** What the scenario may refer to; nothing unless given. */
  readonly resources?: Resources;
}

/** A scenario's text as a tree, on which values can be set before it is read. */
export interface Document {
  readonly path: string;
  readonly tree: Tree;
}

const one: Reader<1> = {
  read: (tree, path, to) =>
    tree.kind === "scalar" && tree.value === 1 ? 1 : to.wrong(tree, path, "1, the only version there is"),
  schema: () => whole({ min: 1, max: 1 }).schema(),
};

/** Sections in the order in which they are read: the model names segments and exits for those after it. */
export const scenarioFields = {
  version: required("version: 1", one),
  title: field("a name for tables and charts", text),
  seed: field("where randomness begins, 1 unless given", whole({ min: 0 })),
  model: required("the network: a measured profile, or a synthetic one", modelReader),
  nodes: required("machines by group", named("node", nodeReader, ["source", "nowhere", "all"])),
  links: field("what joins two nodes", named("link", linkReader)),
  routes: field("ways that messages take instead of the shortest, there and back", routesReader),
  workload: required("streams of requests", named("stream", streamReader)),
  policies: required("what is compared", named("policy", policyReader)),
  baseline: field(
    "the policy that others are compared with, the first unless given",
    reference("a policy", (to) => to.names.policies),
  ),
  run: field("how long and how often", runReader),
  expect: field("sentences that must hold, or the exit code is 3", listOf("sentence", expectation)),
  sweep: field("values to try, by path", sweepReader),
  models: later,
  faults: field("nodes that are down at set times", listOf("fault", faultReader)),
};

export const scenarioReader = record("a scenario", scenarioFields);

/** @throws ScenarioError when the text is not one YAML mapping */
export function parseDocument(text: string, path = "scenario.yaml"): Document {
  return { path, tree: readYaml({ name: path, text: text.replace(/^\uFEFF/, ""), isOption: false }) };
}

/** @throws ScenarioError with every problem, each with its place in the text */
export function parseScenario(text: string, { path, resources = noResources }: ParseOptions = {}): Scenario {
  const { document, tuned } = tuneDocument(parseDocument(text, path), resources, { read: readScenario });
  return withTuned(readScenario(document, resources), tuned);
}

/** @throws ScenarioError as {@link parseScenario} */
export function readScenario(document: Document, resources: Resources = noResources): Scenario {
  const to = new Reading(namesOf(document.tree, Object.keys(scenarioFields)), resources);
  const scenario = readSections(inOrder(document.tree), document.path, to);
  if (scenario !== null && to.problems.length === 0) checkTogether(scenario, document.tree, to);
  if (scenario !== null && to.problems.length === 0) checkSweep(document, to, readScenario);
  if (to.problems.length > 0) throw new ScenarioError(to.problems);
  return scenario!;
}

/** Whatever the order in the file, sections are read in that of {@link scenarioFields}. */
function inOrder(tree: Tree): Tree {
  if (tree.kind !== "map") return tree;
  const keys = Object.keys(scenarioFields);
  const place = (key: string): number => (keys.includes(key) ? keys.indexOf(key) : keys.length);
  return { ...tree, entries: [...tree.entries].sort((a, b) => place(a.key) - place(b.key)) };
}

function readSections(tree: Tree, path: string, to: Reading): Scenario | null {
  const given = scenarioReader.read(tree, "", to);
  if (
    given?.model === undefined ||
    given.nodes === undefined ||
    given.workload === undefined ||
    given.policies === undefined
  ) {
    if (to.problems.length === 0) to.wrong(tree, "", "a scenario");
    return null;
  }
  const { model, segments, exits } = given.model;
  const policies = list(given.policies);
  const title = path
    .replace(/^.*[/\\]/, "")
    .replace(/\.ya?ml$/, "")
    .slice(0, 200);
  return {
    title: given.title ?? to.fill("title", title === "" ? "scenario" : title, "the file's name"),
    seed: given.seed ?? to.fill("seed", 1),
    model,
    segments,
    exits,
    nodes: list(given.nodes),
    links: given.links === undefined ? [] : list(given.links),
    routes: given.routes ?? [],
    streams: list(given.workload),
    faults: given.faults ?? [],
    policies,
    baseline: given.baseline ?? to.fill("baseline", policies[0]?.name ?? "", "the first policy"),
    run: given.run ?? runReader.read({ kind: "map", at: tree.at, entries: [] }, "run", to)!,
    expect: given.expect ?? [],
    sweep: given.sweep ?? [],
    tuned: [],
    origins: to.origins,
  };
}

function list<T>(map: ReadonlyMap<string, T | undefined>): (T & { readonly name: string })[] {
  return [...map].flatMap(([name, value]) => (value === undefined ? [] : [{ name, ...value }]));
}

/** Whether a section is written at all: an empty `links:` is a mistake of its own. */
export function hasSection(document: Document, section: string): boolean {
  return child(document.tree, section) !== undefined;
}
