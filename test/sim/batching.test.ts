import { expect, test } from "vitest";
import type { Batch } from "../../src/sim/setup.ts";
import { seconds } from "../../src/units.ts";
import {
  at,
  build,
  endsOf,
  exponential,
  follow,
  link,
  type NodeOptions,
  node,
  partsOf,
  periodic,
  poisson,
  sequence,
  stream,
} from "./build.ts";

/** A batch of n takes 1 + n / 4 s up to 4, and 2 + (n - 4) / 2 s from there. */
const times = { 1: 1.25, 4: 2, 8: 4 };
const batching = (batch: Partial<Batch>, options: NodeOptions = {}) =>
  node("edge", { ...options, queue: { ...options.queue, batch: { min: 1, max: 8, wait: seconds(0), ...batch } } });

test("a batch starts when it is full, and lasts as long as one of its size", () => {
  const setup = build({
    nodes: [batching({ max: 3, wait: seconds(10) })],
    streams: [stream({ arrivals: at(0, 1, 2, 3, 4, 5) })],
    batched: [times],
  });
  // Three at 2: 1 + 3/4. Three at 5.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([3.75, 3.75, 3.75, 6.75, 6.75, 6.75]);
  // Waited 2 + 1 + 0 twice; each was 1.75 s in service.
  const parts = partsOf(setup, window);
  expect([parts.queue, parts.edge]).toEqual([6, 10.5]);
  // The server was busy for two batches.
  expect(window.over((s) => s.stations[0]!.batches)).toBe(2);
  expect(window.over((s) => s.stations[0]!.batched)).toBe(6);
});

test("a batch that is not full starts when its oldest has waited long enough, with those that came at that very instant", () => {
  const setup = build({
    nodes: [batching({ wait: seconds(2) })],
    streams: [stream({ arrivals: at(0, 1, 2, 2.125) })],
    batched: [times],
  });
  // At 2 there are three: 1.75 s. The fourth waits from 2.125 to 4.125, though the server is free at 3.75.
  expect(endsOf(setup)).toEqual([3.75, 3.75, 3.75, 5.375]);
});

test("while no server is free a batch grows, up to its largest size", () => {
  const setup = build({
    nodes: [batching({ max: 4 })],
    streams: [stream({ arrivals: at(0, 0.125, 0.25, 0.375, 0.5, 0.625) })],
    batched: [times],
  });
  // The first alone until 1.25, four until 3.25, one until 4.5.
  expect(endsOf(setup)).toEqual([1.25, 3.25, 3.25, 3.25, 3.25, 4.5]);
});

test("sizes that were not given lie on a line between those that were", () => {
  const of = (n: number) =>
    endsOf(
      build({
        nodes: [batching({})],
        streams: [stream({ arrivals: at(...Array<number>(n).fill(0)) })],
        batched: [times],
      }),
    );
  expect([1, 2, 3, 4, 6, 8].map((n) => of(n)[0])).toEqual([1.25, 1.5, 1.75, 2, 3, 4]);
});

test("requests that arrive at the same instant share a batch without any wait", () => {
  const setup = build({
    nodes: [batching({ max: 8 })],
    streams: [stream({ arrivals: at(...Array<number>(16).fill(1)) })],
    batched: [times],
  });
  expect(endsOf(setup)).toEqual([...Array<number>(8).fill(5), ...Array<number>(8).fill(9)]);
});

test("fewer than min never start while more may come, and start when no source asks any more", () => {
  const setup = build({
    nodes: [batching({ min: 2, max: 4 })],
    streams: [stream({ arrivals: at(0, 3, 3.5, 9) })],
    batched: [times],
  });
  // Two at 3 until 4.5; the third waits for company until the last comes, at 9.
  expect(endsOf(setup)).toEqual([4.5, 4.5, 10.5, 10.5]);
  const odd = build({
    nodes: [batching({ min: 2, max: 4 })],
    streams: [stream({ arrivals: at(0, 3, 8) })],
    batched: [times],
  });
  expect(endsOf(odd)).toEqual([4.5, 4.5, 9.25]);
});

