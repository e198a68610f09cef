import type { Metric } from '../../core/plan/metric.ts'
import type { Phase, Plan } from '../../core/plan/plan.ts'
import { stepsOf, type Step } from '../../core/plan/steps.ts'
import { stretchesOf } from '../../core/forecast/planned.ts'
import { formatRule } from '../../core/values/rule.ts'
import { formatDuration, formatExposure } from '../../core/values/units.ts'
import {
  code,
  codes,
  heading,
  listBlock,
  note,
  orDash,
  paragraph,
  strong,
  table,
  type Block,
  type Document,
  type Text,
} from '../document/block.ts'
import { holdText } from '../hold-text.ts'
import { neededFor } from './approval.ts'
import { calendar } from './calendar.ts'
import { timelineDocument } from './timeline.ts'
import { shareOf, type DocsSource } from './source.ts'

/** Says what is rolled out, in which order, and what has to be true before each step. */
export function rolloutPlan({ plan }: DocsSource): Document {
  const stretches = stretchesOf(plan)
  return {
    id: 'rollout-plan',
    title: 'Rollout plan',
    lead: `What ${plan.name} rolls out, in which order, and what has to be true before each step.`,
    blocks: [
      heading('At a glance'),
      timelineDocument(plan),
      table(
        ['', 'Phase', 'Toggles', 'Steps', 'Planned', 'Holds alone'],
        stretches.map(({ phase, least }, nth) => [
          String(nth + 1),
          phase.title,
          String(phase.toggles.length),
          phase.steps.map(({ to }) => formatExposure(to)).join(' → '),
          phase.planned ? range(phase.planned.min, phase.planned.max) : '–',
          formatDuration(least),
        ]),
      ),
      ...stretches.flatMap(({ phase: { title, planned }, least }) =>
        planned && planned.max < least
          ? [
              note(
                'warning',
                strong(title),
                ` is planned for at most ${formatDuration(planned.max)}, and its holds alone take ${formatDuration(least)}.`,
              ),
            ]
          : [],
      ),
      paragraph(
        'A step is taken when every gate before it is open. Nothing on a calendar makes a step happen; a critical reading takes the change back at any time.',
      ),
      ...plan.phases.flatMap((phase, nth) => phaseBlocks(plan, phase, nth)),
      ...calendar(plan),
      ...judged(plan),
      ...written(plan),
    ],
  }
}

function range(min: number, max: number): string {
  return min === max ? formatDuration(min) : `${formatDuration(min)} – ${formatDuration(max)}`
}

function phaseBlocks(plan: Plan, phase: Phase, nth: number): readonly Block[] {
  const steps = stepsOf(plan).filter((step) => step.phase === nth)
  const order =
    phase.order === 'one-by-one' ? 'One toggle goes through all steps before the next begins.' : 'All toggles take each step together.'
  const bake = phase.after > 0 ? ` After the last step it is watched for ${formatDuration(phase.after)} more.` : ''
  return [
    heading(`${nth + 1}. ${phase.title}`),
    paragraph(phase.toggles.length > 1 ? order : 'One toggle.', bake, ' ', WARNING[phase.onWarning], ' ', CRITICAL[phase.onCritical]),
    table(
      ['Step', 'Toggles', 'To', 'Hold', 'Needs'],
      steps.map((step) => [
        String(step.index + 1),
        codes(step.moves),
        sharesOf(plan, step.moves, step.to),
        holdText(plan, step),
        orDash([...neededFor(step), ...unusedFor(step)].join('; ')),
      ]),
    ),
    ...conditions(phase),
  ]
}

function unusedFor({ unused }: Step): readonly string[] {
  return unused === undefined ? [] : [`nobody was answered by what goes for ${formatDuration(unused)}`]
}

const WARNING: Readonly<Record<Phase['onWarning'], string>> = {
  pause: 'A warning that lasts pauses it.',
  'step-back': 'A warning that lasts takes it back one step.',
  hold: 'A warning holds it.',
}
const CRITICAL: Readonly<Record<Phase['onCritical'], string>> = {
  rollback: 'A critical reading rolls the phase back.',
  'step-back': 'A critical reading takes it back one step.',
  pause: 'A critical reading pauses it.',
}

/** A step of several toggles may mean another thing for each of them. */
function sharesOf(plan: Plan, moves: readonly string[], to: number): string {
  return [...new Set(moves.map((name) => shareOf(plan.toggles[name], to)))].join(', ')
}

function conditions(phase: Phase): readonly Block[] {
  const success = phase.success.map(({ metric, rule, over, kind }): Text => [
    code(metric),
    ' ',
    code(formatRule(rule)),
    ` for ${formatDuration(over)} under watch${kind === undefined ? '' : ` (${kind})`}`,
  ])
  const drill = phase.drill === undefined ? [] : [[code(phase.drill), ' was rehearsed for real']]
  if (phase.checklist.length + success.length + drill.length === 0) return []
  const tasks = phase.checklist.map(({ id, text, owner, kind, evidence }): Text => [
    text,
    ' (',
    code(id),
    [owner, kind, evidence && 'with evidence'].flatMap((each) => (each === undefined ? [] : [`, ${each}`])).join(''),
    ')',
  ])
  return [paragraph('The phase is complete when all of this holds:'), listBlock([...tasks, ...drill, ...success], 'tasks')]
}

function judged(plan: Plan): readonly Block[] {
  const rows = Object.entries(plan.metrics).map(([name, metric]): readonly Text[] => [
    code(name),
    ruleOf(metric.success),
    timed(metric.warning),
    timed(metric.critical),
    String(metric.minSamples),
    NO_DATA[metric.onNoData],
  ])
  return [
    heading('What a step is judged by'),
    ...(rows.length === 0 ? [paragraph('No metric: only time, people and the calendar open a gate.')] : []),
    ...(rows.length > 0 ? [table(['Metric', 'Needed', 'Warning', 'Critical', 'Samples', 'Without data'], rows)] : []),
    paragraph(
      'No evidence is never good news: what is missing, stale or rests on too few samples is unknown, and unknown never opens a gate.',
    ),
  ]
}

const NO_DATA: Readonly<Record<Metric['onNoData'], string>> = {
  hold: 'holds, then pauses',
  pause: 'pauses',
  rollback: 'rolls back',
  ignore: 'goes on without it',
}

function ruleOf(rule: Metric['success']): Text {
  return rule ? [code(formatRule(rule))] : '–'
}

function timed(rule: Metric['warning']): Text {
  if (!rule) return '–'
  return rule.for > 0 ? [code(formatRule(rule.when)), ` for ${formatDuration(rule.for)}`] : [code(formatRule(rule.when))]
}

function written(plan: Plan): readonly Block[] {
  const rows = Object.entries(plan.targets).map(([name, { use }]): readonly Text[] => [
    code(name),
    [code(use)],
    String(Object.values(plan.toggles).filter(({ targets }) => targets.includes(name)).length),
  ])
  const people = Object.entries(plan.approvers).map(([group, names]): readonly Text[] => [group, orDash(names.join(', '))])
  return [
    heading('Where toggles are written'),
    table(['Target', 'How', 'Toggles'], rows),
    paragraph(
      'Every write is read back; a step has been reached only when every target shows its value',
      plan.maxUnavailable > 0 ? ` (up to ${plan.maxUnavailable} may stay unconfirmed).` : '.',
    ),
    ...(people.length > 0 ? [heading('Who may approve'), table(['Group', 'People'], people)] : []),
  ]
}
