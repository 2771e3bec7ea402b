/**
 * Where the event loop keeps what others read or write, too: bytes of its memory from its beginning on. Plain constants, which
 * `assembly/` takes over. Everything else is wherever there was room: see `EventLoop` in `event-loop.ts`.
 */

/** An agenda: when what is scheduled next is due, instant of what was taken last [s]. */
export const DUE = 0;
export const NOW = 8;
/** Where its instants (f64) and what happens then (i32) begin, how many there are, and how many there is room for. */
export const TIMES = 16;
export const IDS = 20;
export const SIZE = 24;
export const ROOM = 28;
/** 1 while the place of the root, which was taken, is free. */
export const OPEN = 32;

/** What happens to requests next, and timers. */
export const AGENDA = 64;
/** When each device asks next. */
export const SOURCES = 128;

/** Something other than an event is due then [s]. */
export const HORIZON = 192;
/** Arrivals after which something other than an event is due; the number of the last arrival that is wanted. f64: may be +Infinity. */
export const NEXT_ARRIVAL = 200;
export const LAST_ORDER = 208;
/** Events so far, f64. */
export const EVENTS = 216;
/** Four words of the fingerprint. */
export const FINGERPRINT = 224;
/** Arrivals so far. */
export const ARRIVED = 240;
/** Latencies and waits that have still to be filed. */
export const PENDING = 244;
/** Slots ever used, and how many of them are free. */
export const USED = 248;
export const FREED = 252;
/** There are closed streams, and they have not stopped asking. */
export const ASKS_AGAIN = 256;

/** Where the rows of the requests begin (see `request-columns.ts`), bytes of a row of reals, and where the free slots are kept. */
export const INT_ROWS = 260;
export const REAL_ROWS = 264;
export const REAL_ROW_BYTES = 268;
export const FREE_SLOTS = 272;
/** Where the counters of histograms begin, and how many are in use. */
export const COUNTS = 276;
export const COUNTED = 280;
/** 1 where instants of arrivals and completions are brought to the nearest picosecond, so that equal decimals are equal. */
export const SNAPS = 284;

/** First byte of what has no fixed place. */
export const BEGIN = 512;
/** Entries past the last of an agenda: its four children are read, whether they are there or not. */
export const BEYOND = 6;
/** Pages of 64 kB that memory may grow to: 2 GB, so that no address has a sign. */
export const MOST_PAGES = 32768;
