import fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda } from "../../src/sim/agenda.ts";
import { type LoopHost, takeLoop } from "../../src/sim/loop/event-loop.ts";
import { AGENDA } from "../../src/sim/loop/layout.ts";
import { CODE, intWidth, ORDER, Requests } from "../../src/sim/requests.ts";

/** An agenda of requests with these codes and orders, which may be added to until they are scheduled. */
function agendaOf(codes: readonly number[], orders: readonly number[]): Agenda {
  const loop = takeLoop({} as LoopHost);
  const requests = new Requests(0, loop);
  requests.reserve(1024);
  const agenda = new Agenda(loop, AGENDA);
  const schedule = agenda.schedule.bind(agenda);
  agenda.schedule = (id) => {
    requests.int[id * intWidth + CODE] = codes[id] ?? 0;
    requests.int[id * intWidth + ORDER] = orders[id] ?? 0;
    schedule(id);
  };
  return agenda;
}

function schedule(agenda: Agenda, time: number, id: number): void {
  agenda.due[0] = time;
  agenda.schedule(id);
}

test("events come out by time, then code, then request number, however they are mixed with those taken", () => {
  // Few different times and codes, so that ties are the rule.
  const event = fc.record({ wait: fc.integer({ min: 0, max: 4 }), code: fc.integer({ min: 0, max: 3 }) });
  const step = fc.array(event, { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const codes: number[] = [];
      const orders: number[] = [];
      const agenda = agendaOf(codes, orders);
      let waiting: { time: number; id: number }[] = [];
      let now = 0;
      const take = (): void => {
        waiting.sort((a, b) => a.time - b.time || codes[a.id]! - codes[b.id]! || orders[a.id]! - orders[b.id]!);
        const [first, ...others] = waiting;
        waiting = others;
        const id = agenda.take();
        expect(id).toBe(first?.id ?? -1);
        if (first === undefined) return;
        expect(agenda.now).toBe(first.time);
        now = first.time;
      };
      for (const events of steps) {
        for (const { wait, code } of events) {
          const id = codes.push(code) - 1;
          // Request numbers unlike the order of scheduling.
          orders.push((id * 7919) % 1009);
          schedule(agenda, now + wait, id);
          waiting.push({ time: now + wait, id });
        }
        take();
      }
      while (waiting.length > 0) take();
      take();
    }),
    { numRuns: 300 },
  );
});

test("a thousand events scheduled at random come out sorted", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 1000 }), (times) => {
      const agenda = agendaOf([], []);
      times.forEach((time, id) => {
        schedule(agenda, time, id);
      });
      const taken: number[] = [];
      while (agenda.take() >= 0) taken.push(agenda.now);
      expect(taken).toEqual([...times].sort((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});

test("the clock does not run backwards", () => {
  const agenda = agendaOf([0, 0], [0, 1]);
  schedule(agenda, 2, 0);
  expect(agenda.take()).toBe(0);
  expect(() => schedule(agenda, 1.9, 1)).toThrow("event 1 scheduled at t=1.9 s, before t=2 s");
  expect(() => schedule(agenda, Number.NaN, 1)).toThrow(RangeError);
});

test("an agenda that was cleared is empty", () => {
  const agenda = agendaOf([0, 0, 0], [0, 1, 2]);
  for (const id of [0, 1, 2]) schedule(agenda, id, id);
  agenda.take();
  agenda.clear();
  expect(agenda.take()).toBe(-1);
  schedule(agenda, 5, 1);
  expect(agenda.take()).toBe(1);
});
