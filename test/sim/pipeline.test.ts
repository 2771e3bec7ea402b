import { expect, test } from "vitest";
import { at, build, endsOf, follow, link, node, partsOf, periodic, sequence, stream } from "./build.ts";

const ns = (value: number): number => Math.round(value * 1e9);

test("a deterministic pipeline ends every request to the nanosecond", () => {
  // Segment 4 ms, 30,000 B at 50 Mbit/s = 4.8 ms, 5 ms on the way, segment 8 ms.
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { rate: 50e6, latency: 5e-3 })],
    streams: [stream({ arrivals: at(0, 0.001, 0.1) })],
    times: [4e-3, 8e-3],
    sizes: [0, 30_000],
    place: [0, 1],
  });
  const { requests, window } = follow(setup);
  // First: 4 + 4.8 + 5 + 8 = 21.8 ms. Second: device 4 to 8, link 8.8 to 13.6, there 18.6, edge 21.8 to 29.8. Third: alone, 100 + 21.8.
  expect(requests.map((r) => ns(r.endedAt))).toEqual([21_800_000, 29_800_000, 121_800_000]);
  const parts = partsOf(setup, window);
  // The second waits 3 ms for the device, 0.8 ms for the link and 3.2 ms for the edge.
  expect(parts).toMatchObject({ device: expect.closeTo(12e-3, 12), edge: expect.closeTo(24e-3, 12) });
  expect(parts.queue).toBeCloseTo(7e-3, 12);
  expect(parts.transmit).toBeCloseTo(14.4e-3, 12);
  expect(parts.propagate).toBeCloseTo(15e-3, 12);
  expect([parts.access, parts.codec, parts.response]).toEqual([0, 0, 0]);
});

test("two hops store and forward whole messages", () => {
  // 1,000 B: 8 ms at 1 Mbit/s, then 4 ms at 2 Mbit/s; 1 ms and 2 ms on the way.
  const setup = build({
    nodes: [node("device"), node("gateway"), node("cloud")],
    links: [link(0, 1, { rate: 1e6, latency: 1e-3 }), link(1, 2, { rate: 2e6, latency: 2e-3 })],
    streams: [stream({ arrivals: at(0, 0) })],
    times: [0],
    sizes: [1000],
    place: [2],
  });
  const { requests } = follow(setup);
  // Second: first link 8 to 16 ms, there 17; the second link is free since 13; 17 to 21, there 23.
  expect(requests.map((r) => ns(r.endedAt))).toEqual([15_000_000, 23_000_000]);
  expect(requests[1]!.messages.map(([way, queued, started, left]) => [way, ns(queued), ns(started), ns(left)])).toEqual(
    [
      [0, 0, 8_000_000, 16_000_000],
      [2, 17_000_000, 17_000_000, 21_000_000],
    ],
  );
  // Nodes that only forward spend no server.
  expect(requests.flatMap((r) => r.visits.map(([group]) => group))).toEqual([2, 2]);
});

test("a fixed link delays each message alone, a FIFO link one after the other", () => {
  const options = {
    nodes: [node("device"), node("edge", { servers: 9 })],
    streams: [stream({ arrivals: at(0, 0, 0) })],
    times: [0],
    sizes: [1000],
    place: [1],
  };
  const rate = 1e6;
  expect(endsOf(build({ ...options, links: [link(0, 1, { kind: "fixed", rate })] })).map(ns)).toEqual([8e6, 8e6, 8e6]);
  expect(endsOf(build({ ...options, links: [link(0, 1, { kind: "fifo", rate })] })).map(ns)).toEqual([8e6, 16e6, 24e6]);
  // Without a rate only the delay is left.
  expect(endsOf(build({ ...options, links: [link(0, 1, { kind: "fixed", latency: 0.5 })] }))).toEqual([0.5, 0.5, 0.5]);
});

test("links that each machine has for itself do not delay one another", () => {
  const options = { streams: [stream({ arrivals: at(0, 0) })], times: [0], sizes: [1000], place: [1] };
  const nodes = [node("device", { count: 2 }), node("edge", { servers: 2 })];
  const shared = build({ ...options, nodes, links: [link(0, 1, { rate: 1e6 })] });
  const own = build({ ...options, nodes, links: [link(0, 1, { rate: 1e6, per: 0 })] });
  expect(endsOf(shared).map(ns)).toEqual([8e6, 16e6]);
  expect(endsOf(own).map(ns)).toEqual([8e6, 8e6]);
});

test("headers are sent with every packet, per-message costs where a message starts and ends", () => {
  const between = { rate: 1e6, perMessage: 3e-4, mtu: 1500, header: 40 };
  const setup = build({
    nodes: [node("device"), node("gateway"), node("cloud")],
    links: [link(0, 1, between), link(1, 2, between)],
    times: [0],
    sizes: [4000],
    place: [2],
  });
  const { requests, window } = follow(setup);
  // 4,000 B in 3 packets: 4,120 B, 32.96 ms on each link; 0.3 ms at the device and 0.3 ms at the cloud.
  expect(ns(requests[0]!.endedAt)).toBe(2 * 32_960_000 + 600_000);
  expect(partsOf(setup, window).propagate).toBeCloseTo(6e-4, 12);
  expect(window.over((s) => s.linkBytes[0]!)).toBe(null);
  expect([...window.messages(0)].slice(0, 4)).toEqual([1, 0, expect.closeTo(0.03296, 12), 4120]);
});

test("a message of 0 B pays the way but no transmission", () => {
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { rate: 1, latency: 0.25 })],
    times: [1, 1],
    sizes: [0, 0],
    place: [0, 1],
  });
  expect(endsOf(setup)).toEqual([2.25]);
});

