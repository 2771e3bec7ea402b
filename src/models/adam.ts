/** Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), in double precision between steps of single-precision state. */
export interface AdamState {
  /** Steps taken. */
  step: number;
  readonly first: Record<string, Float32Array>;
  readonly second: Record<string, Float32Array>;
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

/** State before the first step. */
export function newAdam(sizes: Readonly<Record<string, number>>): AdamState {
  const zeros = (): Record<string, Float32Array> =>
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, new Float32Array(size)]));
  return { step: 0, first: zeros(), second: zeros() };
}

/**
 * One step, in place.
 * @param decay fraction of `rate` by which the arrays named in `decayed` shrink
 */
export function adamStep(
  state: AdamState,
  weights: Readonly<Record<string, Float32Array>>,
  gradients: Readonly<Record<string, Float32Array>>,
  rate: number,
  decay: number,
  decayed: ReadonlySet<string>,
): void {
  state.step += 1;
  // The corrections of both moments, drawn out of the loop: w -= rate (m / c1) / (sqrt(v / c2) + epsilon).
  const root = Math.sqrt(1 - beta2 ** state.step);
  const stride = (rate * root) / (1 - beta1 ** state.step);
  const least = epsilon * root;
  for (const [name, gradient] of Object.entries(gradients)) {
    const [w, m, v] = [weights[name]!, state.first[name]!, state.second[name]!];
    const keep = decayed.has(name) ? 1 - rate * decay : 1;
    for (let i = 0; i < w.length; i += 1) {
      const g = gradient[i]!;
      const first = beta1 * m[i]! + (1 - beta1) * g;
      const second = beta2 * v[i]! + (1 - beta2) * g * g;
      m[i] = first;
      v[i] = second;
      w[i] = keep * w[i]! - (stride * first) / (Math.sqrt(second) + least);
    }
  }
}

/** Share of the last step that the next one keeps. */
const momentum = 0.9;

/**
 * One step of stochastic gradient descent with momentum, in place; `first` of the state holds the velocity.
 * @param decay times the arrays named in `decayed` is added to their gradients
 */
export function sgdStep(
  state: AdamState,
  weights: Readonly<Record<string, Float32Array>>,
  gradients: Readonly<Record<string, Float32Array>>,
  rate: number,
  decay: number,
  decayed: ReadonlySet<string>,
): void {
  state.step += 1;
  for (const [name, gradient] of Object.entries(gradients)) {
    const [w, v] = [weights[name]!, state.first[name]!];
    const shrink = decayed.has(name) ? decay : 0;
    for (let i = 0; i < w.length; i += 1) {
      v[i] = momentum * v[i]! + gradient[i]! + shrink * w[i]!;
      w[i] = w[i]! - rate * v[i]!;
    }
  }
}

/** `cosine` falls along half a cosine to 0; `steps` divides by 10 at a half and at three quarters (He et al. 2016); `constant` stays. */
export const schedules = ["cosine", "steps", "constant"] as const;
export type Schedule = (typeof schedules)[number];

/** Learning rate at a step: linear from 0 over the first 2 % of steps, then as the schedule says. */
export function learningRateAt(step: number, steps: number, peak: number, schedule: Schedule = "cosine"): number {
  const rising = Math.max(1, Math.round(0.02 * steps));
  if (step < rising) return (peak * (step + 1)) / rising;
  if (schedule === "constant") return peak;
  if (schedule === "steps") return step < steps / 2 ? peak : step < (3 * steps) / 4 ? peak / 10 : peak / 100;
  return (peak * (1 + Math.cos((Math.PI * (step - rising)) / Math.max(1, steps - rising)))) / 2;
}
