import { formatDuration, formatFraction } from './units.ts'

/** How a number is written and read: a fraction as percent, seconds as a duration, anything else as it is. */
export type Unit = '%' | 's' | ''

/** `> 5%`: a comparison with a threshold in base units (fraction, seconds, or plain). */
export interface Rule {
  readonly op: '<' | '<=' | '>' | '>='
  readonly threshold: number
  readonly unit: Unit
}

/** Formats a rule as it is written: `> 5%`. */
export function formatRule(rule: Rule): string {
  return `${rule.op} ${formatValue(rule.threshold, rule.unit)}`
}

/** Formats a value in base units the way its rules are written: `7.8%`, `1.2s`, `0.31`. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === '%') return formatFraction(value)
  if (unit === 's') return formatDuration(value * 1e3)
  return String(Number(value.toPrecision(4)))
}

/** Tells whether the value satisfies the rule. Never true for a value that is not a finite number. */
export function holds(rule: Rule, value: number): boolean {
  if (!Number.isFinite(value)) return false
  switch (rule.op) {
    case '<':
      return value < rule.threshold
    case '<=':
      return value <= rule.threshold
    case '>':
      return value > rule.threshold
    case '>=':
      return value >= rule.threshold
  }
}

/** Returns the same rule moved a tenth towards the good side: what a value must leave to recover (hysteresis). */
export function relaxed(rule: Rule): Rule {
  const margin = Math.abs(rule.threshold) * 0.1
  const upwards = rule.op === '>' || rule.op === '>='
  return { ...rule, threshold: rule.threshold + (upwards ? -margin : margin) }
}
