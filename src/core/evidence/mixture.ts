/**
 * A weighted mean of e-values that may begin at different times: an e-value too, whatever they have to do with each
 * other. What has not begun counts as 1 for each unit of weight. Linear numbers, not logarithms: a component may be 0,
 * and nothing here is ever infinite, so that JSON keeps every bit.
 */
export interface Mixture {
  /** Prior mass that has not begun yet, 0–1. */
  readonly waiting: number
  /** Per hypothesis: its mass times what it has grown by since. */
  readonly begun: readonly number[]
}

/** Evidence beyond this decides nothing more. Cutting it off keeps numbers finite, and an e-value an e-value. */
const CEILING = 1e12

/** Returns a mixture in which nothing has been seen. */
export function unbegun(hypotheses: number): Mixture {
  return { waiting: 1, begun: Array.from({ length: hypotheses }, () => 0) }
}

/** Returns the evidence of a mixture: how many to one. */
export function worth({ waiting, begun }: Mixture): number {
  return begun.reduce((all, each) => all + each, waiting)
}

/** Lets some of the waiting mass begin, spread over the hypotheses by `weights` (which sum to 1). */
export function beginMixture({ waiting, begun }: Mixture, mass: number, weights: readonly number[]): Mixture {
  const starts = Math.min(waiting, mass)
  const all: number[] = []
  for (let nth = 0; nth < begun.length; nth += 1) all.push((begun[nth] ?? 0) + starts * (weights[nth] ?? 0))
  return { waiting: waiting - starts, begun: all }
}

/** One poll multiplies the evidence by at most this: no single poll decides. */
const MOST = 20

/**
 * Multiplies every hypothesis by what one poll says about it; a minimum of e-values is capped, hence an e-value still.
 * Good news makes evidence small: with `from` the cap counts from there, so that two polls decide after any of it.
 */
export function grow(mixture: Mixture, factors: readonly number[], from = 0): Mixture {
  const { waiting } = mixture
  const grown: number[] = []
  let all = 0
  for (let nth = 0; nth < mixture.begun.length; nth += 1) {
    const each = (mixture.begun[nth] ?? 0) * (factors[nth] ?? 1)
    grown.push(each)
    all += each
  }
  const most = MOST * Math.max(from, worth(mixture)) - waiting
  // Mostly it does not grow by so much.
  if (all <= most && all <= CEILING) return { waiting, begun: grown }
  const scale = all > most ? most / all : 1
  return { waiting, begun: grown.map((each) => Math.min(CEILING, each * scale)) }
}
