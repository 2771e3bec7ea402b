import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Airtime } from "../../../src/sim/links/nr/airtime.ts";
import { AirtimeShare } from "../../../src/sim/links/nr/airtime-share.ts";
import { Frame } from "../../../src/sim/links/nr/frame.ts";
import type { NrCell } from "../../../src/sim/links/nr/nr-cell.ts";
import type { Setup } from "../../../src/sim/setup.ts";
import { at, build, follow, link, node, type Options, partsOf, poisson, stream } from "../build.ts";

const plain: NrCell = {
  numerology: 1,
  pattern: "DDDSU",
  special: 0.7,
  times: { grant: "dynamic", occasions: 0, device: 1, station: 2, n1: 2, k2: 2, decode: 2 },
  harq: { error: 0, falls: 0.1, retransmissions: 3 },
  share: "resource-fair",
  idle: null,
  interruptions: null,
  signal: null,
  mobility: null,
};
const uplink = 10e6;

interface CellOptions extends Options {
  readonly radio?: Partial<NrCell>;
  readonly devices?: number;
  readonly latency?: number;
}

/** Devices that send `sizes[0]` bytes to an edge over a cell of 10 Mbit/s each way; what is computed there takes no time. */
function cell({ radio, devices = 1, latency = 0, ...options }: CellOptions = {}): Setup {
  return build({
    nodes: [node("device", { count: devices }), node("edge", { servers: 1000 })],
    links: [link(0, 1, { kind: "nr-cell", rate: uplink, latency, radio: { ...plain, ...radio } })],
    times: [0],
    sizes: [1000],
    place: [1],
    ...options,
  });
}

/** Instants [ms] at which the requests ended. */
const ends = (setup: Setup): number[] => follow(setup).requests.map(({ endedAt }) => endedAt * 1000);

describe("one device, one message", () => {
  // 10 Mbit/s on average are 50 Mbit/s in the uplink slot of DDDSU: 1 kB takes 0.16 ms.
  test("is granted slot 9, sent by 4.66 ms, complete with the slot at 5 ms and decoded at 6 ms", () => {
    const setup = cell();
    const { requests, window } = follow(setup);
    expect(requests[0]!.endedAt).toBeCloseTo(6e-3, 9);
    const parts = partsOf(setup, window);
    expect(parts.transmit).toBeCloseTo(0.16e-3, 9);
    expect(parts.access).toBeCloseTo(5.84e-3, 9);
    expect(parts.queue).toBe(0);
  });

  test("8 kB take 1.28 ms of airtime: two whole uplink slots and 0.28 ms of a third", () => {
    // Slots 9 and 14, and slot 19 from 9.5 to 9.78 ms; decoded 1 ms after that slot ends at 10 ms.
    expect(ends(cell({ sizes: [8000] }))[0]).toBeCloseTo(11, 6);
  });

  test("a message of no bytes takes a block as well", () => {
    expect(ends(cell({ sizes: [0] }))[0]).toBeCloseTo(6, 6);
  });

  test("propagation comes after decoding", () => {
    expect(ends(cell({ latency: 3e-3 }))[0]).toBeCloseTo(9, 6);
  });

  test.each([
    // Pattern, arrival [ms], end [ms] with a dynamic and with a configured grant.
    // DDDSU at 0: asks in slot 4, sent in 9 | sent in 4. Decoded three slots after the slot begins.
    ["DDDSU", 0, 6, 3.5],
    // Ready in slot 4 exactly | just too late for slot 4.
    ["DDDSU", 1.5, 6, 3.5],
    ["DDDSU", 1.51, 8.5, 6],
    ["DDDSU", 2.5, 8.5, 6],
    // DDDDDDDSUU at 0: asks in 8, heard at 9, granted in 11, K2: 13, sent in 18 | sent in 8.
    ["DDDDDDDSUU", 0, 10.5, 5.5],
    // Ready in slot 9: asks in it, heard at 10, granted in 12, sent in 18 | sent in 9.
    ["DDDDDDDSUU", 4, 10.5, 6],
    // Ready in slot 10: asks in 18, sent in 28 | sent in 18.
    ["DDDDDDDSUU", 4.5, 15.5, 10.5],
    // Paired spectrum at 0.25: ready at 1.5, asks in 2, heard at 3, granted in 5, sent in 7 and 8 at 10 Mbit/s | sent in 2 and 3.
    ["B", 0.25, 5.5, 3],
  ])(
    "in %s one that comes at %d ms ends at %d ms, with a configured grant at %d ms",
    (pattern, arrival, dynamic, configured) => {
      const options = { streams: [stream({ arrivals: at(arrival / 1000) })] };
      expect(ends(cell({ ...options, radio: { pattern } }))[0]).toBeCloseTo(dynamic, 6);
      const times = { ...plain.times, grant: "configured" } as const;
      expect(ends(cell({ ...options, radio: { pattern, times } }))[0]).toBeCloseTo(configured, 6);
    },
  );

  test("numerology 0 takes twice as long as numerology 1, slot by slot", () => {
    expect(ends(cell({ radio: { numerology: 0 } }))[0]).toBeCloseTo(12, 6);
  });

  test("a block that always fails is sent again three times, every five slots: 7.5 ms more", () => {
    const harq = { error: 0.999999, falls: 1, retransmissions: 3 };
    expect(ends(cell({ radio: { harq } }))[0]).toBeCloseTo(13.5, 6);
  });

  test("the answer waits for the station, the next downlink slot, and its own decoding", () => {
    // At the edge at 6 ms, slot 12: processed at 14, which is uplink; sent in 15, complete at 8 ms, decoded at 9 ms.
    const setup = cell({ streams: [stream({ answerTo: "source" })], result: 100 });
    const { requests, window } = follow(setup);
    expect(requests[0]!.endedAt).toBeCloseTo(9e-3, 9);
    expect(partsOf(setup, window).response).toBeCloseTo(3e-3, 9);
  });
});

