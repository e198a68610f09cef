import type { Document } from '../document/block.ts'
import { code, codes, heading, paragraph, table, type Text } from '../document/block.ts'
import { formatRule } from '../../core/rule.ts'
import type { Plan } from '../../core/plan.ts'
import type { Source } from './source.ts'

/** What may go wrong, how bad it would be, who answers for it, and what is done then. */
export function riskMatrix({ plan }: Source): Document {
  return {
    id: 'risk-matrix',
    title: 'Risk matrix',
    lead: 'What may go wrong, how bad it would be, who answers for it, and what is done then.',
    blocks: [
      heading('What the program looks for by itself'),
      table(['Metric', 'Is critical', 'Then', 'In'], guards(plan)),
      paragraph('A target that cannot be written or read back counts as critical too.'),
    ],
  }
}

function guards(plan: Plan): readonly (readonly Text[])[] {
  return Object.entries(plan.metrics).flatMap(([name, { critical }]) => {
    const phases = plan.phases.filter(({ metrics }) => metrics.includes(name))
    if (!critical || phases.length === 0) return []
    const then = [...new Set(phases.map(({ onCritical }) => onCritical))].join(', ')
    return [[[code(name)], [code(formatRule(critical.when))], then, codes(phases.map(({ id }) => id))]]
  })
}
