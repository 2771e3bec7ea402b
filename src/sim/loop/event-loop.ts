/** The compiled event loop and its memory. What it does: `assembly/event-loop.ts`. */
import { clear } from "../clear.ts";
import { logTable } from "../natural-log.ts";
import type { Ints, Reals } from "../pack.ts";
import { code } from "./code.ts";
import { AGENDA, BEGIN, BEYOND, COUNTED, COUNTS, IDS, MOST_PAGES, ROOM, SIZE, SOURCES, TIMES } from "./layout.ts";
import { type Memory, type Module, webAssembly } from "./web-assembly.ts";

/** What the event loop asks of the rest of the simulator: see `assembly/host.ts`. */
export interface LoopHost {
  timer(id: number): void;
  timerCode(id: number): number;
  timerOrder(id: number): number;
  nextArrival(stream: number, number: number, device: number, now: number): number;
  sampleRow(stream: number, device: number, number: number, streamNumber: number, now: number): number;
  place(slot: number, segment: number, group: number): number;
  machineOf(slot: number, group: number): number;
  resourceOf(slot: number, way: number): number;
  verdict(slot: number, exit: number): number;
  stageTime(slot: number, stage: number): number;
  prepare(slot: number, group: number): void;
  encode(slot: number, segment: number): number;
  joinStation(slot: number, machine: number, group: number): void;
  payload(slot: number, cut: number): number;
  crosses(slot: number, cut: number): void;
  depart(slot: number): void;
  enterLink(slot: number): void;
  givesUpNow(slot: number): void;
  measured(slot: number, way: number): void;
  givesUp(slot: number, at: number): boolean;
  nextInTime(machine: number, group: number): number;
  drop(slot: number, reason: number): void;
  changed(machine: number): void;
  addRow(entry: number): number;
  addRare(place: number, value: number): void;
  visited(slot: number, group: number, queuedAt: number, startedAt: number, endedAt: number): void;
  teach(slot: number, latency: number): void;
  isRight(slot: number): boolean;
  endsQuery(slot: number): void;
}

interface Exports {
  handle(budget: number): void;
  arrivalIsFirst(at: number): number;
  schedule(agenda: number, id: number): void;
  settle(agenda: number): void;
  runStage(slot: number, group: number): void;
  scheduleStage(slot: number, group: number): void;
  snapped(at: number): number;
  send(slot: number, group: number): void;
  complete(slot: number): void;
  release(slot: number): void;
  record(word: number, order: number, at: number): void;
  keep(at: number, value: number): void;
  naturalLog(x: number): number;
  uniform(k0: number, k1: number, c0: number, c1: number): number;
}

const pageBytes = 65536;
/** Pages to begin with, and least to add. */
const fewPages = 16;
/** Loops kept for the next replication: their memory is mapped, their code has been optimised. */
const mostSpare = 2;
const spare: EventLoop[] = [];
let module: Module | null = null;

/** One that serves one replication at a time: {@link EventLoop.giveBack} when it is over. */
export function takeLoop(host: LoopHost): EventLoop {
  const loop = spare.pop() ?? new EventLoop();
  loop.serve(host);
  return loop;
}

/**
 * Arrays that grow, one after the other behind all others: rows of requests, the agenda of what happens to them, counters of histograms.
 * The last two may grow in the midst of an event, when somebody may have views of the first.
 */
interface Growing {
  begin: number;
  bytes: number;
}

export class EventLoop {
  /** Memory as a whole; new objects when it has grown, but older views stay good: it is shared. */
  ints: Ints;
  reals: Reals;
  readonly call: Exports;
  private readonly all: Readonly<Record<string, unknown>>;
  private readonly memory = createMemory();
  private host: LoopHost | null = null;
  /** Bytes taken, and ever taken: beyond those are zeros. */
  private end = BEGIN;
  private touched = 0;
  private growing: Growing[] = [];
  /** Bytes of the rows and of the counters. */
  private rowBytes: readonly number[] = [];
  private countBytes = 0;

