/** 5G cells as the simulator takes them. */

import { Airtime } from "../sim/links/nr/airtime.ts";
import { coherenceTime } from "../sim/links/nr/fading.ts";
import { Frame } from "../sim/links/nr/frame.ts";
import { type Mobility, Trips } from "../sim/links/nr/mobility.ts";
import type { NrCell, Signal } from "../sim/links/nr/nr-cell.ts";
import { meanCapacity, Signals } from "../sim/links/nr/signal.ts";
import { occupied, resourceBlocks } from "../sim/links/nr/spectrum.ts";
import type { ScenarioMobility } from "./mobility.ts";
import type { ScenarioCell, ScenarioRadio } from "./nr-cell.ts";
import { plain } from "./plain.ts";

export function compileCell({ access, share, idle, interruptions, radio, mobility }: ScenarioCell): NrCell {
  const slotsPerSecond = 1000 * 2 ** access.numerology;
  return {
    numerology: access.numerology,
    pattern: access.tdd === "fdd" ? "B" : access.tdd,
    special: access.special,
    times: {
      grant: access.grant,
      occasions: Math.round(access.occasions * slotsPerSecond),
      device: access.device,
      station: access.station,
      n1: access.n1,
      k2: access.k2,
      decode: access.decode,
    },
    harq: { error: access.error, falls: access.errorFalls, retransmissions: access.retransmissions },
    share,
    idle: idle === null ? null : { after: idle.after, promotion: plain(idle.promotion) },
    interruptions:
      interruptions === null ? null : { every: plain(interruptions.every), lasts: plain(interruptions.lasts) },
    mobility: mobility === null ? null : mobilityOf(mobility, radio?.carrier ?? usualCarrier),
    signal: radio === null ? null : signalOf(radio, access.numerology),
  };
}

/** Band n78, for who is received best where no radio says another carrier. */
const usualCarrier = 3.5e9;

function mobilityOf(mobility: ScenarioMobility, carrier: number): Mobility {
  const { way } = mobility;
  return {
    ...mobility,
    way:
      way.kind === "path"
        ? { kind: "path", points: way.points, speed: way.speed, returns: way.then === "return" }
        : { ...way, speed: plain(way.speed), pause: plain(way.pause) },
    carrier,
  };
}

function signalOf(radio: ScenarioRadio, numerology: number): Signal {
  const { carrier, fading } = radio;
  return {
    distance:
      radio.distance === null
        ? { kind: "disc", radius: radio.radius ?? 0 }
        : { kind: "drawn", of: plain(radio.distance) },
    carrier,
    bandwidth: occupied(resourceBlocks(radio.bandwidth, numerology)!, numerology),
    sight: radio.sight,
    shadowing: radio.shadowing,
    fading: fading === null ? null : { branches: fading.branches, coherence: coherenceTime(fading.speed, carrier) },
    efficiency: radio.rate,
    layers: radio.layers,
    power: radio.power,
    gain: radio.gain,
    figure: radio.noiseFigure,
    interference: radio.interference,
  };
}

/**
 * What a cell with a radio carries on average [bit/s], for estimates of load: that of the first replication's devices.
 * @param devices at its first end, of which each cell has an equal part
 */
export function radioCapacity(cell: NrCell, link: string, devices: number, seed: number, direction: 0 | 1): number {
  const airtime = new Airtime(new Frame(cell.numerology, cell.pattern), direction, cell.special);
  const root = { seed, replication: 0 };
  const trips = cell.mobility === null ? null : new Trips(cell.mobility, link, root);
  const signals = new Signals(cell.signal!, link, root, trips);
  // Out of reach in one replication need not be so in the next: 0 would say that nobody is ever served.
  return Math.max(1, meanCapacity(signals, Math.min(devices, 1000), direction, airtime.share));
}
