/**
 * What changes over time at each device of a link. Those that were asked about lately are kept; of large fleets the others are forgotten, and made
 * anew from their own draws when somebody asks, so that memory follows what is in use.
 */
import type { Pieces } from "./pieces.ts";
import { Timeline } from "./timeline.ts";

/** Timelines kept, a power of two: all, where there are no more devices. */
const kept = 4096;

export class Timelines {
  private readonly make: () => Pieces;
  private readonly areHeld: boolean;
  private readonly lines: Timeline[] = [];
  /** Whose they are, -1 for nobody's. */
  private readonly numbers: Int32Array;
  private readonly mask: number;

  /** @param areHeld who asks for one keeps it; otherwise it is good until another device's is asked for */
  constructor(devices: number, areHeld: boolean, make: () => Pieces) {
    this.make = make;
    this.areHeld = areHeld;
    const places = Math.min(kept, 2 ** Math.ceil(Math.log2(devices)));
    this.mask = places - 1;
    this.numbers = new Int32Array(places).fill(-1);
  }

  /** That of a device. @param now nobody will ask about times before, of any device */
  of(number: number, now: number): Timeline {
    const place = number & this.mask;
    return this.numbers[place] === number ? this.lines[place]! : this.replace(place, number, now);
  }

  private replace(place: number, number: number, now: number): Timeline {
    let line = this.lines[place];
    line?.mark(now);
    if (line === undefined || this.areHeld) {
      line = new Timeline(this.make(), number, now);
      this.lines[place] = line;
    } else line.begin(number, now);
    this.numbers[place] = number;
    return line;
  }
}