  constructor() {
    module ??= new webAssembly.Module(bytesOf(code));
    // One function for every name that is asked for, for good, whichever replication is served.
    const asked = Object.fromEntries(
      webAssembly.Module.imports(module).map(({ name }) => [
        name,
        (a: number, b: number, c: number, d: number, e: number): unknown =>
          (this.host![name as keyof LoopHost] as (...args: number[]) => unknown)(a, b, c, d, e),
      ]),
    );
    const { exports } = new webAssembly.Instance(module, {
      env: { memory: this.memory },
      host: {
        ...asked,
        grow: (agenda: number) => this.growAgenda(agenda),
        refuse: (agenda: number, id: number) => this.refuse(agenda, id),
      },
    });
    this.all = exports;
    this.call = exports as unknown as Exports;
    this.ints = new Int32Array(this.memory.buffer);
    this.reals = new Float64Array(this.memory.buffer);
  }

  serve(host: LoopHost): void {
    this.host = host;
    this.end = BEGIN;
    this.growing = [];
    this.rowBytes = [];
    this.countBytes = 0;
    this.ints.fill(0, 0, BEGIN >> 2);
    const table = this.takeReals(logTable.length);
    table.set(logTable);
    this.set({ logTable: table.byteOffset });
  }

  /** Whoever holds a view of the memory must have let go of it. */
  giveBack(): void {
    this.host = null;
    if (spare.length < mostSpare) spare.push(this);
  }

  /** Sets variables of the event loop by name. Names that it does not know are for others. */
  set(values: Readonly<Record<string, number>>): void {
    for (const name of Object.keys(values)) {
      const variable = this.all[name];
      if (variable instanceof webAssembly.Global) variable.value = values[name]!;
    }
  }

  /** Zeros, until {@link giveBack}. */
  takeInts(length: number): Ints {
    const begin = this.take(length * 4);
    return new Int32Array(this.memory.buffer, begin, length);
  }

  takeReals(length: number): Reals {
    const begin = this.take(length * 8);
    return new Float64Array(this.memory.buffer, begin, length);
  }

  private take(bytes: number): number {
    const begin = this.end;
    this.extend(begin + bytes);
    return begin;
  }

  private extend(end: number): void {
    const aligned = Math.ceil(end / 8) * 8;
    const missing = Math.ceil((aligned - this.memory.buffer.byteLength) / pageBytes);
    if (missing > 0) {
      try {
        this.memory.grow(Math.max(missing, fewPages));
      } catch (fault) {
        throw new CrowdedError(aligned, fault);
      }
      this.ints = new Int32Array(this.memory.buffer);
      this.reals = new Float64Array(this.memory.buffer);
    }
    if (this.end < this.touched) clear(this.ints, this.end >> 2, Math.min(aligned, this.touched) >> 2);
    this.end = aligned;
    this.touched = Math.max(this.touched, aligned);
  }

  /**
   * Gives each of the arrays that grow so many bytes, with what is in them, and zeros behind it.
   * @returns where each begins: those after the first that grows have moved
   */
  private grow(bytes: readonly number[]): number[] {
    const first = this.growing[0]?.begin ?? this.end;
    let begin = first;
    const grown = bytes.map((n) => {
      const place = { begin, bytes: Math.ceil(n / 8) * 8 };
      begin += place.bytes;
      return place;
    });
    this.extend(begin);
    for (let k = grown.length - 1; k >= 0; k--) {
      const from = this.growing[k] ?? { begin: 0, bytes: 0 };
      const to = grown[k]!;
      if (from.begin !== to.begin && from.bytes > 0) {
        this.ints.copyWithin(to.begin >> 2, from.begin >> 2, (from.begin + from.bytes) >> 2);
      }
      this.ints.fill(0, (to.begin + from.bytes) >> 2, (to.begin + to.bytes) >> 2);
    }
    this.growing = grown;
    return grown.map((place) => place.begin);
  }

  /** An agenda with room for so many entries, in memory of its own that does not grow. */
  openAgenda(agenda: number, room: number): void {
    const times = this.takeReals(room + BEYOND).fill(Number.POSITIVE_INFINITY);
    this.place(agenda, times.byteOffset, this.takeInts(room + BEYOND).byteOffset, room + BEYOND);
  }

