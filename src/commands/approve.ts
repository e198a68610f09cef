import { RolloutError, type Outcome } from '../core/errors.ts'
import type { Fact } from '../core/event.ts'
import { nextStep } from '../core/gates.ts'
import { phaseOf } from '../core/retreat.ts'
import type { State } from '../core/state.ts'
import { stateOf } from '../engine/engine.ts'
import type { Shell } from '../shell.ts'
import { checkStep } from './advance.ts'
import { signature, type Input } from './input.ts'
import { openRollout } from './project.ts'
import { reportState } from './report.ts'

/** Approves the next step, or ticks an item of the phase's checklist. Saying it twice changes nothing. */
export default async function approve(shell: Shell, input: Input): Promise<Outcome> {
  const writer = await openRollout(shell, input)
  const state = stateOf({ writer })
  checkStep(state, input)
  const by = signature(shell, input)
  const [item] = input.args
  const fact = item === undefined ? approval(state, by.actor) : tick(state, item)
  if (fact) await writer.append(fact, by)
  return reportState(shell, input, stateOf({ writer }), 'done')
}

function approval(state: State, actor: string): Fact | undefined {
  const next = nextStep(state)
  if (!next) throw new RolloutError('usage', { message: 'there is no next step to approve', hint: 'rollout status' })
  if (!next.approval)
    throw new RolloutError('usage', { message: `step ${next.index + 1} needs no approval`, hint: 'rollout advance, or rollout run' })
  const { group } = next.approval
  const members = state.plan.approvers[group] ?? []
  if (!members.includes(actor)) {
    throw new RolloutError('denied', {
      message: `${actor} is not in ${group}`,
      hint: `one of ${members.join(', ')}; --actor NAME says who you are`,
    })
  }
  const known = state.approvals.some((each) => each.step === next.index && each.group === group && each.actor === actor)
  return known ? undefined : { type: 'approved', step: next.index, digest: state.digest, group }
}

function tick(state: State, item: string): Fact | undefined {
  const current = state.plan.phases[phaseOf(state)]
  const phase = state.plan.phases.find(
    ({ id, checklist }) =>
      checklist.some((each) => each.id === item) && (id === current?.id || !current?.checklist.some((each) => each.id === item)),
  )
  if (!phase) {
    const known = current?.checklist.map(({ id }) => id) ?? []
    throw new RolloutError('usage', {
      message: `no checklist has an item "${item}"`,
      ...(known.length > 0 && { hint: `this phase: ${known.join(', ')}` }),
    })
  }
  return state.checked.includes(`${phase.id}/${item}`) ? undefined : { type: 'checked', phase: phase.id, item }
}
