/** Links whose messages are worth a shortcut in the event loop: nothing but size, rate and latency matters. */
export const SLOW = 0;
export const FIXED = 1;
export const FIFO = 2;
