/** Busy seconds that are kept at every slice, machine by machine: more would take too much memory. */
const most = 1 << 19;

/** Whether the busy seconds of each machine of a group are kept, not only of all together. */
export const keepsEach = (machines: number, slices: number): boolean => machines * slices <= most;
