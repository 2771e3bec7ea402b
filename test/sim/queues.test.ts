import { expect, test } from "vitest";
import { seconds } from "../../src/units.ts";
import { at, build, endsOf, follow, link, node, stream } from "./build.ts";

test("places counts those waiting, not in service, and whoever finds no place is dropped", () => {
  const setup = build({
    nodes: [node("edge", { queue: { places: 1 } })],
    streams: [stream({ arrivals: at(0, 0.1, 0.2, 1.5) })],
  });
  const { requests, window } = follow(setup);
  expect(requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 1],
    ["completed", 2],
    ["queue", 0.2],
    ["completed", 3],
  ]);
  expect(window.dropped(0, null)).toBe(1);
});

test("without a waiting room only idle servers take requests", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2, queue: { places: 0 } })],
    streams: [stream({ arrivals: at(0, 0.5, 0.75, 1) })],
  });
  // At 1 the first leaves before the fourth arrives: completions come before arrivals.
  expect(follow(setup).requests.map((r) => r.end)).toEqual(["completed", "completed", "queue", "completed"]);
});

test("several servers take requests in the order of their arrival", () => {
  const setup = build({
    nodes: [node("edge", { servers: 2 })],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 0) })],
  });
  expect(endsOf(setup)).toEqual([1, 1, 2, 2, 3]);
});

test("late requests that are kept finish, and count as missed", () => {
  const setup = build({ streams: [stream({ arrivals: at(0, 0, 0), deadline: seconds(1.5) })] });
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([1, 2, 3]);
  expect(window.completed(() => true).inTime).toBe(1);
});

test("late requests are dropped when a server would take them, never in service", () => {
  const setup = build({
    streams: [stream({ arrivals: at(0, 0, 0, 0, 1.9), deadline: seconds(1.5), late: "drop" })],
  });
  // The second is taken at 1 and served until 2 although late by then; the third and fourth are given up at 2, the fifth is not late.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 1],
    ["completed", 2],
    ["deadline", 2],
    ["deadline", 2],
    ["completed", 3],
  ]);
});

test("late requests are dropped when a FIFO link would take them, and the link goes to the next", () => {
  const setup = build({
    nodes: [node("device"), node("edge", { servers: 9 })],
    links: [link(0, 1, { rate: 8000 })],
    streams: [stream({ arrivals: at(0, 0, 0, 0, 1.9), deadline: seconds(2.2), late: "drop" })],
    times: [0],
    sizes: [1000],
    place: [1],
  });
  // The link takes the third at 2, not late yet; the edge would take it at 3 and does not. The link gives up the fourth at 3 and takes
  // the fifth, which is 2.1 s old when it ends.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt, r.messages.length])).toEqual([
    ["completed", 1, 1],
    ["completed", 2, 1],
    ["deadline", 3, 1],
    ["deadline", 3, 0],
    ["completed", 4, 1],
  ]);
});

test("an answer on its way back is not dropped for being late", () => {
  const setup = build({
    nodes: [node("device"), node("edge", { servers: 9 })],
    links: [link(0, 1, { rate: 8000 })],
    streams: [stream({ arrivals: at(0, 0, 0), deadline: seconds(1.5), late: "drop", answerTo: "source" })],
    times: [0],
    sizes: [0],
    place: [1],
    result: 1000,
  });
  // The link takes the third answer at 2, when it is late already.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 1],
    ["completed", 2],
    ["completed", 3],
  ]);
});

test("a request that ends exactly at its deadline is in time", () => {
  const { window } = follow(build({ streams: [stream({ deadline: seconds(1) })] }));
  expect(window.completed(() => true).inTime).toBe(1);
});

test("what takes exactly as long as its deadline is in time whenever it comes, whatever the clock rounds", () => {
  // 0.3 + 0.1 - 0.3 is 0.10000000000000003.
  const arrivals = at(...Array.from({ length: 200 }, (_, n) => 0.3 * n));
  const { window } = follow(build({ streams: [stream({ arrivals, deadline: seconds(0.1) })], times: [0.1] }));
  expect(window.completed(() => true).inTime).toBe(200);
  // Two at a time: the second is taken exactly when its answer is due, and so is not late yet.
  const pairs = at(...Array.from({ length: 200 }, (_, n) => 0.3 * (n >> 1)));
  const dropping = stream({ arrivals: pairs, deadline: seconds(0.1), late: "drop" });
  const { requests } = follow(build({ streams: [dropping], times: [0.1] }));
  expect(requests.filter(({ end }) => end !== "completed")).toEqual([]);
});

test("a stream that keeps its late requests keeps them beside one that drops them", () => {
  const setup = build({
    streams: [
      stream({ name: "kept", arrivals: at(0, 0), deadline: seconds(0.5) }),
      stream({ name: "dropped", arrivals: at(0, 0), deadline: seconds(0.5), late: "drop" }),
    ],
  });
  const { requests } = follow(setup);
  expect(requests.map((r) => [r.stream, r.end])).toEqual([
    [0, "completed"],
    [0, "completed"],
    [1, "deadline"],
    [1, "deadline"],
  ]);
});

test("what coincides in decimals coincides: a server that is free at 0.3 s takes who comes at 0.3 s", () => {
  // 0.1 + 0.1 + 0.1 is 0.30000000000000004, 0.001 + 0.021 is 0.022000000000000002.
  for (const [first, service] of [
    [0, 100],
    [1, 21],
    [3, 34],
  ] as const) {
    const arrivals = Array.from({ length: 50 }, (_, n) => (first + n * service) / 1000);
    const setup = build({
      nodes: [node("edge", { queue: { places: 0 } })],
      streams: [stream({ arrivals: at(...arrivals) })],
      times: [service / 1000],
    });
    const { requests } = follow(setup);
    expect(requests.map(({ end }) => end)).toEqual(arrivals.map(() => "completed"));
    expect(requests.map(({ endedAt }) => endedAt).slice(0, -1)).toEqual(arrivals.slice(1));
  }
});
