import { expect, test } from "vitest";
import { amount, at, build, follow, link, node, stream } from "./build.ts";

const six = at(0, 100, 200, 300, 400, 500);

test("device i of a larger group is attached to node i mod m of the smaller", () => {
  // Two edges with one server each; devices 0, 2, 4 share the first, 1, 3, 5 the second: all ask at once.
  const setup = build({
    nodes: [node("device", { count: 6 }), node("edge", { count: 2 })],
    links: [link(0, 1)],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0, 0) })],
    place: [1],
  });
  const { requests } = follow(setup);
  expect(requests.map((r) => [r.device, r.endedAt])).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ]);
});

test("attachments follow the route: 6 devices over 4 edges to 3 clouds", () => {
  // Device d -> edge d mod 4 -> cloud (d mod 4) mod 3: clouds 0, 1, 2, 0, 0, 1.
  const setup = build({
    nodes: [node("device", { count: 6 }), node("edge", { count: 4 }), node("cloud", { count: 3 })],
    links: [link(0, 1), link(1, 2)],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0, 0) })],
    place: [2],
  });
  expect(follow(setup).requests.map((r) => r.endedAt)).toEqual([1, 1, 1, 2, 3, 2]);
});

test("towards a larger group a node uses the first machine attached to it", () => {
  const setup = build({
    nodes: [node("gateway"), node("camera", { count: 5 })],
    links: [link(0, 1)],
    streams: [stream({ arrivals: at(0, 0) })],
    place: [1],
  });
  // Both on machine 0: one after the other.
  expect(follow(setup).requests.map((r) => r.endedAt)).toEqual([1, 2]);
});

test("answers return to the machine the request came from", () => {
  // Every device has its own link of 1 s for an answer: none delays another although all are due at the same time.
  const setup = build({
    nodes: [node("device", { count: 6 }), node("edge", { servers: 6 })],
    links: [link(0, 1, { rate: 8000, per: 0 })],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0, 0), answerTo: "source" })],
    result: 1000,
    place: [1],
  });
  expect(follow(setup).requests.map((r) => r.endedAt)).toEqual([2, 2, 2, 2, 2, 2]);
});

test("instants of a trace are dealt to the devices in turn, or followed by each", () => {
  const nodes = [node("device", { count: 3 })];
  const dealt = follow(build({ nodes, streams: [stream({ arrivals: six })] })).requests;
  expect(dealt.map((r) => r.device)).toEqual([0, 1, 2, 0, 1, 2]);
  const each = follow(
    build({ nodes, streams: [stream({ arrivals: { kind: "trace", instants: Float64Array.of(0, 100), each: true } })] }),
  ).requests;
  expect(each.map((r) => [r.device, r.number])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
});

test("one machine serves the streams of two groups", () => {
  const setup = build({
    nodes: [node("camera"), node("sensor"), node("edge")],
    links: [link(0, 2), link(1, 2)],
    streams: [stream({ name: "camera", source: 0 }), stream({ name: "sensor", source: 1 })],
    table: (s) => amount(s + 1),
    place: [2],
  });
  expect(follow(setup).requests.map((r) => r.endedAt)).toEqual([1, 3]);
});
