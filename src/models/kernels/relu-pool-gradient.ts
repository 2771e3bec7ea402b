/** The way back through a relu and a 2 x 2 max pooling at once. */

/** Steps from one image, row and column to the next in an array of images, channels last [numbers]. */
export interface ImageSteps {
  readonly image: number;
  readonly row: number;
  readonly column: number;
}

/** Of [n, h, w, c]. */
export const imagesFirst = ([, h, w, c]: Shape): ImageSteps => ({ image: h * w * c, row: w * c, column: c });
/** Of [h, w, n, c]: what a gradient of filters wants. */
export const imagesThird = ([n, , w, c]: Shape): ImageSteps => ({ image: c, row: w * n * c, column: n * c });

type Shape = readonly [number, number, number, number];

/**
 * Gradient before the relu: of each window the first input that equals the maximum takes the pooled gradient, where that maximum is above 0.
 * On the bits and without a branch, since which of the four it is can't be predicted.
 * @param y rectified images, shape [n, h, w, c], h and w even
 * @param pooled shape [n, h / 2, w / 2, c]
 * @param dy gradient of `pooled`
 * @param dx written here, laid out as `steps` say
 * @param passed written here, shape of `dy`: what of it passes the relu
 */
export function reluPoolGradient(
  y: Float32Array,
  pooled: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  passed: Float32Array,
  [images, height, width, channels]: Shape,
  steps: ImageSteps,
): void {
  const [ys, tops, gs, ds, ps] = [y, pooled, dy, dx, passed].map(bitsOf) as [Bits, Bits, Bits, Bits, Bits];
  const [line, right, down] = [width * channels, steps.column, steps.row];
  // Rows before images: what is written meanwhile fits in a second-level cache in either layout.
  for (let row = 0; row < height; row += 2) {
    for (let n = 0; n < images; n += 1) {
      let from = (n * height + row) * line;
      let at = ((n * height + row) >> 1) * (line >> 1);
      let to = n * steps.image + row * down;
      for (let column = 0; column < width; column += 2, from += channels, to += 2 * right) {
        for (let c = 0; c < channels; c += 1, at += 1, from += 1) {
          const top = tops[at]!;
          // All ones where the maximum is above 0: neither zero, of either sign, nor negative.
          const g = gs[at]! & ((0 - top) >> 31) & ~(top >> 31);
          ps[at] = g;
          // All ones where the input is not the maximum: x | -x has its sign bit set unless x is 0.
          const d0 = ys[from]! ^ top;
          const d1 = ys[from + channels]! ^ top;
          const d2 = ys[from + line]! ^ top;
          const n0 = (d0 | (0 - d0)) >> 31;
          const n1 = n0 & ((d1 | (0 - d1)) >> 31);
          const n2 = n1 & ((d2 | (0 - d2)) >> 31);
          const i = to + c;
          ds[i] = g & ~n0;
          ds[i + right] = g & n0 & ~n1;
          ds[i + down] = g & n1 & ~n2;
          ds[i + down + right] = g & n2;
        }
      }
    }
  }
}

type Bits = Int32Array;
const bitsOf = (array: Float32Array): Bits => new Int32Array(array.buffer, array.byteOffset, array.length);
