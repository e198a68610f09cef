import type { Plan } from '../../core/plan/plan.ts'
import { stretchesOf } from '../../core/forecast/planned.ts'
import type { Block } from '../document/block.ts'

/** Shows the phases from the start on, in days without a date. */
export function timelineDocument(plan: Plan): Block {
  const bars = stretchesOf(plan).map(({ phase, from, sure, to }) => ({ label: phase.title, from, sure, to }))
  return { is: 'chart', chart: { is: 'timeline', title: 'Phases, counted from the start: what each takes at least, and at most', bars } }
}
