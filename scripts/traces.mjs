// Makes the traces that ship, in traces/: synthetic, from the process written here and a seed, so that nothing of anybody's recording is in them.
// node scripts/traces.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "../traces");

/** Uniform on [0, 1): mulberry32. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function normalOf(uniform) {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/**
 * A rate whose logarithm is an autoregressive process of order 1, cut at `most`, with holes in which nothing is sent.
 * @param median Mbit/s @param spread of the logarithm @param correlation from one step to the next @param step s
 * @param holes mean time between two [s], mean length [s]
 */
function drive({ seed, length, step, median, spread, correlation, most, holes }) {
  const uniform = randomOf(seed);
  const normal = normalOf(uniform);
  const lines = [];
  let z = normal();
  let hole = 0;
  for (let i = 0; i < length / step; i++) {
    if (hole <= 0 && uniform() < step / holes.every) hole = -Math.log(1 - uniform()) * holes.lasts;
    const rate = hole > 0 ? 0 : Math.min(most, median * Math.exp(spread * z));
    lines.push(`${Number((i * step).toFixed(3))},${Math.round(rate * 1e4) / 1e4} Mbit/s`);
    hole -= step;
    z = correlation * z + Math.sqrt(1 - correlation ** 2) * normal();
  }
  return lines;
}

const traces = {
  "uplink-drive.csv": {
    about: "Uplink of one device in a car, LTE-like: median 4 Mbit/s, deep fades, holes of 1 s every minute.",
    of: {
      seed: 1,
      length: 600,
      step: 0.5,
      median: 4,
      spread: 0.9,
      correlation: 0.8,
      most: 30,
      holes: { every: 60, lasts: 1 },
    },
  },
  "uplink-walk.csv": {
    about:
      "Uplink of one device that is carried about, 5G-like: median 50 Mbit/s, little correlated in time, a hole of 0.5 s every two minutes.",
    of: {
      seed: 2,
      length: 600,
      step: 1,
      median: 50,
      spread: 0.45,
      correlation: 0.4,
      most: 120,
      holes: { every: 120, lasts: 0.5 },
    },
  },
};

mkdirSync(folder, { recursive: true });
for (const [name, { about, of }] of Object.entries(traces)) {
  const text = [
    `# ${about}`,
    "# Synthetic: scripts/traces.mjs. Free for any use (CC0).",
    "time_s,rate",
    ...drive(of),
  ].join("\n");
  writeFileSync(join(folder, name), `${text}\n`);
}
