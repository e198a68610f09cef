import { formatScope } from '../../core/policy/contingency.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { IMPACTS, PROBABILITIES, ranked } from '../../core/values/risk.ts'
import { formatRule } from '../../core/values/rule.ts'
import {
  code,
  codes,
  heading,
  orDash,
  paragraph,
  runsOf,
  strong,
  table,
  type Block,
  type Document,
  type TextRun,
  type Text,
} from '../document/block.ts'
import { commandCell, type DocsSource } from './source.ts'

/** Says what may go wrong, how bad it would be, who answers for it, and what is done then. */
export function riskMatrix(source: DocsSource): Document {
  const { plan } = source
  return {
    id: 'risk-matrix',
    title: 'Risk matrix',
    lead: 'What may go wrong, how bad it would be, who answers for it, and what is done then.',
    blocks: [
      ...matrix(plan),
      ...contingencies(source),
      heading('What the program looks for by itself'),
      table(['Metric', 'Is critical', 'Then', 'In'], guards(plan)),
      paragraph('A target that cannot be written or read back counts as critical too.'),
    ],
  }
}

/** Shows the contingencies of a plan as what to type; nothing where there is none. */
export function contingencies(source: DocsSource): readonly Block[] {
  const planned = Object.entries(source.plan.contingencies ?? {})
  if (planned.length === 0) return []
  const rows = planned.map(([id, { text, scope, notify }]): readonly Text[] => [
    code(id),
    orDash(text),
    formatScope(source.plan, scope),
    commandCell(source, 'rollback', '--contingency', id),
    orDash(notify.join(', ')),
  ])
  return [
    heading('Contingencies'),
    table(['Contingency', 'For', 'Does', 'Type', 'Tells'], rows),
    paragraph(
      'Each can be rehearsed on a copy, which touches nothing: ',
      ...runsOf(commandCell(source, 'drill', planned[0]?.[0] ?? '')),
      '.',
    ),
  ]
}

function matrix({ risks = {} }: Plan): readonly Block[] {
  const all = ranked(risks)
  if (all.length === 0) return [paragraph('The plan names no risk.')]
  const cells = PROBABILITIES.toReversed().map((probability): readonly Text[] => [
    strong(probability),
    ...IMPACTS.map((impact): Text => {
      const here = all.filter(({ risk }) => risk.probability === probability && risk.impact === impact)
      return here.length === 0
        ? ''
        : here.flatMap(({ id, level }, nth): readonly TextRun[] => [nth > 0 ? ', ' : '', code(id), ` (${level})`])
    }),
  ])
  const rows = all.map(({ id, risk, level }): readonly Text[] => [
    code(id),
    level === 'critical' || level === 'high' ? strong(level) : level,
    risk.text,
    orDash(risk.owner),
    orDash(risk.mitigation),
    codes(risk.metrics ?? []),
    risk.contingency === undefined ? '–' : code(risk.contingency),
  ])
  return [
    heading('How probable, how bad'),
    table(['Probability', ...IMPACTS.map((impact) => `impact ${impact}`)], cells),
    heading('The risks'),
    table(['Risk', 'Level', 'What may go wrong', 'Owner', 'Beforehand', 'Noticed by', 'Then'], rows),
  ]
}

function guards(plan: Plan): readonly (readonly Text[])[] {
  return Object.entries(plan.metrics).flatMap(([name, { critical, contingency }]) => {
    const phases = plan.phases.filter(({ metrics }) => metrics.includes(name))
    if (!critical || phases.length === 0) return []
    const then = contingency === undefined ? [...new Set(phases.map(({ onCritical }) => onCritical))].join(', ') : code(contingency)
    return [[code(name), code(formatRule(critical.when)), then, codes(phases.map(({ id }) => id))]]
  })
}
