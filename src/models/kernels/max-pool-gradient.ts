/** Geometry of a 2-D pooling, as tfjs' `computePool2DInfo` gives it. */
export interface PoolGeometry {
  readonly batchSize: number;
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

/**
 * Gradient of max pooling: each output's gradient goes to the first input of its window that equals it. Replaces the wasm backend's
 * kernel, whose maximum starts at 1e-38 and so gives nothing to windows without a positive value.
 * @param x input, shape [n, h, w, c]
 * @param y output, shape [n, outH, outW, c]
 * @param dy gradient of the output
 * @param dx written here, shape of `x`
 */
export function maxPoolGradient(
  x: Float32Array,
  y: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  geometry: PoolGeometry,
): void {
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth } = geometry;
  const { strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  dx.fill(0);
  let at = 0;
  for (let n = 0; n < batchSize; n += 1) {
    const image = n * inHeight * inWidth * inChannels;
    for (let row = 0; row < outHeight; row += 1) {
      const firstRow = row * strideHeight - geometry.padInfo.top;
      const fromRow = Math.max(0, firstRow);
      const toRow = Math.min(inHeight, firstRow + filterHeight);
      for (let column = 0; column < outWidth; column += 1) {
        const firstColumn = column * strideWidth - geometry.padInfo.left;
        const fromColumn = Math.max(0, firstColumn);
        const toColumn = Math.min(inWidth, firstColumn + filterWidth);
        for (let c = 0; c < inChannels; c += 1, at += 1) {
          const top = y[at]!;
          search: for (let r = fromRow; r < toRow; r += 1) {
            const line = image + r * inWidth * inChannels + c;
            for (let k = fromColumn; k < toColumn; k += 1) {
              const index = line + k * inChannels;
              if (x[index] === top) {
                dx[index] = dx[index]! + dy[at]!;
                break search;
              }
            }
          }
        }
      }
    }
  }
}
