/** Links as the simulator takes them. */
import { meanOf, type Varying } from "../sim/links/varying.ts";
import type { Bursts, Link, LinkDirection, Loss, Outages, RadioEnergy } from "../sim/setup.ts";
import { type BitsPerSecond, bitsPerSecond, seconds, watts } from "../units.ts";
import { compileCell, radioCapacity } from "./compile-nr.ts";
import { plain } from "./plain.ts";
import type { ScenarioLink, ScenarioVarying } from "./scenario.ts";

/** @param index of a node by its name @param devices machines at the first end, of which a radio's mean capacity follows, with the seed */
export function compileLink(link: ScenarioLink, index: (name: string) => number, devices: number, seed: number): Link {
  const radio = link.nr === null ? null : compileCell(link.nr);
  const up = direction(link, link.up);
  const down = direction(link, link.down);
  const mean = (way: 0 | 1): BitsPerSecond => bitsPerSecond(radioCapacity(radio!, link.name, devices, seed, way));
  return {
    radio,
    name: link.name,
    kind: link.kind,
    from: index(link.between[0]),
    to: index(link.between[1]),
    per: link.per === null ? null : index(link.per),
    up: radio?.signal ? { ...up, capacity: mean(0) } : up,
    down: radio?.signal ? { ...down, capacity: mean(1) } : down,
    perMessage: seconds(link.perMessage),
    ...(link.attach === null ? {} : { attach: link.attach }),
    mtu: link.mtu,
    header: link.header,
    loss: lossOf(link.loss),
    outages: outagesOf(link.outages),
    connection: link.connection,
    energy: energyOf(link.energy),
    flowCap: bitsPerSecond(link.flowCap),
  };
}

function direction(link: ScenarioLink, capacity: number | ScenarioVarying): LinkDirection {
  const varying = typeof capacity === "number" ? null : varyingOf(capacity);
  const delays = typeof link.latency === "number" ? null : varyingOf(link.latency);
  return {
    capacity: bitsPerSecond(varying === null ? (capacity as number) : meanOf(varying)),
    varying,
    latency: seconds(delays === null ? (link.latency as number) : meanOf(delays)),
    delays,
    jitter: link.jitter === null ? null : plain(link.jitter),
    bursts: burstsOf(link.bursts),
  };
}

function varyingOf(given: ScenarioVarying): Varying {
  if (given.kind === "steps") {
    const { at, values, length, repeats, start } = given;
    return { kind: "steps", at: Float64Array.from(at), values: Float64Array.from(values), length, repeats, start };
  }
  if (given.kind === "gauss-markov") return given;
  return { ...given, goodFor: plain(given.goodFor), badFor: plain(given.badFor) };
}

function burstsOf(bursts: ScenarioLink["bursts"]): Bursts | null {
  return bursts === null ? null : { every: plain(bursts.every), lasts: plain(bursts.lasts) };
}

function lossOf(loss: ScenarioLink["loss"]): Loss | null {
  if (loss === null) return null;
  const retry = seconds(loss.retry);
  return loss.kind === "bernoulli"
    ? { ...loss, retry }
    : { ...loss, retry, goodFor: plain(loss.goodFor), badFor: plain(loss.badFor) };
}

function outagesOf(outages: ScenarioLink["outages"]): Outages | null {
  if (outages === null || outages.kind === "windows") return outages;
  return { kind: "random", up: plain(outages.mtbf), down: plain(outages.mttr) };
}

function energyOf(energy: ScenarioLink["energy"]): RadioEnergy | null {
  if (energy === null) return null;
  return {
    ...energy,
    connected: watts(energy.connected),
    tail: seconds(energy.tail),
    sending: watts(energy.sending),
    receiving: watts(energy.receiving),
  };
}
