import type { Step } from '../../core/plan/steps.ts'
import type { Phase } from '../../core/plan/plan.ts'
import { isMeantToGo } from '../../core/report/upkeep.ts'
import { isPaced, stagesOf, type PlannedStep } from '../../core/forecast/planned.ts'
import { changesBetween } from '../../core/report/changes.ts'
import { formatDuration } from '../../core/values/units.ts'
import { code, commands, heading, orDash, paragraph, table, type Block, type Document } from '../document/block.ts'
import { neededFor } from './approval.ts'
import { annotated, commandCell, rollout, type DocsSource } from './source.ts'

/** Says what to type, from the first check to the removal of the toggles. */
export function implementationGuide(source: DocsSource): Document {
  const { plan } = source
  const stages = stagesOf(plan)
  const steps = stages.length
  return {
    id: 'implementation-guide',
    title: 'Implementation guide',
    lead: 'What to type, in order, from the first check to the removal of the toggles.',
    blocks: [
      heading('Before'),
      annotated([
        [rollout(source, 'check', 'config'), 'the plan is right, at file, line and column'],
        [rollout(source, 'doctor'), 'what will hurt: files, targets, queries, clocks'],
        [rollout(source, 'simulate'), 'the plan against made-up traffic; touches nothing'],
        [rollout(source, 'plan'), 'what would be written, step by step'],
      ]),
      ...rehearsals(source),
      heading('Start'),
      annotated([
        [rollout(source, 'start'), 'freezes the plan and records what every toggle is now; writes to no target'],
        [rollout(source, 'run'), 'watches, and advances, pauses or rolls back by itself'],
      ]),
      paragraph(
        'With ',
        code(rollout(source, 'run')),
        ' going, the lines below happen by themselves, but for what people have to say. Without it, or to go by hand, they are the whole rollout; each is refused when it comes twice or too early.',
      ),
      ...plan.phases.flatMap((_, nth) =>
        phaseBlocks(
          source,
          stages.filter(({ step }) => step.phase === nth),
          nth,
        ),
      ),
      heading('After'),
      annotated([
        [rollout(source, 'status'), 'complete'],
        [rollout(source, 'history', '--verify'), 'no gap, and every hash holds'],
        [`${rollout(source, 'report')} > report.md`, 'what happened, when, by whom and why'],
      ]),
      ...removal(source),
      paragraph(`${steps} steps in all. What to do when it goes wrong: `, { link: 'Emergency procedures', to: 'emergency.md' }, '.'),
    ],
  }
}

/** A contingency that nobody has tried is a hope. */
function rehearsals(source: DocsSource): readonly Block[] {
  const { contingencies = {}, drill } = source.plan
  const tries = Object.keys(contingencies).map((id) => rollout(source, 'drill', id))
  if (tries.length === 0) return []
  const where = drill === true ? 'this environment allows it' : 'in an environment that allows it'
  return [
    paragraph(
      'Rehearse what would be done in an emergency, on a copy that touches nothing (with ',
      code('--apply'),
      ` for real, ${where}):`,
    ),
    commands(...tries),
  ]
}

function phaseBlocks(source: DocsSource, stages: readonly PlannedStep[], nth: number): readonly Block[] {
  const phase = source.plan.phases[nth]
  if (!phase) return []
  const lines = stages.flatMap((stage, index) => [...(index > 0 ? [''] : []), ...stageLines(source, stage)])
  const ticks = phase.checklist.map(({ id, text, owner, evidence }) => [
    `# ${owner === undefined ? '' : `${owner}: `}${text}`,
    rollout(source, 'approve', id, ...(evidence === true ? ['--evidence', 'URL'] : []), '--reason', '"…"'),
  ])
  return [
    heading(`${nth + 1}. ${phase.title}`),
    commands(...lines),
    ...drillOf(source, phase),
    ...(ticks.length > 0 ? [paragraph('Before the phase is complete:'), commands(...ticks.flat())] : []),
  ]
}

/** A phase may demand that a contingency was rehearsed for real. */
function drillOf(source: DocsSource, { drill }: Phase): readonly Block[] {
  if (drill === undefined) return []
  const words = ['drill', drill]
  const real = source.plan.drill === true
  return [
    paragraph(
      'Before the phase is complete ',
      code(drill),
      ' has to have been rehearsed for real',
      real ? ':' : ', in an environment that allows it:',
    ),
    commands(
      ...(real
        ? [rollout(source, ...words, '--apply')]
        : [`rollout ${words.join(' ')} --apply -e ENVIRONMENT`, rollout(source, ...words, '--proof', 'ENVIRONMENT')]),
    ),
  ]
}

function stageLines(source: DocsSource, { step, before, after }: PlannedStep): readonly string[] {
  const { plan } = source
  const moves = changesBetween(plan, before, after).map(({ toggle, from, to }) => `${toggle} ${from} → ${to}`)
  const phase = plan.phases[step.phase]
  const settle = phase?.settle ?? 0
  const bake = step.last ? (phase?.after ?? 0) : 0
  const waits = [
    ...(settle > 0 ? [`settle ${formatDuration(settle)}`] : []),
    isPaced(plan, step) ? 'wait for the evidence' : `hold ${formatDuration(step.hold)}`,
    ...(bake > 0 ? [`bake ${formatDuration(bake)}`] : []),
  ].join(', ')
  return [
    `# Step ${step.index + 1}: ${moves.join(', ')}; then ${waits}`,
    ...approvals(source, step),
    rollout(source, 'advance', '--if-step', String(step.index)),
  ]
}

/** One line a group: each of its people types it. */
function approvals(source: DocsSource, step: Step): readonly string[] {
  return neededFor(step).map((needed) => `${rollout(source, 'approve', '--if-step', String(step.index))}   # ${needed}`)
}

/** A calendar: what has to be gone first comes first, and what is meant to stay without a date is not in it. */
function removal(source: DocsSource): readonly Block[] {
  const going = Object.entries(source.plan.toggles)
    .filter(([, { kind, removeBy }]) => removeBy !== undefined || isMeantToGo(kind))
    .toSorted(([, { removeBy: a = '\uffff' }], [, { removeBy: b = '\uffff' }]) => (a < b ? -1 : a > b ? 1 : 0))
  if (going.length === 0) return []
  return [
    heading('Removal'),
    paragraph(
      'A toggle is finished when it is gone from the code, the settings and the plan. Each of these shows the patch and leaves the tree as it was where the check of the project fails; ',
      code('--dry-run'),
      ' changes nothing. What is still in the code: ',
      code(rollout(source, 'toggles', 'references')),
      '.',
    ),
    table(
      ['By', 'Toggle', 'Owner', 'Type'],
      going.map(([name, { removeBy, owner }]) => [
        orDash(removeBy),
        [code(name)],
        orDash(owner),
        commandCell(source, 'toggles', 'remove', name, '--branch', `remove-${name.toLowerCase().replaceAll('_', '-')}`),
      ]),
    ),
  ]
}
