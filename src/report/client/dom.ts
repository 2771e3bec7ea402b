/** The little of the browser that the page uses; the whole DOM library would put its globals before the simulator's eyes as well. */

export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  width: number;
  height: number;
  open: boolean;
  readonly clientWidth: number;
  readonly style: Record<string, string>;
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: PageElement[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(type: string, listener: () => void): void;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  getContext(kind: "2d"): (object & { scale(x: number, y: number): void }) | null;
}

interface Page {
  readonly document: PageElement & {
    getElementById(id: string): PageElement | null;
    createElement(name: string): PageElement;
  };
  readonly devicePixelRatio: number;
  addEventListener(type: string, listener: () => void): void;
  matchMedia(query: string): {
    readonly matches: boolean;
    addEventListener(type: "change", listener: () => void): void;
  };
  setTimeout(run: () => void, milliseconds: number): number;
  clearTimeout(timer: number): void;
}

export const page = globalThis as unknown as Page;
