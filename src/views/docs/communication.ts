import type { Plan } from '../../core/plan/plan.ts'
import { stretchesOf } from '../../core/forecast/planned.ts'
import { formatDuration } from '../../core/values/units.ts'
import {
  code,
  codes,
  heading,
  listBlock,
  orDash,
  paragraph,
  runsOf,
  table,
  type Block,
  type Document,
  type Text,
} from '../document/block.ts'
import { timelineDocument } from './timeline.ts'
import { rollout, commandCell, type DocsSource } from './source.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

/** Says who is told what, when, and where everybody can look. */
export function communication(source: DocsSource): Document {
  const { plan } = source
  return {
    id: 'communication',
    title: 'Communication plan and timeline',
    lead: 'Who is told what, when, and where everybody can look.',
    blocks: [
      heading('Timeline'),
      timelineDocument(plan),
      table(
        ['Phase', 'Begins, at the earliest', 'Complete', 'Concerns'],
        stretchesOf(plan).map(({ phase, from, sure, to }) => [
          phase.title,
          from === 0 ? 'at the start' : `after ${formatDuration(from)}`,
          sure === to ? `after ${formatDuration(sure)}` : `after ${formatDuration(sure)} to ${formatDuration(to)}`,
          orDash(ownersOf(plan, phase.toggles).join(', ')),
        ]),
      ),
      paragraph('Counted from the start of the rollout. A step happens when its gates are open, so the days are a plan and not a promise.'),
      heading('Who is told what'),
      table(['When', 'Who', 'What'], messages(source)),
      ...channels(plan),
      heading('Who does what'),
      table(['Who', 'Answers for', 'Ticks', 'Approves'], people(plan)),
      heading('Where to look'),
      listBlock([
        [code(rollout(source, 'status')), ': where it is, and what it waits for'],
        [code(rollout(source, 'explain')), ': why, with what was measured'],
        [code(rollout(source, 'history')), ': what happened, when, and by whom'],
      ]),
    ],
  }
}

function ownersOf({ toggles }: Plan, names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => toggles[name]?.owner ?? []))]
}

function messages(source: DocsSource): readonly (readonly Text[])[] {
  const { plan } = source
  const all = plan.owner ?? 'everybody concerned'
  const groups = Object.keys(plan.approvers)
  const phases = plan.phases.map(({ title, toggles }): readonly Text[] => [
    `before ${title}`,
    orDash(ownersOf(plan, toggles).join(', ')),
    ['what is switched on, for how many, and until when it is watched: ', ...runsOf(codes(toggles))],
  ])
  return [
    ['at the start', all, 'the plan, these pages, and who is on call'],
    ...phases,
    ...(groups.length > 0 ? [['a step waits for an approval', groups.join(', '), commandCell(source, 'approve', '--reason', '"…"')]] : []),
    ['it pauses', `${all}, on call`, 'what was measured and what was needed, in the words of explain'],
    [
      'it rolls back',
      `${all}, on call, the owners of the phase`,
      'what was taken back, from how many users, and why; that nothing moves until it is resumed',
    ],
    ['it is complete', all, ['the report: ', code(rollout(source, 'report'))]],
  ]
}

/** Who is told by the program itself. */
function channels({ notify = {} }: Plan): readonly Block[] {
  const rows = Object.entries(notify).map(([name, { use, audience, events }]): readonly Text[] => [
    code(name),
    code(use),
    audience,
    events.length === 0 ? 'nothing here' : events.join(', '),
  ])
  return rows.length === 0 ? [] : [heading('What the program tells by itself'), table(['Channel', 'How', 'Who reads it', 'Of what'], rows)]
}

function people(plan: Plan): readonly (readonly Text[])[] {
  const items = plan.phases.flatMap(({ checklist }) => checklist)
  const owners = Object.values(plan.toggles).flatMap(({ owner }) => owner ?? [])
  const approvers = Object.values(plan.approvers).flat()
  const names = [
    ...new Set([...(plan.owner === undefined ? [] : [plan.owner]), ...owners, ...items.flatMap(({ owner }) => owner ?? []), ...approvers]),
  ]
  return names.map((name) => [
    name,
    name === plan.owner ? 'the rollout' : codes(askedToggles(plan).filter((toggle) => plan.toggles[toggle]?.owner === name)),
    codes(items.flatMap(({ id, owner }) => (owner === name ? [id] : []))),
    orDash(
      Object.entries(plan.approvers)
        .flatMap(([group, members]) => (members.includes(name) ? [group] : []))
        .join(', '),
    ),
  ])
}
