import type { Step } from '../../core/plan/steps.ts'
import type { Phase, Plan } from '../../core/plan/plan.ts'
import { isPaced, stagesOf, type PlannedStep } from '../../core/forecast/planned.ts'
import { changesBetween } from '../../core/report/summary.ts'
import { formatDuration } from '../../core/values/units.ts'
import { code, commands, heading, listBlock, paragraph, type Block, type Document, type Text } from '../document/block.ts'
import { neededFor } from './approval.ts'
import { annotated, rollout, type DocsSource } from './source.ts'

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
      ...removal(plan),
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

function removal({ toggles }: Plan): readonly Block[] {
  const dated = Object.entries(toggles)
    .flatMap(([name, { removeBy, owner }]) => (removeBy === undefined ? [] : [{ name, removeBy, owner }]))
    .toSorted((a, b) => (a.removeBy < b.removeBy ? -1 : a.removeBy > b.removeBy ? 1 : 0))
  if (dated.length === 0) return []
  const items = dated.map(({ name, removeBy, owner }): Text => [`by ${removeBy}: `, code(name), owner === undefined ? '' : `, ${owner}`])
  return [paragraph('A toggle is finished when it is gone from the code. Remove:'), listBlock(items)]
}
