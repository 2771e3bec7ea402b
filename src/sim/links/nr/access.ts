/**
 * How long a message waits for permission to send, and what blocks that failed cost, slot by slot. Deterministic: which slots follow from
 * when it came and how often a block failed. All instants and spans in slots of {@link Frame}.
 */
import type { Frame } from "./frame.ts";

/** Times of a cell and its devices [slots], and how uplink is granted. */
export interface AccessTimes {
  /** `configured`: a device may send in every occasion without asking. */
  readonly grant: "dynamic" | "configured";
  /** Slots between occasions of a scheduling request, or of a configured grant; 0: every uplink slot has one. */
  readonly occasions: number;
  /** From a message in the device to a request that may be sent. */
  readonly device: number;
  /** From what a base station has received, or got from the core, to what it sends. */
  readonly station: number;
  /** N1: least from the end of a downlink block to the slot of its acknowledgement. */
  readonly n1: number;
  /** K2: least from the slot of a grant to the slot it grants; not below N2 of the device. */
  readonly k2: number;
  /** From the end of a block to the message delivered. */
  readonly decode: number;
}

/**
 * First slot in which a message of the device may be sent: a request in the next occasion, its processing, a grant in the next downlink
 * slot, and the next uplink slot at least K2 later. With a configured grant the next occasion itself.
 * @param isSending the device has a grant already, so what it asks for goes along in its next uplink slot (buffer status report)
 */
export function uplinkSlot(frame: Frame, times: AccessTimes, arrival: number, isSending = false): number {
  const asks = frame.nextOccasion(arrival + times.device, isSending ? 0 : times.occasions);
  return times.grant === "configured" ? asks : grantedSlot(frame, times, asks);
}

/** First slot in which the base station may send a message that reached it. */
export function downlinkSlot(frame: Frame, times: AccessTimes, arrival: number): number {
  return frame.nextDownlink(arrival + times.station);
}

/** Slot in which an uplink block that failed in `slot` is sent again: by a new grant, whatever the first was. */
export function uplinkAgain(frame: Frame, times: AccessTimes, slot: number): number {
  return grantedSlot(frame, times, slot);
}

/** Slot in which a downlink block that failed in `slot` is sent again: after its negative acknowledgement. */
export function downlinkAgain(frame: Frame, times: AccessTimes, slot: number): number {
  const feedback = frame.nextUplink(slot + 1 + times.n1);
  return frame.nextDownlink(feedback + 1 + times.station);
}

/** Uplink slot that a grant gives after something was heard from the device in `heard`. */
function grantedSlot(frame: Frame, times: AccessTimes, heard: number): number {
  const grant = frame.nextDownlink(heard + 1 + times.station);
  return frame.nextUplink(grant + times.k2);
}
