/** Draws of one rule, a stream of its own. */
export interface Random {
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
}