test("after a batch leavers go, and the others come first for their next segment, in order", () => {
  const setup = build({
    nodes: [batching({ max: 2, wait: seconds(1) })],
    streams: [stream({ arrivals: at(0, 0, 0.5, 0.5) })],
    times: [1, 1],
    batched: [
      { 1: 1, 2: 2 },
      { 1: 4, 2: 4 },
    ],
    share: [0, 1],
  });
  // Two run the first segment until 2 and are back in front: 2 to 6. Then the other two: 6 to 8, and 8 to 12.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.endedAt)).toEqual([6, 6, 12, 12]);
  expect(requests.map((r) => r.visits)).toEqual([[[0, 0, 0, 6]], [[0, 0, 0, 6]], [[0, 0.5, 6, 12]], [[0, 0.5, 6, 12]]]);
  expect(partsOf(setup, window)).toMatchObject({ edge: 24, queue: 11 });
});

test("without any wait, too, who was in a batch comes before who was in none", () => {
  const setup = build({
    nodes: [batching({ max: 2 })],
    streams: [stream({ arrivals: at(0, 0.5) })],
    times: [1, 1],
    batched: [
      { 1: 1, 2: 2 },
      { 1: 4, 2: 4 },
    ],
    share: [0, 1],
  });
  // The first runs both segments, 0 to 1 and 1 to 5; then the second does.
  expect(endsOf(setup)).toEqual([5, 10]);
});

test("one that goes on alone waits for others at its next segment, while the server takes who is ready", () => {
  let asked = 0;
  const setup = build({
    nodes: [batching({ max: 2, wait: seconds(3) })],
    streams: [stream({ arrivals: at(0, 0) }), stream({ name: "late", arrivals: at(1.5, 1.75) })],
    times: [1, 1],
    batched: [
      { 1: 1, 2: 2 },
      { 1: 4, 2: 4 },
    ],
    share: [0.5, 1],
    exit: {
      name: "all but the second and the third leave",
      pure: false,
      heads: (plan) => plan.exits.map((_, e) => e),
      decide: () => (++asked === 2 || asked === 3 ? { kind: "go-on" } : { kind: "answer", of: 0 }),
    },
  });
  // At 2 the second would wait for company until 5; the late two are ready, until 4. One of them goes on, too: the batch is full, until 8.
  expect(endsOf(setup)).toEqual([2, 8, 8, 4]);
});

test("a batch decodes what its members brought one after the other, and its leavers encode one after the other", () => {
  const setup = build({
    nodes: [node("device", { servers: 3 }), batching({ max: 2, wait: seconds(5) }), node("cloud", { servers: 9 })],
    links: [link(0, 1), link(1, 2)],
    streams: [stream({ arrivals: at(0, 1) })],
    times: [0, 0, 1],
    batched: [{ 1: 0, 2: 0 }, { 1: 1, 2: 2 }, { 1: 1 }],
    decode: [null, 0.25, null],
    encode: [null, null, 0.5],
    share: [0, 0, 1],
    sizes: [0, 0, 0],
    place: [0, 1, 2],
  });
  // The batch at 1: two decodings, 2 s, then 0.5 and 1 s of encoding. The first had waited 1 s.
  const { requests, window } = follow(setup);
  expect(requests.map((r) => r.visits[1])).toEqual([
    [1, 0, 1, 4],
    [1, 1, 1, 4.5],
  ]);
  expect(partsOf(setup, window)).toMatchObject({ edge: 4, codec: 0.5 + 0.5 + 0.5 + 1, queue: 1 });
  expect(window.over((s) => s.busy[1]!)).toBe(0);
});