test("encoding and decoding hold the server", () => {
  // Device: 1 s of trunk and 2 s to encode; edge: 4 s to decode and 8 s of trunk.
  const setup = build({
    nodes: [node("device"), node("edge")],
    links: [link(0, 1)],
    streams: [stream({ arrivals: at(0, 0) })],
    times: [1, 8],
    encode: [null, 2],
    decode: [null, 4],
    place: [0, 1],
  });
  const { requests, window } = follow(setup);
  // Second: device 3 to 6, edge from 15 (the first leaves it at 3 + 12) to 27.
  expect(requests.map((r) => r.endedAt)).toEqual([15, 27]);
  expect(requests[1]!.visits).toEqual([
    [0, 0, 3, 6],
    [1, 6, 15, 27],
  ]);
  expect(partsOf(setup, window)).toEqual({
    device: 2,
    edge: 16,
    queue: 3 + 9,
    access: 0,
    transmit: 0,
    propagate: 0,
    codec: 12,
    response: 0,
  });
});

test("a raw input visits no server before it leaves, unless it is encoded", () => {
  const options = {
    nodes: [node("device"), node("edge")],
    links: [link(0, 1, { latency: 1 })],
    times: [2],
    place: [1],
  };
  const raw = follow(build(options)).requests[0]!;
  expect([raw.endedAt, raw.visits]).toEqual([3, [[1, 1, 1, 3]]]);
  const encoded = follow(build({ ...options, encode: [0.5], decode: [0.25] })).requests[0]!;
  expect([encoded.endedAt, encoded.visits]).toEqual([
    3.75,
    [
      [0, 0, 0, 0.5],
      [1, 1.5, 1.5, 3.75],
    ],
  ]);
});

test("a server is held through the contiguous segments of a request", () => {
  const { requests } = follow(build({ streams: [stream({ arrivals: at(0, 0) })], times: [1, 2, 4] }));
  expect(requests.map((r) => r.visits)).toEqual([[[0, 0, 0, 7]], [[0, 0, 7, 14]]]);
});

test("the answer travels back over the route, and what follows the exit is the response", () => {
  const options = {
    nodes: [node("device"), node("edge"), node("cloud")],
    links: [link(0, 1, { rate: 8000, latency: 1 }), link(1, 2, { rate: 8000, latency: 2 })],
    times: [4],
    sizes: [1000],
    result: 500,
    place: [2],
  };
  // There: 1 + 1 + 1 + 2 = 5 s, served until 9; back 500 B: 0.5 + 2 + 0.5 + 1 = 4 s to the device, 2.5 s to the edge.
  for (const [answerTo, end] of [
    ["source", 13],
    ["nowhere", 9],
    [2, 9],
    [1, 11.5],
    [0, 13],
  ] as const) {
    const setup = build({ ...options, streams: [stream({ answerTo })] });
    const { requests, window } = follow(setup);
    expect(requests.map((r) => r.endedAt)).toEqual([end]);
    expect(partsOf(setup, window)).toMatchObject({ queue: 0, transmit: 2, propagate: 3, response: end - 9, cloud: 4 });
    expect(requests[0]!.group).toBe(2);
  }
});

test("an answer at the node it is due at is free, and the answers of others delay it on FIFO links", () => {
  const setup = build({
    nodes: [node("device"), node("edge", { servers: 2 })],
    links: [link(0, 1, { rate: 8000, per: null, kind: "fifo" })],
    streams: [stream({ arrivals: at(0, 0), answerTo: "source" })],
    times: [1],
    sizes: [0],
    result: 1000,
    place: [1],
  });
  expect(endsOf(setup)).toEqual([2, 3]);
  expect(endsOf(build({ times: [1], streams: [stream({ answerTo: "source" })], result: 1000 }))).toEqual([1]);
});

test("an answer comes back over the source's own link", () => {
  const setup = build({
    nodes: [node("device", { count: 3 }), node("edge", { servers: 3 })],
    links: [link(0, 1, { rate: 8000, per: 0 })],
    streams: [stream({ arrivals: at(0, 0, 0), answerTo: "source" })],
    times: [1],
    result: 1000,
    place: [1],
  });
  // One link each: nobody waits.
  expect(endsOf(setup)).toEqual([2, 2, 2]);
});

test("exact lists are read by the arrival number of the stream, and running out is an error that names it", () => {
  const setup = build({ streams: [stream({ arrivals: at(0, 10, 20) })], table: () => sequence(1, 2, 4) });
  expect(endsOf(setup)).toEqual([1, 12, 24]);
  const short = build({ streams: [stream({ arrivals: at(0, 10, 20) })], table: () => sequence(1, 2) });
  expect(() => endsOf(short)).toThrow(
    "sequence of service stream segment-0 trunk has 2 values, arrival 3 needs one more",
  );
});

test("jitter may delay but not reorder messages on a FIFO link, and may reorder them on a fixed one", () => {
  const options = {
    nodes: [node("device"), node("edge", { servers: 2 })],
    streams: [stream({ arrivals: at(0, 1) })],
    times: [0],
    place: [1],
  };
  const jitter = sequence(5, 1);
  expect(endsOf(build({ ...options, links: [link(0, 1, { kind: "fifo", jitter })] }))).toEqual([5, 5]);
  expect(endsOf(build({ ...options, links: [link(0, 1, { kind: "fixed", jitter })] }))).toEqual([5, 2]);
});

test("a periodic source asks at phase + n x period, never a sum of periods", () => {
  const setup = build({
    streams: [stream({ arrivals: periodic(0.1, 0.05) })],
    times: [0],
    run: { requests: 1000 },
  });
  const ends = endsOf(setup);
  expect(ends[999]).toBe(0.05 + 999 * 0.1);
});
