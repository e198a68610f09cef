import { formatDuration, formatFraction, fractionOf, parseDuration } from './units.ts'

/** How a number is written and read: a fraction as percent, seconds as a duration, anything else as it is. */
export type Unit = '%' | 's' | ''

/** `> 5%`: a comparison with a threshold in base units (fraction, seconds, or plain). */
export interface Rule {
  readonly op: '<' | '<=' | '>' | '>='
  readonly threshold: number
  readonly unit: Unit
}

/** As many digits tell any two floats apart. */
const DIGITS = 17

/** Formats a rule as it is written, every digit of it: `> 5%`, `> 99.95%`. */
export function formatRule(rule: Rule): string {
  const { op, threshold, unit } = rule
  return `${op} ${formatBeside(threshold, unit, [
    { ...rule, op: '<' },
    { ...rule, op: '>' },
  ])}`
}

/** Formats a value beside rules in as few digits as keep it on its side of each: 7.00001 beside `> 7` is not 7. */
export function formatBeside(value: number, unit: Unit, rules: readonly Rule[]): string {
  const isTold = (text: string): boolean => rules.every((rule) => holds(rule, readBack(text, unit)) === holds(rule, value))
  let text = formatValue(value, unit)
  for (let digits = 4; !isTold(text) && digits <= DIGITS; digits += 1) text = formatValue(value, unit, digits)
  return text
}

/**
 * Formats a value in base units the way its rules are written: `7.8%`, `1.2s`, `0.31`. With so many significant digits, or
 * as it is read best.
 */
export function formatValue(value: number, unit: Unit, digits?: number): string {
  if (digits === undefined && unit === '%') return formatFraction(value)
  if (digits === undefined && unit === 's') return formatDuration(value * 1e3)
  const isBrief = unit === 's' && value < 1
  const scale = unit === '%' ? 100 : 1
  const scaled = value * (isBrief ? 1e3 : scale)
  return `${Number(scaled.toPrecision(digits ?? 4))}${isBrief ? 'm' : ''}${unit}`
}

function readBack(text: string, unit: Unit): number {
  if (unit === 's') return (parseDuration(text) ?? Number.NaN) / 1e3
  return unit === '%' ? fractionOf(Number.parseFloat(text)) : Number.parseFloat(text)
}

/** Tells whether the value satisfies the rule. Never true for a value that is not a finite number. */
export function holds({ op, threshold }: Rule, value: number): boolean {
  if (!Number.isFinite(value)) return false
  if (value === threshold) return op.endsWith('=')
  return op.startsWith('<') ? value < threshold : value > threshold
}

/** Returns the same rule moved a tenth towards the good side: what a value must leave to recover (hysteresis). */
export function relaxed(rule: Rule): Rule {
  const margin = Math.abs(rule.threshold) * 0.1
  return { ...rule, threshold: rule.threshold + (rule.op.startsWith('>') ? -margin : margin) }
}
