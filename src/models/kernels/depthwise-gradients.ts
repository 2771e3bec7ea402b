/** Gradients of depthwise convolutions as plain loops: the wasm backend has none, and one filter a channel leaves too little to multiply for XNNPACK. */

/** The part of TensorFlow.js' `Conv2DInfo` that is read here. */
export interface DepthwiseGeometry {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

/** Calls `visit` for every output position and filter tap that meet inside the image, with the offsets of their first channels. */
function eachTap(g: DepthwiseGeometry, visit: (input: number, output: number, tap: number) => void): void {
  for (let n = 0; n < g.batchSize; n += 1) {
    for (let oy = 0; oy < g.outHeight; oy += 1) {
      for (let ky = 0; ky < g.filterHeight; ky += 1) {
        const iy = oy * g.strideHeight + ky * g.dilationHeight - g.padInfo.top;
        if (iy < 0 || iy >= g.inHeight) continue;
        for (let ox = 0; ox < g.outWidth; ox += 1) {
          const output = ((n * g.outHeight + oy) * g.outWidth + ox) * g.outChannels;
          for (let kx = 0; kx < g.filterWidth; kx += 1) {
            const ix = ox * g.strideWidth + kx * g.dilationWidth - g.padInfo.left;
            if (ix < 0 || ix >= g.inWidth) continue;
            visit(
              ((n * g.inHeight + iy) * g.inWidth + ix) * g.inChannels,
              output,
              (ky * g.filterWidth + kx) * g.outChannels,
            );
          }
        }
      }
    }
  }
}

/** Adds up `dx`, shape [n, h, w, c], from the filter [kh, kw, c, m] and the output's gradient [n, outH, outW, c · m]. */
export function depthwiseInputGradient(
  filter: Float32Array,
  dy: Float32Array,
  dx: Float32Array,
  g: DepthwiseGeometry,
): void {
  const multiplier = g.outChannels / g.inChannels;
  dx.fill(0);
  eachTap(g, (input, output, tap) => {
    for (let c = 0, o = 0; c < g.inChannels; c += 1) {
      let sum = dx[input + c]!;
      for (let m = 0; m < multiplier; m += 1, o += 1) sum += filter[tap + o]! * dy[output + o]!;
      dx[input + c] = sum;
    }
  });
}

/** Adds up `dFilter`, shape [kh, kw, c, m], from the input [n, h, w, c] and the output's gradient; sums in double precision. */
export function depthwiseFilterGradient(
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  g: DepthwiseGeometry,
): void {
  const multiplier = g.outChannels / g.inChannels;
  const sums = new Float64Array(dFilter.length);
  eachTap(g, (input, output, tap) => {
    for (let c = 0, o = 0; c < g.inChannels; c += 1) {
      const value = x[input + c]!;
      for (let m = 0; m < multiplier; m += 1, o += 1) sums[tap + o] = sums[tap + o]! + value * dy[output + o]!;
    }
  });
  dFilter.set(sums);
}
