import { commandFor } from '../../core/policy/approval.ts'
import { approvalsOf } from '../../core/plan/approvals.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Fact, Signed } from '../../core/journal/event.ts'
import { nextStep } from '../../core/policy/destination.ts'
import type { Step } from '../../core/plan/steps.ts'
import type { Approval } from '../../core/plan/plan.ts'
import type { Approved, State } from '../../core/journal/state.ts'
import { stateOf } from '../../engine/engine.ts'
import type { Signature, Writer } from '../../engine/writer.ts'
import { checkStep } from '../../session/if-step.ts'
import { factsOfItem } from './checklist.ts'
import { openRollout } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { signature } from '../../session/signature.ts'
import { answerOfState } from '../../session/state-answer.ts'
import type { Approving } from '../../session/signing.ts'
import type { ValuesOf } from '../table.ts'

/**
 * Approves the next step, or ticks an item of a checklist; `--revoke` takes back what the same person has said before.
 * Saying it twice changes nothing, unless the first is about to expire or was not signed.
 */
export default async function approve(session: Session<ValuesOf<'approve'>>): Promise<VerbAnswer> {
  const { item, ifStep } = session.options
  const writer = await openRollout(session)
  const state = stateOf({ writer })
  checkStep(state, ifStep)
  const by = await signature(session)
  const facts = item === undefined ? await factsOfStep(session, writer, by) : factsOfItem(state, session.options, item, by)
  for await (const fact of facts) await writer.append(fact, by)
  return answerOfState(session, writer, 'done')
}

async function factsOfStep(
  session: Session<ValuesOf<'approve'>>,
  writer: Writer,
  by: Signature,
): Promise<Iterable<Fact> | AsyncIterable<Fact>> {
  const state = stateOf({ writer })
  const next = nextStep(state)
  if (!next) throw new RolloutError('usage', { message: 'there is no next step to approve', hint: 'rollout status' })
  if (session.options.revoke) return revoked(state, next, by.actor)
  const needed = approvalsOf(next)
  if (needed.length === 0)
    throw new RolloutError('usage', { message: `step ${next.index + 1} needs no approval`, hint: 'rollout advance, or rollout run' })
  const mine = needed.filter(({ group }) => (state.plan.approvers[group] ?? []).includes(by.actor))
  if (mine.length === 0) throw stranger(state, needed, by.actor)
  const barred = mine.find((each) => each.by === 'others' && state.authors.includes(by.actor))
  if (barred) {
    throw new RolloutError('denied', {
      message: `${by.actor} froze this plan: somebody else in ${barred.group} must approve it`,
      hint: membersBut(state, [barred], by.actor),
    })
  }
  return agreed(session, writer, { next, approvals: mine, actor: by.actor })
}

/** One group after the other: each approval is bound to the event it comes after, the one before it included. */
async function* agreed(
  session: Session<ValuesOf<'approve'>>,
  writer: Writer,
  { next, approvals, actor }: { readonly next: Step; readonly approvals: readonly Approval[]; readonly actor: string },
): AsyncGenerator<Fact> {
  for (const approval of approvals) yield* await given(session, { state: stateOf({ writer }), next, approval, actor })
}

interface Giving {
  readonly state: State
  readonly next: Step
  readonly approval: Approval
  readonly actor: string
}

async function given(session: Session<ValuesOf<'approve'>>, { state, next, approval, actor }: Giving): Promise<readonly Fact[]> {
  const { group } = approval
  const key = session.options.sign
  if (approval.signed === true && key === undefined) {
    throw new RolloutError('denied', {
      message: `${group} must sign: an approval without a signature does not count`,
      hint: commandFor(state.plan, 'approve --sign ~/.ssh/id_ed25519 --reason "…"'),
    })
  }
  const known = state.approvals.find((each) => each.step === next.index && each.group === group && each.actor === actor)
  // One that expires counts anew from now.
  if (known && approval.expires === undefined && (key === undefined || (await isSigned(session, state, known)))) return []
  const proof = key === undefined ? {} : await sign(session, state, { step: next.index, group, actor, key })
  return [{ type: 'approved', step: next.index, digest: state.digest, group, ...proof }]
}

/** A signature that proves nothing keeps nobody from signing. */
async function isSigned(session: Session, state: State, known: Approved): Promise<boolean> {
  const { refuteApproval } = await import('../../session/signing.ts')
  return (await refuteApproval(session, state, known)) === undefined
}

/** Loaded for those who sign: it starts processes. */
async function sign(session: Session, state: State, approving: Approving): Promise<{ readonly signed: Signed }> {
  const { signed } = await import('../../session/signing.ts')
  return { signed: await signed(session, state, approving) }
}

/** Everything this person has said of the next step, also what was given once for its phase. */
function revoked(state: State, next: Step, actor: string): readonly Fact[] {
  const covering = approvalsOf(next).filter(({ covers }) => covers === 'phase')
  const mine = state.approvals.filter(
    (each) => each.actor === actor && (each.step === next.index || covering.some(({ group }) => group === each.group)),
  )
  if (mine.length === 0) {
    throw new RolloutError('usage', {
      message: `${actor} has not approved step ${next.index + 1}: there is nothing to take back`,
      hint: 'rollout pause holds everything; rollout rollback takes the change back',
    })
  }
  return mine.map(({ step, group }) => ({ type: 'revoked', step, digest: state.digest, group }))
}

function stranger(state: State, needed: readonly Approval[], actor: string): RolloutError {
  const groups = needed.map(({ group }) => group).join(' or ')
  return new RolloutError('denied', { message: `${actor} is not in ${groups}`, hint: membersBut(state, needed, actor) })
}

function membersBut(state: State, needed: readonly Approval[], actor: string): string {
  const members = new Set(needed.flatMap(({ group }) => state.plan.approvers[group] ?? []))
  members.delete(actor)
  return `one of ${[...members].join(', ')}; --actor NAME says who you are`
}
