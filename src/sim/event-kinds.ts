/** Kinds of events, in the order in which simultaneous ones are handled: completions, deliveries, arrivals, timers. */

/** A machine has ended a stage (trunk and head, or encoding) of a request. Entity: the machine. */
export const STAGE = 0;
/** A shared link may have sent the last bit of a message. Entity: the resource or flow. */
export const FLOW = 1;
/** A message reaches the end of a hop. Entity: the link direction. */
export const DELIVERY = 2;
/** A message enters its first link, after the software cost of sending. */
export const ENTRY = 3;
/** A device asks. Entity: the source. */
export const ARRIVAL = 4;
/** A late message is given up when its link would take it. */
export const GIVE_UP = 5;
/** Something happens to a machine itself: it fails, is repaired, or need wait no longer for a fuller batch. Entity: the machine. */
export const MACHINE = 6;
/** Machines tell how many requests they hold. */
export const REPORT = 7;
/** No events: the request is at a machine that `stations/` looks after, waits in a machine's queue, or its message shares a link. */
export const HELD = 13;
export const WAITING = 14;
export const FLOWING = 15;

/** A code is a kind and an entity: codes are ordered as simultaneous events are, within a kind by declaration order and device. */
export const entityBits = 27;
export const entityMask = (1 << entityBits) - 1;
