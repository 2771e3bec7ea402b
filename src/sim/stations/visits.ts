/** What is counted of each visit to a machine: how much of it was waiting, for servers, company and repairs alike. */
import { Visit } from "../collector.ts";
import { entityBits, HELD } from "../events.ts";
import { CODE, GROUP, intWidth, PARTS, QUEUED_AT, SLICE, STARTED_AT } from "../requests.ts";
import type { StationHost } from "./host.ts";

export class Visits {
  private readonly host: StationHost;
  private readonly group: number;
  /** By slot: seconds waited so far in this visit. */
  private waited = new Float64Array(64);

  constructor(host: StationHost, group: number) {
    this.host = host;
    this.group = group;
  }

  begins(slot: number, machine: number): void {
    if (slot >= this.waited.length) {
      const longer = new Float64Array(2 * Math.max(slot, this.waited.length));
      longer.set(this.waited);
      this.waited = longer;
    }
    this.waited[slot] = 0;
    const { requests, agenda } = this.host;
    requests.int[slot * intWidth + GROUP] = this.group;
    requests.int[slot * intWidth + CODE] = (HELD << entityBits) | machine;
    requests.real[slot * requests.realWidth + QUEUED_AT] = agenda.now;
    requests.real[slot * requests.realWidth + STARTED_AT] = -1;
  }

  waits(slot: number, seconds: number): void {
    this.waited[slot]! += seconds;
  }

  /** A server takes the request. */
  starts(slot: number): void {
    const { requests, agenda } = this.host;
    const r = slot * requests.realWidth + STARTED_AT;
    if (requests.real[r]! < 0) requests.real[r] = agenda.now;
  }

  /** The request is done here. */
  ends(slot: number): void {
    const { requests, collector, agenda, recorder, setup } = this.host;
    const { int, real, realWidth } = requests;
    const r = slot * realWidth;
    const waited = this.waited[slot]!;
    const queuedAt = real[r + QUEUED_AT]!;
    const service = agenda.now - queuedAt - waited;
    const slice = int[slot * intWidth + SLICE]!;
    const { visits, serviceShift } = collector;
    const v = (this.group * collector.shape.slices + slice) * Visit.width;
    visits[v]! += 1;
    if (waited > 0) {
      visits[v + Visit.waiting]! += waited;
      visits[v + Visit.waitingSquare]! += waited * waited;
      visits[v + Visit.waited]! += 1;
      this.host.waited(this.group, slice, waited);
      real[r + PARTS + setup.nodes.length]! += waited;
    }
    const d = service - serviceShift[this.group]!;
    if (Number.isNaN(d)) serviceShift[this.group] = service;
    else {
      visits[v + Visit.service]! += d;
      visits[v + Visit.serviceSquare]! += d * d;
    }
    recorder?.visit(slot, this.group, queuedAt, real[r + STARTED_AT]!, agenda.now, service);
  }
}
