import { createHash } from 'node:crypto'
import type { Plan } from '../../core/plan/plan.ts'
import { canonical } from './canonical.ts'

/** Returns what an approval is bound to: SHA-256 (hex) of the plan's canonical JSON. */
export function digestOf(plan: Plan, text: string = canonical(plan)): string {
  return createHash('sha256').update(text).digest('hex')
}
