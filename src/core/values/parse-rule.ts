import type { Rule } from './rule.ts'
import { fractionOf, parseDuration } from './units.ts'

/** Reads `> 5%`, `<= 800ms`, `>= 2s`, `< 0.3`. Returns undefined when it is not a rule. */
export function parseRule(text: string): Rule | undefined {
  const found = /^(<=|>=|<|>) ?(.+)$/.exec(text.trim())
  const [, op, amount] = found ?? []
  if ((op !== '<' && op !== '<=' && op !== '>' && op !== '>=') || amount === undefined) return undefined
  const percent = /^(-?\d+(?:\.\d+)?) ?%$/.exec(amount)
  if (percent) return { op, threshold: fractionOf(Number(percent[1])), unit: '%' }
  if (/^-?\d+(?:\.\d+)?$/.test(amount)) return { op, threshold: Number(amount), unit: '' }
  const duration = parseDuration(amount)
  return duration === undefined ? undefined : { op, threshold: duration / 1e3, unit: 's' }
}
