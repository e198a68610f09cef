import { commandFor } from '../../core/policy/approval.ts'
import { RolloutError } from '../../core/values/errors.ts'
import type { Fact } from '../../core/journal/event.ts'
import type { ChecklistItem, Phase, Plan } from '../../core/plan/plan.ts'
import { currentPhase } from '../../core/policy/destination.ts'
import type { State } from '../../core/journal/state.ts'
import { suggest } from '../../core/values/suggest.ts'
import type { Signature } from '../../engine/writer.ts'
import type { ValuesOf } from '../table.ts'

/** As much as says where a proof is, in characters. */
const LONGEST = 2000
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * Returns what ticks an item of a checklist, or unticks it: of the phase under way, or else of the first that has it. Nothing
 * when that is said already. Throws `usage` when there is none, `denied` when its owner is a group of others.
 */
export function factsOfItem(
  state: State,
  { revoke, evidence: given }: ValuesOf<'approve'>,
  id: string,
  { actor, reason }: Signature,
): readonly Fact[] {
  const { phase, item } = find(state, id)
  checkOwner(state.plan, item, actor)
  const known = state.checked.find((each) => each.phase === phase.id && each.item === id)
  if (revoke) return known ? [{ type: 'unchecked', phase: phase.id, item: id }] : []
  const evidence = evidenceOf(given?.trim())
  if (item.evidence === true && evidence === undefined) {
    const hint = commandFor(state.plan, `approve ${id} --evidence URL --reason "…"`)
    throw new RolloutError('usage', { message: `${id} needs evidence: where can it be seen?`, hint })
  }
  const isSaid = known && (evidence ?? known.evidence) === known.evidence && (reason ?? known.reason) === known.reason
  return isSaid ? [] : [{ type: 'checked', phase: phase.id, item: id, ...(evidence !== undefined && { evidence }) }]
}

function find(state: State, id: string): { readonly phase: Phase; readonly item: ChecklistItem } {
  const { phases } = state.plan
  const current = currentPhase(state)
  for (const phase of [...(current ? [current] : []), ...phases]) {
    const item = phase.checklist.find((each) => each.id === id)
    if (item) return { phase, item }
  }
  const known = (current?.checklist ?? []).map((item) => item.id)
  const near = suggest(
    id,
    phases.flatMap(({ checklist }) => checklist.map((item) => item.id)),
  )
  throw new RolloutError('usage', {
    message: `no checklist has an item "${id.slice(0, 100)}"`,
    ...(near !== undefined ? { hint: `did you mean ${near}?` } : known.length > 0 && { hint: `this phase: ${known.join(', ')}` }),
  })
}

/** An owner that is a group of approvers is taken at its word; any other is a name to ask for. */
function checkOwner({ approvers }: Plan, { id, owner }: ChecklistItem, actor: string): void {
  const members = owner !== undefined && Object.hasOwn(approvers, owner) ? approvers[owner] : undefined
  if (!members || members.includes(actor)) return
  const hint = `one of ${members.join(', ')}; --actor NAME says who you are`
  throw new RolloutError('denied', { message: `${id} is for ${owner} to tick, and ${actor} is not in it`, hint })
}

/** `--evidence`: mostly a URL, but the name of a ticket will do. One line, and nothing that opens a door. */
function evidenceOf(given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  if (given === '' || given.length > LONGEST || UNSEEN.test(given)) {
    const hint = `one line of at most ${LONGEST} characters, all of them visible: https://…`
    throw new RolloutError('usage', { message: '--evidence does not say where something can be seen', hint })
  }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(given))
    throw new RolloutError('usage', { message: '--evidence holds a user or password', hint: 'an address that people can open themselves' })
  return given
}
