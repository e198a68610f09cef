import type { Exposure } from './units.ts'

export const PROBABILITIES = ['low', 'medium', 'high'] as const
export const IMPACTS = ['low', 'medium', 'high', 'critical'] as const
export type Probability = (typeof PROBABILITIES)[number]
export type Impact = (typeof IMPACTS)[number]
/** How grave a risk is: its probability times its impact, in words. */
export type Level = Impact

/** Something that may go wrong, and what is done about it. */
export interface Risk {
  readonly text: string
  readonly probability: Probability
  readonly impact: Impact
  readonly owner?: string
  /** What makes it less likely, done beforehand. */
  readonly mitigation?: string
  /** Names of metrics by which it would be noticed. */
  readonly metrics?: readonly string[]
  /** Key of `Plan.contingencies`: what is done when it has come true. */
  readonly contingency?: string
}

/** How much a contingency takes back: what a rollback can, but for a named phase. */
export type ContingencyScope =
  /** Every toggle to its default. */
  | { readonly is: 'all' }
  /** The phase under way. */
  | { readonly is: 'phase' }
  /** These toggles and what requires them; core toggles stay unless named. */
  | { readonly is: 'toggles'; readonly toggles: readonly string[] }
  /** The phase under way, down to some share of the users. */
  | { readonly is: 'to'; readonly to: Exposure }

/** A retreat thought of beforehand: what a risk, a metric or a person calls by its name. */
export interface Contingency {
  readonly text?: string
  readonly scope: ContingencyScope
  /** Channels that are told when it is carried out, whatever else they listen to; other names are for people. */
  readonly notify: readonly string[]
}

/**
 * Returns the level of a risk: probability (low 1, medium 2, high 3) times impact (low 1, medium 2, high 3,
 * critical 4); 1 and 2 are low, 3 and 4 medium, 6 is high, 8 and more critical.
 *
 *                 impact low      medium   high       critical
 *   high                 medium   high     critical   critical
 *   medium               low      medium   high       critical
 *   low                  low      low      medium     medium
 *
 * The form is that of NIST SP 800-30 rev. 1, table I-2, which is milder on a medium probability of a critical impact.
 */
export function levelOf({ probability, impact }: Pick<Risk, 'probability' | 'impact'>): Level {
  const score = (PROBABILITIES.indexOf(probability) + 1) * (IMPACTS.indexOf(impact) + 1)
  return score >= 8 ? 'critical' : score >= 6 ? 'high' : score >= 3 ? 'medium' : 'low'
}

/** Sorts risks, the most grave first; those of one level in the order they were written. */
export function ranked(risks: {
  readonly [id: string]: Risk
}): readonly { readonly id: string; readonly risk: Risk; readonly level: Level }[] {
  return Object.entries(risks)
    .map(([id, risk]) => ({ id, risk, level: levelOf(risk) }))
    .toSorted((a, b) => IMPACTS.indexOf(b.level) - IMPACTS.indexOf(a.level))
}
