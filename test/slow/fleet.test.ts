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

interface Case {
  readonly arrivals: string;
  readonly link: string;
  readonly requests: number;
  readonly replications: number;
  readonly queue?: string;
}

const scenario = ({ arrivals, link, requests, replications, queue }: Case, devices: number): string => `version: 1
title: fleet
model:
  synthetic:
    segments: [{ name: stem, time: 1 ms, output: 1 kB }, { name: tail, time: { exponential: 10 ms } }]
    exits: [{ after: stem, share: 0.3 }, { after: tail }]
nodes: { device: { count: ${devices}${queue === undefined ? "" : `, queue: ${queue}`} }, server: { servers: 4 } }
links: { cell: { between: [device, server], per: device, up: 10 Mbit/s, down: 10 Mbit/s, latency: 5 ms, ${link} } }
workload: { device: { arrivals: ${arrivals}, total: true } }
policies: { split: { exit: { rule: share }, place: { rule: fixed, segments: { stem: device, tail: server } } } }
run: { requests: ${requests}, replications: ${replications} }
`;

function peak(of: Case, devices: number): { readonly memory: number; readonly arrived: number } {
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", program, scenario(of, devices)], {
    encoding: "utf8",
  });
  const [memory, arrived] = JSON.parse(out) as [number, number];
  return { memory, arrived };
}

const million = 1_000_000;
const plain: Case = { arrivals: "{ poisson: 200 /s }", link: "kind: fifo", requests: 20_000, replications: 1 };

describe("a million devices", () => {
  test.each<[string, Case]>([
    ["poisson over FIFO links of their own", plain],
    ["poisson over shared links of their own", { ...plain, link: "kind: shared" }],
    ["poisson over FIFO links with jitter", { ...plain, link: "kind: fifo, jitter: 1 ms" }],
    ["poisson, three replications", { ...plain, replications: 3 }],
    ["poisson, devices that mind priorities", { ...plain, queue: "{ discipline: priority }" }],
    ["poisson, devices that share their processor", { ...plain, queue: "{ discipline: ps }" }],
    ["diurnal", { ...plain, arrivals: "{ diurnal: { every: 10 s, rates: [100 /s, 300 /s] } }" }],
    ["mmpp", { ...plain, arrivals: "{ mmpp: { rates: [100 /s, 300 /s], switch: 10 s } }" }],
    ["gamma", { ...plain, arrivals: "{ gamma: { rate: 200 /s, cv: 2 } }" }],
    ["closed", { ...plain, arrivals: "{ closed: { clients: 1000000, think: { exponential: 5000 s } } }" }],
  ])("%s, cost at most 64 bytes each", (name, of) => {
    const fewer =
      name === "closed" ? { ...of, arrivals: of.arrivals.replace("1000000", "1").replace("5000 s", "5 ms") } : of;
    const [one, all] = [peak(fewer, 1), peak(of, million)];
    expect(all.arrived).toBe(of.requests * of.replications);
    expect((all.memory - one.memory) / million).toBeLessThan(64);
    // They do cost something: what is compared is what is meant.
    expect((all.memory - one.memory) / million).toBeGreaterThan(20);
  });

  test("cost no more for ten times the requests", () => {
    const growth =
      peak({ ...plain, requests: 400_000 }, million).memory - peak({ ...plain, requests: 40_000 }, million).memory;
    // Up to 100,000 values are kept exactly, and then histograms: less than 10 B a device in all.
    expect(growth / million).toBeLessThan(16);
  });
});
