// What the benchmark runs and what must hold. `gate`: at least so good; `aim`: what is striven for.
import { join } from "node:path";
import { root } from "../scripts/bundle.mjs";

const scenario = {
  w1: join(root, "scenarios/queue-of-one-server-is-textbook.yaml"),
  w2: join(root, "scenarios/chain-exits-early-at-textbook-latency.yaml"),
};

/**
 * Commands by name.
 * @param places `program` and `least`: launchers of the command line, as it is and without counting; `cpp`, `python`: null where there is none;
 *   `out`: a folder to write to
 * @param sizes requests of the large run against C++, and of SimPy's
 */
export function commandsOf({ program, least, cpp, python, out }, { large, simpy }) {
  const run = (workload, ...set) => runOf(program, workload, ...set);
  const runOf = (launcher, workload, ...set) => [
    ...[process.execPath, launcher, "run", scenario[workload], "--no-report", "--quiet", "--out", out],
    ...set.flatMap((value) => ["--set", value]),
  ];
  const simpyOf = (workload, n) => [python, join(root, "bench/peers/chain_simpy.py"), workload, `${n}`];
  const cppOf = (n) => [cpp, "w2", `${n}`];
  return {
    node: [process.execPath, "-e", "0"],
    help: [process.execPath, program, "--help"],
    short: run("w2", "run.requests=1000"),
    w1: run("w1"),
    w2: run("w2"),
    w2Large: run("w2", `run.requests=${large}`),
    manyDevices: run("w2", "nodes.device.count=20000", "workload.device.arrivals.poisson=0.04375 /s"),
    least: runOf(least, "w2"),
    ...(cpp === null ? {} : { cpp: cppOf(1e6), cppLarge: cppOf(large) }),
    ...(python === null
      ? {}
      : {
          simpyW1: simpyOf("w1", simpy),
          simpyW2: simpyOf("w2", simpy),
          ...(simpy < 1e6 ? { simpyStart: simpyOf("w2", 1) } : {}),
        }),
  };
}

/** A run of `simpy` requests, as it would be with a million: its cost grows in proportion, its start does not. */
function simpyMillion(cpu, workload, { simpy }) {
  if (cpu[workload] === undefined) return undefined;
  return simpy < 1e6 ? cpu.simpyStart + ((cpu[workload] - cpu.simpyStart) * 1e6) / simpy : cpu[workload];
}

/** Figures of one round, from CPU seconds and memory by command; undefined where a peer is missing. */
export const cases = [
  {
    what: "W2 against SimPy, times faster",
    figure: ({ cpu }, sizes) => simpyMillion(cpu, "simpyW2", sizes) / cpu.w2,
    gate: 30,
    aim: 40,
    least: true,
  },
  {
    what: "W1 against SimPy, times faster",
    figure: ({ cpu }, sizes) => simpyMillion(cpu, "simpyW1", sizes) / cpu.w1,
    gate: 20,
    aim: 28,
    least: true,
  },
  {
    what: "W2, cost of one more request against plain C++",
    figure: ({ cpu }) => (cpu.w2Large - cpu.w2) / (cpu.cppLarge - cpu.cpp),
    gate: 1.6,
    aim: 1.1,
  },
  { what: "20,000 devices against 200", figure: ({ cpu }) => cpu.manyDevices / cpu.w2, gate: 2, aim: 1.3 },
  { what: "peak memory of W2 at 1 M, MB", figure: ({ mb }) => mb.w2, gate: 100, aim: 60 },
  { what: "growth of peak memory to the large run, MB", figure: ({ mb }) => mb.w2Large - mb.w2, gate: 5, aim: 1 },
  { what: "--help against node -e 0", figure: ({ cpu }) => cpu.help / cpu.node, gate: 2, aim: 1.5 },
  { what: "W2 with 1,000 requests against node -e 0", figure: ({ cpu }) => cpu.short / cpu.node, gate: 4, aim: 2.5 },
  { what: "all statistics against the least", figure: ({ cpu }) => cpu.w2 / cpu.least, gate: 1.3, aim: 1.1 },
];
