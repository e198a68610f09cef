import { guaranteesOf } from '../../core/forecast/guarantee.ts'
import { stagesOf } from '../../core/forecast/planned.ts'
import type { Plan, Toggle } from '../../core/plan/plan.ts'
import { formatDuration, formatExposure } from '../../core/values/units.ts'
import { wordFor } from '../../core/toggle/words.ts'
import { code, codes, heading, listBlock, note, paragraph, strong, table, type Block, type Document, type Text } from '../document/block.ts'
import { promisesOf } from '../guarantee.ts'
import { shareOf, type DocsSource } from './source.ts'

/** A round number of users, to say what a share means. */
const USERS = 10_000

/** Says how a change reaches some users before it reaches all, who they are, and what is proven on the way. */
export function darkLaunch({ plan }: DocsSource): Document {
  return {
    id: 'dark-launch',
    title: 'Dark launch strategy',
    lead: 'How a change reaches some users before it reaches all, who they are, and what is proven on the way.',
    blocks: [
      heading('The ramp'),
      ramp(plan),
      paragraph(
        'Step by step from the left. How long each takes is what it has to prove: its hold at least where a clock paces it, as much as the evidence needs where that does, longer where people or a calendar say so.',
      ),
      heading('Who is in the n %'),
      listBlock([
        [
          'A user is put into one of 100 000 buckets by a hash of the toggle’s key and the user’s id. A share of ',
          code('10%'),
          ' is the first 10 000 of them.',
        ],
        'The same user is in at every larger share: nobody who has the change loses it while the share grows.',
        'Two toggles draw their users apart from each other: the key of the toggle salts the hash.',
        'Every implementation of the contract gives the same answer; the vectors in the package say which.',
        ['People who are asked by name (', code('FEATURE_X_USERS'), ', segments) may be let in or kept out whatever the share.'],
      ]),
      heading('What each step means'),
      table(['Step', 'Toggles', 'Exposure', `Of ${USERS.toLocaleString('en-US')} users`, 'The application reads'], stepRows(plan)),
      note(
        'note',
        'An application that compares the variable with ',
        code('true'),
        ' stays off until 100 %: the unsafe mistake is impossible.',
      ),
      ...legacy(plan),
      heading('What is proven before a larger share'),
      listBlock([
        'The hold of the step is over, or the evidence is enough where that paces it. Only time in which somebody watched and nothing was wrong counts.',
        'There are enough samples, and every metric satisfies its success rule.',
        'Whoever has to agree has agreed, the calendar allows it, and at the end of a phase its checklist and criteria are met.',
      ]),
      ...guarantees(plan),
      heading('What takes it back'),
      table(
        ['Phase', 'A warning that lasts', 'A critical reading', 'Missing data'],
        plan.phases.map(({ title, onWarning, onCritical }) => [
          title,
          onWarning,
          onCritical,
          `holds, then pauses after ${formatDuration(plan.patience)}`,
        ]),
      ),
      paragraph('After a rollback nothing moves up again until somebody resumes it.'),
    ],
  }
}

/** A step is as wide as any other: how long it takes is what it has to prove. */
function ramp(plan: Plan): Block {
  const stages = stagesOf(plan)
  const names = Object.keys(plan.toggles).filter((name) => plan.phases.some(({ toggles }) => toggles.includes(name)))
  const lines = names.map((name) => ({
    name,
    stepped: true,
    points: [
      { at: 0, value: stages[0]?.before[name] ?? 0 },
      ...stages.map(({ step, after }) => ({ at: step.index + 1, value: after[name] ?? 0 })),
    ],
  }))
  const chart = {
    is: 'curves',
    axis: 'steps',
    title: 'Exposure of each toggle, step by step',
    lines,
    until: stages.length + 1,
    top: 100,
  } as const
  return { is: 'chart', chart: { ...chart, format: formatExposure, limits: [], marks: [] } }
}

function stepRows(plan: Plan): readonly (readonly Text[])[] {
  return stagesOf(plan).map(({ step, after }) => {
    const [first] = step.moves
    const toggle = first === undefined ? undefined : plan.toggles[first]
    const reached = first === undefined ? 0 : (after[first] ?? 0)
    return [
      String(step.index + 1),
      codes(step.moves),
      shareOf(toggle, step.to),
      reachedText(toggle, reached),
      toggle ? [code(`${toggle.variable}=${wordFor(toggle, reached)}`)] : '–',
    ]
  })
}

function reachedText(toggle: Toggle | undefined, reached: number): string {
  if (toggle?.shadows !== undefined) return 'nobody: it runs beside the old way'
  return toggle?.exposure === 'all' ? 'everybody or nobody' : Math.round((USERS * reached) / 100).toLocaleString('en-US')
}

function legacy(plan: Plan): readonly Block[] {
  const names = Object.entries(plan.toggles).flatMap(([name, { kind }]) => (kind === 'legacy' ? [name] : []))
  if (names.length === 0) return []
  return [
    paragraph(
      ...names.flatMap((name, nth) => [...(nth > 0 ? [', '] : []), code(name)]),
      ' runs downwards: a step to 10% takes the old way from 10% of the users, and a rollback gives it back.',
    ),
  ]
}

function guarantees(plan: Plan): readonly Block[] {
  const titles = new Map(plan.phases.map(({ id, title }) => [id, title]))
  return guaranteesOf(plan).length === 0
    ? [paragraph('Every toggle goes to everybody at once: there is no group to compare with.')]
    : [
        listBlock(
          guaranteesOf(plan).map((each): Text => [strong(titles.get(each.phase) ?? each.phase), `: ${promisesOf(each).join('; ')}.`]),
        ),
      ]
}