describe("messages of one device", () => {
  test("follow one another without a grant of their own, and are delivered in order", () => {
    // Both granted slot 9: sent by 4.66 and 4.82 ms, complete at 5 ms.
    const setup = cell({ streams: [stream({ arrivals: at(0, 0.1e-3) })] });
    expect(ends(setup)[0]).toBeCloseTo(6, 6);
    expect(ends(setup)[1]).toBeCloseTo(6, 6);
    const { requests } = follow(setup);
    expect(requests[1]!.messages[0]![2]).toBeCloseTo(4.66e-3, 9);
  });

  test("one that failed holds up those behind it", () => {
    const harq = { error: 0.5, falls: 1, retransmissions: 3 };
    const setup = cell({
      radio: { harq },
      streams: [stream({ arrivals: at(...Array.from({ length: 50 }, (_, i) => i * 1e-3)) })],
    });
    const times = ends(setup);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });
});

describe("devices that send at once", () => {
  const two = (options: CellOptions): number[] =>
    ends(
      cell({
        devices: 2,
        sizes: [8000],
        ...options,
        streams: [stream({ arrivals: { kind: "trace", instants: Float64Array.of(0), each: true } })],
      }),
    );

  test("share the airtime: two messages of 1.28 ms end together after 2.56 ms of uplink", () => {
    // Five whole slots (9, 14, 19, 24, 29) and 0.06 ms of slot 34: complete at 17.5 ms.
    const [a, b] = two({});
    expect(a).toBeCloseTo(18.5, 6);
    expect(b).toBeCloseTo(18.5, 6);
  });

  test("a weight of 3 leaves a quarter of the airtime to the other", () => {
    const airtime = new Airtime(new Frame(1, "B"), 0, 1);
    const share = new AirtimeShare(airtime, "resource-fair");
    share.enter(0, 3000, 1e6, 3, 0, 0);
    share.enter(1, 3000, 1e6, 1, 1, 0);
    // 3 ms of airtime at three quarters: 4 ms; the other has then sent 1000 bit and goes on alone for 2 ms.
    expect(share.nextEnd()).toBeCloseTo(4e-3, 12);
    expect(share.complete(share.nextEnd())).toEqual([0]);
    expect(share.nextEnd()).toBeCloseTo(6e-3, 12);
  });

  test("a slow device slows itself alone when airtime is shared, and all when bits are", () => {
    const airtime = new Airtime(new Frame(1, "B"), 0, 1);
    const fair = new AirtimeShare(airtime, "resource-fair");
    const even = new AirtimeShare(airtime, "rate-fair");
    for (const share of [fair, even]) {
      share.enter(0, 4000, 4e6, 1, 0, 0);
      share.enter(1, 4000, 1e6, 1, 1, 0);
    }
    // Alone 1 ms and 4 ms. Half the airtime each: the fast one at 2 ms, the slow one has 3000 bit left: 5 ms.
    expect(fair.nextEnd()).toBeCloseTo(2e-3, 12);
    expect(fair.complete(fair.nextEnd())).toEqual([0]);
    expect(fair.nextEnd()).toBeCloseTo(5e-3, 12);
    // Equal bits: both at 1 / (1/4 + 1/1) = 0.8 Mbit/s.
    expect(even.nextEnd()).toBeCloseTo(5e-3, 12);
    expect(even.complete(even.nextEnd())).toEqual([0, 1]);
  });

  test("a device without a rate keeps what it has sent and takes no airtime", () => {
    const share = new AirtimeShare(new Airtime(new Frame(1, "B"), 0, 1), "resource-fair");
    share.enter(0, 2000, 1e6, 1, 0, 0);
    share.enter(1, 2000, 1e6, 1, 1, 0);
    share.setRate(0, 0, 2e-3);
    // After 2 ms each has 1000 bit left. The second ends alone at 3 ms, the first is stopped until 10 ms.
    expect(share.nextEnd()).toBeCloseTo(3e-3, 12);
    expect(share.complete(share.nextEnd())).toEqual([1]);
    expect(share.nextEnd()).toBe(Number.POSITIVE_INFINITY);
    share.setRate(0, 1e6, 10e-3);
    expect(share.nextEnd()).toBeCloseTo(11e-3, 12);
    expect(share.busySeconds(20e-3)).toBeCloseTo(13e-3, 12);
  });

  test("virtual time gives what a calculation piece by piece gives", () => {
    const job = fc.record({
      bits: fc.integer({ min: 1, max: 50 }),
      rate: fc.integer({ min: 1, max: 9 }),
      weight: fc.integer({ min: 1, max: 4 }),
      gap: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(
        fc.array(job, { minLength: 1, maxLength: 8 }),
        fc.constantFrom("resource-fair", "rate-fair"),
        (jobs, mode) => {
          const share = new AirtimeShare(new Airtime(new Frame(1, "B"), 0, 1), mode);
          const found: number[] = [];
          let now = 0;
          const until = (t: number): void => {
            while (share.nextEnd() <= t) {
              now = share.nextEnd();
              for (const id of share.complete(now)) found[id] = now;
            }
          };
          const starts = jobs.map((_, i) => jobs.slice(0, i + 1).reduce((sum, { gap }) => sum + gap, 0));
          jobs.forEach(({ bits, rate, weight }, i) => {
            until(starts[i]!);
            share.enter(i, bits, rate, weight, i, starts[i]!);
          });
          until(1e9);
          const expected = pieceByPiece(jobs, starts, mode);
          jobs.forEach((_, i) => {
            expect(Math.abs(found[i]! - expected[i]!)).toBeLessThan(1e-6 * (1 + expected[i]!));
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** The same fluid model by brute force: from event to event, with each device's rate. */
function pieceByPiece(
  jobs: readonly { bits: number; rate: number; weight: number }[],
  starts: readonly number[],
  mode: "resource-fair" | "rate-fair",
): number[] {
  const left = jobs.map(({ bits }) => bits);
  const ends: number[] = jobs.map(() => Number.NaN);
  let now = 0;
  while (ends.some(Number.isNaN)) {
    const active = jobs.map((_, i) => i).filter((i) => starts[i]! <= now && Number.isNaN(ends[i]!));
    const sum = active.reduce(
      (s, i) => s + (mode === "resource-fair" ? jobs[i]!.weight : jobs[i]!.weight / jobs[i]!.rate),
      0,
    );
    const rate = (i: number): number => (jobs[i]!.weight / sum) * (mode === "resource-fair" ? jobs[i]!.rate : 1);
    const next = Math.min(...starts.filter((s) => s > now), ...active.map((i) => now + left[i]! / rate(i)));
    for (const i of active) {
      left[i]! -= rate(i) * (next - now);
      if (left[i]! <= 1e-9 * jobs[i]!.bits) ends[i] = next;
    }
    now = next;
  }
  return ends;
}

describe("service that comes and goes", () => {
  test("a device that was silent for more than 10 s is connected again first; one that was not is not", () => {
    const idle = { after: 10, promotion: { kind: "constant", value: 0.6 } } as const;
    const times = ends(cell({ radio: { idle }, streams: [stream({ arrivals: at(9, 18, 30) })] }));
    // 9 s, 18 s and 30.6 s are beginnings of patterns; at 30 s the last delivery was 12 s ago.
    expect(times[0]).toBeCloseTo(9006, 6);
    expect(times[1]).toBeCloseTo(18006, 6);
    expect(times[2]).toBeCloseTo(30606, 6);
  });

  test("nothing is sent and nobody asks in an interruption", () => {
    const every = { kind: "constant", value: 7e-3 } as const;
    const lasts = { kind: "constant", value: 20e-3 } as const;
    // With service until 7 ms: sent in slot 9, then from 27 ms on in slot 54 and for 0.28 ms in slot 59; decoded at 31 ms.
    // Without until 20 ms: asks then, sent in slot 49, stopped from 27 to 47 ms, sent in slots 94 and 99; decoded at 51 ms.
    const found = Array.from({ length: 20 }, (_, seed) => {
      const setup = { ...cell({ radio: { interruptions: { every, lasts } }, sizes: [8000] }), seed };
      return Math.round(ends(setup)[0]! * 1e6) / 1e6;
    });
    expect(new Set(found)).toEqual(new Set([31, 51]));
  });
});

describe("over many messages", () => {
  const busy = (options: CellOptions = {}): Setup =>
    cell({
      devices: 5,
      sizes: [{ kind: "exponential", mean: 4000 }],
      streams: [stream({ arrivals: poisson(20), answerTo: "source" })],
      result: 100,
      radio: { harq: { error: 0.1, falls: 0.1, retransmissions: 3 } },
      run: { requests: 2000 },
      ...options,
    });

  test("everyone is answered, and the parts add up to the latency", () => {
    const setup = busy();
    const { requests, window } = follow(setup);
    expect(requests.every(({ end }) => end === "completed")).toBe(true);
    const latency = requests.reduce((sum, { endedAt, messages }) => sum + endedAt - messages[0]![1], 0);
    const sum = Object.values(partsOf(setup, window)).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum / latency - 1)).toBeLessThan(1e-12);
  });

  test("the mean delay of small, rare messages is that of all phases of the pattern: 6.0 ms up", () => {
    const setup = busy({ sizes: [10], streams: [stream({ arrivals: poisson(0.5) })], run: { requests: 20_000 } });
    const { requests } = follow(setup);
    const mean = requests.reduce((sum, { messages }) => sum + (messages[0]![3] - messages[0]![1]), 0) / requests.length;
    // 6.003 ms from the enumeration; standard deviation 1.2 ms, standard error 0.009 ms.
    expect(Math.abs(mean * 1000 - 6.003)).toBeLessThan(0.035);
  });

  test("more bandwidth makes no request of a device later, when nothing fails", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.double({ min: 1, max: 8, noNaN: true }), (seed, factor) => {
        const of = (rate: number): number[] =>
          ends({
            ...cell({
              devices: 1,
              sizes: [{ kind: "exponential", mean: 4000 }],
              streams: [stream({ arrivals: poisson(150) })],
              links: [link(0, 1, { kind: "nr-cell", rate, radio: plain })],
              run: { requests: 100 },
            }),
            seed,
          });
        const [slow, fast] = [of(uplink), of(uplink * factor)];
        slow.forEach((end, i) => {
          expect(fast[i]!).toBeLessThanOrEqual(end + 1e-6);
        });
      }),
      { numRuns: 30 },
    );
  });

  test("busy time is airtime used: bits / capacity over all messages", () => {
    const { window } = follow(busy());
    const busySeconds = window.rate((at) => at.linkBusy[0]!)!;
    const bits = window.rate((at) => at.linkBytes[0]! * 8)!;
    expect(Math.abs(busySeconds / (bits / uplink) - 1)).toBeLessThan(0.01);
  });
});
