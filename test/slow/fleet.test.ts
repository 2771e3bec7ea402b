/** What a device of a fleet costs: peak memory of a process that simulates a million of them, less that of one that simulates one. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";

const source = (name: string): string => pathToFileURL(join(import.meta.dirname, "../../dist/src", `${name}.js`)).href;

/** Prints peak memory [B] and the arrivals of a scenario's only policy. */
const program = `
const { prepareExperiment } = await import(${JSON.stringify(source("experiment/prepare"))});
const { simulate } = await import(${JSON.stringify(source("sim/simulation"))});
const experiment = prepareExperiment(process.argv[1]);
let arrived = 0;
for (let i = 0; i < experiment.replications; i++) arrived += simulate(experiment.setup({}, "split"), i).end.arrived;
console.log(JSON.stringify([process.resourceUsage().maxRSS * 1024, arrived]));
`;

/** The same of a whole run: the loads it warns of before, and the verdict and the theory after it. */
const wholeProgram = `
const { prepareExperiment } = await import(${JSON.stringify(source("experiment/prepare"))});
const { runUnit } = await import(${JSON.stringify(source("experiment/run"))});
const { offeredLoad } = await import(${JSON.stringify(source("scenario/offered-load"))});
const experiment = prepareExperiment(process.argv[1]);
offeredLoad(experiment.setup({}, "split"));
const { result } = await runUnit(experiment, { point: {}, policy: "split" });
console.log(JSON.stringify([process.resourceUsage().maxRSS * 1024, result.requests.arrived]));
`;

interface Case {
  readonly arrivals: string;
  readonly link: string;
  readonly requests: number;
  readonly replications: number;
  /** More of the devices. */
  readonly device?: string;
  /** Capacity of the link, 10 Mbit/s unless given. */
  readonly rate?: string;
  /** More of the stream. */
  readonly stream?: string;
  readonly place?: string;
  /** More sections. */
  readonly more?: string;
}

const scenario = (of: Case, devices: number): string => `version: 1
title: fleet
model:
  synthetic:
    input: 3 kB
    segments: [{ name: stem, time: 1 ms, output: 1 kB }, { name: tail, time: { exponential: 10 ms } }]
    exits: [{ after: stem, share: 0.3 }, { after: tail }]
nodes: { device: { count: ${devices}${of.device ?? ""} }, server: { servers: 4 } }
links:
  cell: { between: [device, server], per: device, up: ${of.rate ?? "10 Mbit/s"}, down: ${of.rate ?? "10 Mbit/s"}, latency: 5 ms, ${of.link} }
workload: { device: { arrivals: ${of.arrivals}, total: true${of.stream ?? ""} } }
policies: { split: { exit: { rule: share }, place: { ${of.place ?? "rule: fixed, segments: { stem: device, tail: server }"} } } }
${of.more ?? ""}
run: { requests: ${of.requests}, replications: ${of.replications}, warmup: 0 s }
`;

function peak(of: Case, devices: number, run = program): { readonly memory: number; readonly arrived: number } {
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", run, scenario(of, devices)], {
    encoding: "utf8",
  });
  const [memory, arrived] = JSON.parse(out) as [number, number];
  return { memory, arrived };
}

const million = 1_000_000;
const plain: Case = { arrivals: "{ poisson: 200 /s }", link: "kind: fifo", requests: 20_000, replications: 1 };

const clusters = "loss: { good: 0.1 %, bad: 30 %, good_for: 10 s, bad_for: 1 s, retry: 1 ms }";
const spells = "jitter: { exponential: 1 ms, bursts: { every: 30 s, for: 265 ms } }";
const twoStates = "{ two-state: { good: 10 Mbit/s, bad: 1 Mbit/s, good_for: 10 s, bad_for: 1 s } }";
const gaussMarkov = "{ gauss-markov: { mean: 10 Mbit/s, sd: 2 Mbit/s, correlation: 0.9, every: 2 s } }";
const seldom = "{ mtbf: 1 h, mttr: 30 s }";

