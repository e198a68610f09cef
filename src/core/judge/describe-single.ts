import { odds } from '../evidence/sentence.ts'
import { formatFraction } from '../values/units.ts'
import type { Single } from './single.ts'

/** Describes the evidence of one group: `above 5%, 99% sure: evidence 296:1, limit 100`. */
export function describeSingle(single: Single, rate: number): string {
  const { is, atMost } = single
  const bound = formatFraction(rate)
  if (is === 'above') return `above ${bound}, ${describeSure(single)}`
  if (is === 'below') return `at most ${formatFraction(atMost)}: ${oddsOf(single)}`
  return `at most ${formatFraction(atMost)} so far, ${bound} is not ruled out: ${oddsOf(single)}`
}

/** Describes how sure it is that the rate is above the threshold: `99% sure: evidence 296:1, limit 100`. */
export function describeSure(single: Single): string {
  return `${formatFraction(1 - 1 / single.limit)} sure: ${oddsOf(single)}`
}

function oddsOf({ evidence, limit }: Single): string {
  return `evidence ${odds(evidence)}:1, limit ${odds(limit)}`
}