test("streams share a batch, which takes the time of the slower", () => {
  const setup = build({
    nodes: [batching({ max: 2, wait: seconds(5) })],
    streams: [stream({ arrivals: at(0) }), stream({ name: "slow", arrivals: at(1) })],
    batched: [{ 1: 1, 2: 2 }],
  });
  const slow = setup.model.batched!.trunk.map((s, i) =>
    s.map((g) => g.map((t) => (i === 0 ? t : { sizes: [1, 2], times: [amountOf(3), amountOf(3)] }))),
  );
  expect(endsOf({ ...setup, model: { ...setup.model, batched: { ...setup.model.batched!, trunk: slow } } })).toEqual([
    4, 4,
  ]);
});
const amountOf = (value: number) => ({ kind: "constant", value }) as const;

test("with priorities the urgent get into the batch first", () => {
  const setup = build({
    nodes: [batching({ max: 2 }, { queue: { discipline: "priority" } })],
    streams: [
      stream({ name: "bulk", arrivals: at(0, 0.125, 0.25), priority: 2 }),
      stream({ name: "urgent", arrivals: at(0.375, 0.5), priority: 1 }),
    ],
    batched: [{ 1: 1, 2: 1 }],
  });
  expect(endsOf(setup)).toEqual([1, 3, 3, 2, 2]);
});

test("late requests are given up when a batch would take them", () => {
  const setup = build({
    nodes: [batching({ max: 2 })],
    streams: [stream({ arrivals: at(0, 0.5, 0.75, 1.5), deadline: seconds(1.25), late: "drop" })],
    batched: [{ 1: 2, 2: 2 }],
  });
  // At 2 the second is 1.5 s old and given up, the third exactly 1.25 and taken together with the fourth.
  expect(follow(setup).requests.map((r) => [r.end, r.endedAt])).toEqual([
    ["completed", 2],
    ["deadline", 2],
    ["completed", 4],
    ["completed", 4],
  ]);
});

test("places counts those that wait for company, too", () => {
  const setup = build({
    nodes: [batching({ max: 4, wait: seconds(2) }, { queue: { places: 2 } })],
    streams: [stream({ arrivals: at(0, 0.5, 1, 3) })],
    batched: [times],
  });
  expect(follow(setup).requests.map((r) => r.end)).toEqual(["completed", "completed", "queue", "completed"]);
});

test("batches of one are what no batches are", () => {
  const of = (batch: Batch | null) =>
    follow(
      build({
        nodes: [node("edge", { servers: 2, queue: { batch } })],
        streams: [stream({ arrivals: poisson(1.2) })],
        times: [exponential(1), 0.5],
        batched: [{ 1: exponential(1) }, { 1: 0.5 }],
        run: { requests: 500 },
        share: [1, 1],
      }),
    ).requests;
  expect(of({ min: 1, max: 1, wait: seconds(0) })).toEqual(of(null));
});

test("a batch of thousands is counted whole", () => {
  const n = 9000;
  const setup = build({
    nodes: [batching({ max: 10_000, wait: seconds(1) })],
    streams: [stream({ arrivals: at(...Array.from({ length: n }, (_, i) => i / n)) })],
    batched: [{ 1: 1, 10000: 1 }],
  });
  const { window } = follow(setup);
  expect(window.completed(() => true).n).toBe(n);
  expect(window.latencies(() => true).count).toBe(n);
  expect(window.waiting(0).count).toBe(n);
});

test("all in service at once wait for nothing: the time integral is that of the members", () => {
  const setup = build({
    nodes: [batching({ max: 2, wait: seconds(1) })],
    streams: [stream({ arrivals: periodic(1, 0) })],
    batched: [{ 1: 1, 2: sequence(1.5) }],
    run: { duration: seconds(2.25) },
  });
  // Requests at 0, 1, 2: two start at 1 and end at 2.5. Until 2.25: inside 2.25 + 1.25 + 0.25, in service 2 x 1.25, one server busy 1.25.
  const { end } = follow(setup).replication;
  expect([end.stations[0]!.inside, end.stations[0]!.serving, end.busy[0], end.waiting[0]]).toEqual([
    3.75, 2.5, 1.25, 1.25,
  ]);
});
