import type { NrCell } from "../../src/sim/links/nr/nr-cell.ts";
import type { Loss } from "../../src/sim/setup.ts";
import { bitsPerSecond, seconds, watts } from "../../src/units.ts";
import { exponential } from "../sim/build.ts";
import { type At, linkContract } from "./link.ts";

/** A rate that is a power of two, so that scaled times are exact. */
const rate = 2 ** 15;
const plain: At = (f) => ({ rate: rate / f, latency: 0.02 * f });
const varying: At = (f) => ({
  ...plain(f),
  varying: {
    kind: "two-state",
    good: (2 * rate) / f,
    bad: 0,
    goodFor: exponential(2 * f),
    badFor: exponential(2 * f),
  },
});
const lossy =
  (loss: Partial<Loss>): At =>
  (f) => ({
    ...plain(f),
    mtu: 500,
    header: 40,
    loss: {
      kind: "bernoulli",
      probability: 0.2,
      per: "packet",
      retry: seconds((loss.retry ?? 0) * f),
      attempts: 3,
    },
  });
const everything: At = (f) => ({
  ...varying(f),
  ...lossy({ retry: seconds(0.1) })(f),
  varying: varying(f).varying!,
  outages: { kind: "random", up: exponential(5 * f), down: exponential(0.5 * f) },
  connection: "new",
  jitter: exponential(0.05 * f),
  bursts: { every: exponential(3 * f), lasts: { kind: "constant", value: 0.25 * f } },
  energy: {
    connected: watts(1),
    tail: seconds(2 * f),
    sending: watts(1),
    receiving: watts(1),
    perByteSent: 1,
    perByteReceived: 1,
  },
});

for (const kind of ["fixed", "fifo", "shared"] as const) {
  const promises = { keepsOrder: kind !== "shared", fasterIsNeverLater: true };
  const as =
    (options: At): At =>
    (f) => ({ ...options(f), kind });
  linkContract(`${kind}`, as(plain), promises);
  linkContract(`${kind} with a capacity that varies`, as(varying), { ...promises, fasterIsNeverLater: false });
  linkContract(`${kind} with loss, sent again at once`, as(lossy({})), { ...promises, keepsOrder: kind === "fifo" });
  linkContract(`${kind} with everything`, as(everything), { keepsOrder: false, fasterIsNeverLater: false });
}
linkContract(
  "shared with a limit for each flow",
  (f) => ({ ...plain(f), kind: "shared", flowCap: bitsPerSecond(rate / 3 / f) }),
  { keepsOrder: false, fasterIsNeverLater: true },
);

for (const pattern of ["DDDSU", "DDDDDDDSUU", "B"]) {
  const hasOwnClock = "slots are as long as they are";
  const nr =
    (options: At, error: number): At =>
    (f) => ({ ...options(f), kind: "nr-cell", radio: cellOf(pattern, error) });
  const promises = { keepsOrder: true, fasterIsNeverLater: true, hasOwnClock };
  linkContract(`nr-cell with ${pattern}`, nr(plain, 0), promises);
  linkContract(`nr-cell with ${pattern}, blocks that fail and a capacity that varies`, nr(varying, 0.1), {
    ...promises,
    fasterIsNeverLater: false,
  });
  linkContract(`nr-cell with ${pattern} and everything`, nr(everything, 0.1), {
    hasOwnClock,
    keepsOrder: false,
    fasterIsNeverLater: false,
  });
}

function cellOf(pattern: string, error: number): NrCell {
  return {
    numerology: 1,
    pattern,
    special: 0.7,
    times: { grant: "dynamic", occasions: 0, device: 1, station: 2, n1: 2, k2: 2, decode: 2 },
    harq: { error, falls: 0.1, retransmissions: 3 },
    share: "resource-fair",
    // A faster link leaves more silence, after which a radio is idle.
    idle: error > 0 ? { after: 10, promotion: exponential(0.6) } : null,
    interruptions: null,
    signal: null,
    mobility: null,
  };
}