describe("a million devices", () => {
  test.each<[string, Case]>([
    ["poisson over FIFO links of their own", plain],
    ["poisson over shared links of their own", { ...plain, link: "kind: shared" }],
    ["poisson over FIFO links with jitter", { ...plain, link: "kind: fifo, jitter: 1 ms" }],
    ["poisson, three replications", { ...plain, replications: 3 }],
    ["poisson, devices that mind priorities", { ...plain, device: ", queue: { discipline: priority }" }],
    ["poisson, devices that share their processor", { ...plain, device: ", queue: { discipline: ps }" }],
    ["diurnal", { ...plain, arrivals: "{ diurnal: { every: 10 s, rates: [100 /s, 300 /s] } }" }],
    ["mmpp", { ...plain, arrivals: "{ mmpp: { rates: [100 /s, 300 /s], switch: 10 s } }" }],
    ["gamma", { ...plain, arrivals: "{ gamma: { rate: 200 /s, cv: 2 } }" }],
    ["late requests dropped", { ...plain, stream: ", deadline: 20 ms, late: drop" }],
    ["losses in clusters", { ...plain, link: `kind: fifo, ${clusters}` }],
    ["random outages", { ...plain, link: "kind: fifo, outages: { mtbf: 60 s, mttr: 2 s }" }],
    ["capacities of two states", { ...plain, rate: twoStates }],
    ["capacities of two states, shared", { ...plain, rate: twoStates, link: "kind: shared" }],
    ["Gauss-Markov capacities", { ...plain, rate: gaussMarkov }],
    ["spells in which nothing arrives", { ...plain, link: `kind: fifo, ${spells}` }],
    ["a connection for every message", { ...plain, link: "kind: fifo, connection: new" }],
    ["radios with tails", { ...plain, link: "kind: fifo, energy: { connected: 1 W, sending: 1 W, tail: 10 s }" }],
    ["devices that fail", { ...plain, device: ", failures: { mtbf: 100 s, mttr: 5 s }" }],
    ["devices that fail of work", { ...plain, device: ", failures: { mtbf: 1 s, mttr: 5 s, clock: busy }" }],
    ["processors that are shared and fail", { ...plain, device: `, queue: { discipline: ps }, failures: ${seldom}` }],
    ["all devices down for a while", { ...plain, more: "faults: [{ at: 20 s, for: 5 s, node: device, kind: down }]" }],
    ["token buckets", { ...plain, device: ", queue: { discipline: fifo, admit: { rate: 1 /s, burst: 2 } }" }],
    ["closed", { ...plain, arrivals: "{ closed: { clients: 1000000, think: { exponential: 5000 s } } }" }],
  ])("%s, cost at most 64 bytes each", (name, of) => {
    const fewer =
      name === "closed" ? { ...of, arrivals: of.arrivals.replace("1000000", "1").replace("5000 s", "5 ms") } : of;
    const [one, all] = [peak(fewer, 1), peak(of, million)];
    expect(all.arrived).toBe(of.requests * of.replications);
    // When garbage is collected is a matter of some megabytes by chance: the least of up to three is nearest to what is needed.
    let memory = all.memory;
    for (let again = 0; again < 2 && (memory - one.memory) / million >= 62; again++)
      memory = Math.min(memory, peak(of, million).memory);
    expect((memory - one.memory) / million).toBeLessThan(64);
    // They do cost something: what is compared is what is meant.
    expect((memory - one.memory) / million).toBeGreaterThan(20);
  });

  test.each<[string, Case]>([
    ["poisson over FIFO links of their own", plain],
    ["devices that fail", { ...plain, device: ", failures: { mtbf: 100 s, mttr: 5 s }" }],
    ["devices that fail of work", { ...plain, device: ", failures: { mtbf: 1 s, mttr: 5 s, clock: busy }" }],
    ["token buckets", { ...plain, device: ", queue: { discipline: fifo, admit: { rate: 1 /s, burst: 2 } }" }],
    ["random outages", { ...plain, link: "kind: fifo, outages: { mtbf: 60 s, mttr: 2 s }" }],
    ["capacities of two states", { ...plain, rate: twoStates }],
    ["Gauss-Markov capacities", { ...plain, rate: gaussMarkov }],
  ])("%s, cost at most 64 bytes each over three replications", (_, of) => {
    // A fleet that is large, too, takes what many objects that come and go cost, which is no matter of how many devices there are.
    const [fewer, all] = [peak({ ...of, replications: 3 }, 10_000), peak({ ...of, replications: 3 }, million)];
    expect(all.arrived).toBe(3 * of.requests);
    expect((all.memory - fewer.memory) / (million - 10_000)).toBeLessThan(64);
  });

  test("cost at most 64 bytes each in a whole run, with all that is said before and after it", () => {
    const [one, all] = [peak(plain, 1, wholeProgram), peak(plain, million, wholeProgram)];
    expect(all.arrived).toBe(plain.requests);
    expect((all.memory - one.memory) / million).toBeLessThan(64);
  });

  test("whose reports are late cost what is known of each beside", () => {
    // The last rate measured in both directions, and when each machine said last that it is empty: 24 B.
    const reports = "rule: shortest-queue, among: [device, server], reports: { every: 0 s, delay: 10 ms }";
    const of = { ...plain, place: reports };
    expect((peak(of, million).memory - peak(of, 1).memory) / million).toBeLessThan(64 + 24 + 16);
  });

  test.each<[string, Case]>([
    ["losses in clusters", { ...plain, link: `kind: fifo, ${clusters}` }],
    ["capacities of two states", { ...plain, rate: twoStates }],
  ])("%s, cost where each was left in a long run, 12 bytes a direction", (_, of) => {
    const growth =
      peak({ ...of, requests: 400_000 }, million).memory - peak({ ...of, requests: 20_000 }, million).memory;
    // And what the engine takes for garbage, and histograms.
    expect(growth / million).toBeLessThan(2 * 12 + 40);
  });

  test("cost no more for ten times the requests", () => {
    const growth =
      peak({ ...plain, requests: 400_000 }, million).memory - peak({ ...plain, requests: 40_000 }, million).memory;
    // Up to 100,000 values are kept exactly, and then histograms: less than 10 B a device in all.
    expect(growth / million).toBeLessThan(16);
  });
});