  private place(agenda: number, times: number, ids: number, room: number): void {
    this.ints[(agenda + TIMES) >> 2] = times;
    this.ints[(agenda + IDS) >> 2] = ids;
    this.ints[(agenda + ROOM) >> 2] = room;
  }

  private growAgenda(agenda: number): void {
    if (agenda === SOURCES) throw new Error("more devices ask than there are");
    this.growRows(this.rowBytes, 2 * this.ints[(AGENDA + ROOM) >> 2]!);
  }

  /** Counters of one more octave: the first of them. */
  addCounters(counters: number): number {
    const first = this.ints[COUNTED >> 2]!;
    this.ints[COUNTED >> 2] = first + counters;
    if ((first + counters) * 4 > this.countBytes) {
      this.countBytes = Math.max(2 * this.countBytes, 16 * counters * 4);
      this.growRows(this.rowBytes, 0);
    }
    return first;
  }

  /** Copies of the counters in use. */
  get counters(): Uint32Array<ArrayBuffer> {
    const begin = this.ints[COUNTS >> 2]!;
    return new Uint32Array(new Uint32Array(this.memory.buffer, begin, this.ints[COUNTED >> 2]));
  }

  /**
   * Gives rows of requests so many bytes, and the agenda of what happens to them room for at least so many entries.
   * @returns where the rows begin
   */
  growRows(bytes: readonly number[], entries: number): number[] {
    const before = this.ints[(AGENDA + SIZE) >> 2]!;
    const room = Math.max(entries + BEYOND, this.ints[(AGENDA + ROOM) >> 2]!);
    this.rowBytes = bytes;
    const begins = this.grow([...bytes, room * 8, room * 4, this.countBytes]);
    const [times, ids, counts] = begins.slice(-3) as [number, number, number];
    this.reals.fill(Number.POSITIVE_INFINITY, (times >> 3) + before, (times >> 3) + room);
    this.place(AGENDA, times, ids, room);
    this.ints[COUNTS >> 2] = counts;
    return begins.slice(0, -3);
  }

  private refuse(agenda: number, id: number): never {
    const [due, now] = [this.reals[agenda >> 3], this.reals[(agenda >> 3) + 1]];
    throw new RangeError(`event ${id} scheduled at t=${due} s, before t=${now} s`);
  }
}

/** A replication needs more memory than there is, or than can be addressed: most often, too many requests wait. */
export class CrowdedError extends Error {
  readonly exitCode = 2;
  constructor(bytes: number, cause: unknown) {
    super(
      `a replication needs ${(bytes / 1e9).toFixed(1)} GB and gets ${((MOST_PAGES * pageBytes) / 1e9).toFixed(1)} GB at most\n  hint      requests that come faster than they are served pile up: see what validate says of the load, give queues places, or run fewer requests`,
      { cause },
    );
  }
}

/** @throws AddressSpaceError where the process is held to little address space */
function createMemory(): Memory {
  try {
    return new webAssembly.Memory({ initial: fewPages, maximum: MOST_PAGES, shared: true });
  } catch (fault) {
    throw new AddressSpaceError(fault);
  }
}

/** WebAssembly reserves some 10 GB of addresses to do without checks; few of them are ever used. */
export class AddressSpaceError extends Error {
  readonly exitCode = 2;
  constructor(cause: unknown) {
    super(
      `expected  10 GB of address space to reserve, next to none of which is used\n  got       less: see ulimit -v\n  hint      NODE_OPTIONS=--disable-wasm-trap-handler makes do without, some 6 % slower`,
      { cause },
    );
  }
}

/** Base64 by hand: browsers and Node have no function for it in common. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const values = new Uint8Array(128);
  for (let i = 0; i < letters.length; i++) values[letters.charCodeAt(i)] = i;
  const length = text.replace(/=+$/, "").length;
  const bytes = new Uint8Array((length * 3) >> 2);
  let bits = 0;
  for (let i = 0, at = 0; i < length; i++) {
    bits = (bits << 6) | values[text.charCodeAt(i)]!;
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}
