/**
 * Histograms of a run that will have more values than are kept exactly, in the memory of the event loop: it counts each value as it comes.
 * Afterwards the collector's samples take them over.
 */
import type { Collector } from "./collector.ts";
import type { EventLoop } from "./loop/event-loop.ts";
import { octaves } from "./octaves.ts";
import type { Ints, Reals } from "./pack.ts";
import { cellsOfOctave, type Samples } from "./samples.ts";

export class Bins {
  private readonly loop: EventLoop;
  /** Latencies, then waits by node group: the places of one follow those of the other. */
  private readonly sets: readonly Samples[];
  private readonly firsts: readonly number[];
  private readonly rows: Ints;
  private readonly lows: Reals;
  private readonly highs: Reals;

  constructor(loop: EventLoop, { latency, waiting }: Collector) {
    this.loop = loop;
    this.sets = [latency, ...waiting];
    let places = 0;
    this.firsts = this.sets.map((set) => {
      places += set.places;
      return places - set.places;
    });
    this.rows = loop.takeInts(places * octaves).fill(-1);
    this.lows = loop.takeReals(places).fill(Number.POSITIVE_INFINITY);
    this.highs = loop.takeReals(places).fill(Number.NEGATIVE_INFINITY);
    const [cutPlaces, ...waits] = this.sets.map(({ cutPlace }, s) => cutPlace.map((place) => this.firsts[s]! + place));
    const of = (values: readonly number[]): number => {
      const table = loop.takeInts(values.length);
      table.set(values);
      return table.byteOffset;
    };
    loop.set({
      bins: 1,
      cutPlaces: of([...cutPlaces!]),
      waitPlaces: of(waits.flatMap((wait) => [...wait])),
      octaveRows: this.rows.byteOffset,
      lows: this.lows.byteOffset,
      highs: this.highs.byteOffset,
    });
  }

  /** @param entry place and octave @returns where the cells of the octave begin */
  addRow(entry: number): number {
    const row = this.loop.addCounters(cellsOfOctave);
    this.rows[entry] = row;
    return row;
  }

  addRare(place: number, value: number): void {
    let set = this.sets.length - 1;
    while (place < this.firsts[set]!) set--;
    this.sets[set]!.recordRare(place - this.firsts[set]!, value);
  }

  /** Gives the samples what was counted. */
  handOver(): void {
    const { counters } = this.loop;
    this.sets.forEach((set, s) => {
      const [from, to] = [this.firsts[s]!, this.firsts[s]! + set.places];
      const rows = this.rows.slice(from * octaves, to * octaves);
      set.adopt(rows, counters, this.lows.slice(from, to), this.highs.slice(from, to));
    });
  }
}
