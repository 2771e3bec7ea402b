/** An instant each for some of many things, by number: only those that lie ahead are remembered, so that whatever is idle takes no room. */
export class Instants {
  /** A hash table with open addressing, of a length that is a power of two; -1 where nothing is. */
  private keys = new Int32Array(1024).fill(-1);
  private at = new Float64Array(1024);
  private used = 0;

  /** The instant that was noted last; 0 where none was, or it may have passed. */
  get(key: number): number {
    const place = this.place(key);
    return this.keys[place] === key ? this.at[place]! : 0;
  }

  set(key: number, at: number, now: number): void {
    let place = this.place(key);
    if (this.keys[place] !== key) {
      if (2 * this.used >= this.keys.length) {
        this.forget(now);
        place = this.place(key);
      }
      this.keys[place] = key;
      this.used++;
    }
    this.at[place] = at;
  }

  /** Where a number is, or would be. */
  private place(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    let place = (Math.imul(key, 0x9e3779b1) >>> 8) & mask;
    while (keys[place] !== key && keys[place]! >= 0) place = (place + 1) & mask;
    return place;
  }

  private forget(now: number): void {
    const { keys, at } = this;
    let ahead = 0;
    for (let place = 0; place < keys.length; place++) if (keys[place]! >= 0 && at[place]! > now) ahead++;
    let length = 1024;
    while (length < 4 * ahead) length *= 2;
    this.keys = new Int32Array(length).fill(-1);
    this.at = new Float64Array(length);
    this.used = ahead;
    for (let from = 0; from < keys.length; from++) {
      if (keys[from]! < 0 || !(at[from]! > now)) continue;
      const place = this.place(keys[from]!);
      this.keys[place] = keys[from]!;
      this.at[place] = at[from]!;
    }
  }
}
