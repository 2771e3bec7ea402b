import { expect, test } from "vitest";
import { Agenda } from "../../../src/sim/agenda.ts";
import { CrowdedError, type EventLoop, type LoopHost, takeLoop } from "../../../src/sim/loop/event-loop.ts";
import { AGENDA } from "../../../src/sim/loop/layout.ts";
import { CODE, intWidth, ORDER, Requests } from "../../../src/sim/requests.ts";

const fresh = (): EventLoop => takeLoop({} as LoopHost);

test("arrays that are taken are zeros and lie beside one another, also in memory that had to grow", () => {
  const loop = fresh();
  const small = loop.takeInts(3).fill(7);
  // 40 MB: more than there is to begin with.
  const large = loop.takeReals(5_000_000);
  expect(large.every((x) => x === 0)).toBe(true);
  large.fill(1);
  const last = loop.takeInts(4);
  expect([...last]).toEqual([0, 0, 0, 0]);
  last.fill(9);
  expect([...small]).toEqual([7, 7, 7]);
  expect(large.every((x) => x === 1)).toBe(true);
});

test("a loop that is given back begins with zeros again", () => {
  const loop = fresh();
  loop.takeReals(100_000).fill(3);
  loop.giveBack();
  const again = fresh();
  expect(again.takeReals(200_000).every((x) => x === 0)).toBe(true);
});

test("rows of requests and what waits in the agenda survive when both grow", () => {
  const loop = fresh();
  const requests = new Requests(2, loop);
  const agenda = new Agenda(loop, AGENDA);
  requests.reserve(10);
  // More events than there is room for, which makes the agenda grow on its own, then the rows before it.
  const n = 3000;
  for (let id = 0; id < n; id++) {
    agenda.due[0] = (id * 7919) % n;
    agenda.schedule(~id);
  }
  for (let slot = 0; slot < 10; slot++) requests.int[slot * intWidth + ORDER] = slot;
  requests.real.fill(0.5);
  const reals = requests.real.length;
  requests.reserve(50_000);
  for (let slot = 0; slot < 10; slot++) expect(requests.int[slot * intWidth + ORDER]).toBe(slot);
  expect(requests.int.subarray(10 * intWidth).every((x) => x === 0)).toBe(true);
  expect(requests.real.subarray(0, reals).every((x) => x === 0.5)).toBe(true);
  expect(requests.real.subarray(reals).every((x) => x === 0)).toBe(true);
  const times: number[] = [];
  while (agenda.take() < 0 && agenda.size > 0) times.push(agenda.now);
  expect(times).toEqual(Array.from({ length: n }, (_, i) => i));
});

test("rows that had moved in the midst of an event would be lost: the agenda grows behind them", () => {
  const loop = fresh();
  const requests = new Requests(2, loop);
  const agenda = new Agenda(loop, AGENDA);
  requests.reserve(5000);
  const { int } = requests;
  for (let id = 0; id < 20_000; id++) {
    agenda.due[0] = id;
    agenda.schedule(~id);
  }
  int[3 * intWidth + CODE] = 11;
  expect(requests.int[3 * intWidth + CODE]).toBe(11);
  expect(loop.addCounters(512)).toBe(0);
  expect(loop.addCounters(512)).toBe(512);
  int[3 * intWidth + CODE] = 12;
  expect(requests.int[3 * intWidth + CODE]).toBe(12);
  expect(agenda.take()).toBe(~0);
});

test("more memory than can be addressed is a mistake of the scenario, not a fault", () => {
  const take = (): unknown => fresh().takeReals(400_000_000);
  expect(take).toThrow(CrowdedError);
  expect(take).toThrow(/^a replication needs \d+\.\d GB and gets 2\.1 GB at most\n/);
  expect(take).toThrow("needs 3.2 GB");
});
