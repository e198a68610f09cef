import { journalName } from '../../core/journal/identity.ts'
import { join } from 'node:path'
import { openTargetsAnyway } from '../../adapters/open.ts'
import { checkAnswers } from '../../adapters/file/answers.ts'
import { keepRecord } from '../../adapters/state/keep-record.ts'
import { RolloutError } from '../../core/values/errors.ts'
import { breakGlass } from '../../engine/break-glass.ts'
import { renderBreakGlass } from '../../views/break-glass.ts'
import { openMoveProgress } from '../../views/move-progress.ts'
import { renderWarnings } from '../../views/problem.ts'
import { environmentOf, loadPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { signature } from '../../session/signature.ts'
import { outlineAt } from '../../session/store.ts'
import { tellOnce } from '../../session/tell.ts'
import { typedFromHere } from '../../session/typed-from-here.ts'
import { withoutPlan } from '../../session/without-plan.ts'

/** Writes every toggle's default from rollout.yaml alone, because the journal cannot be used; the next command that can records it. */
export async function breakTheGlass(session: Session, isDryRun: boolean, cause: RolloutError): Promise<VerbAnswer> {
  const { clock, signal, lender, place, uuid } = session
  if (isDryRun)
    throw new RolloutError(cause.code, [
      ...cause.problems,
      { message: 'without the journal there is nothing to compare with', hint: 'without --dry-run it writes every default' },
    ])
  if (outlineAt(place.file).hasEnvironments && environmentOf(session) === undefined)
    throw new RolloutError('usage', [
      ...cause.problems,
      {
        message: 'the plan has environments, and without the journal nothing says which is meant; nothing was changed',
        hint: 'rollout rollback --all --break-glass -e NAME',
      },
    ])
  const { plan, warnings } = await loadPlan(session, { isRetreat: true }).catch((thrown: unknown) => {
    throw withoutPlan(thrown, place.file)
  })
  session.err.write(renderWarnings(warnings, session.err))
  const by = await signature(session, 'emergency')
  const targets = typedFromHere(await openTargetsAnyway(plan, lender), session)
  const glass = breakGlass(plan, targets, { clock, signal })
  const progress = openMoveProgress(session.err, clock, { left: glass.left, isUrgent: true })
  const broken = await glass.ended.catch(progress.cut).finally(progress.end)
  const folder = join(place.folder, '.rollout')
  const isThere = await checkAnswers(folder, { ...lender, signal: session.stopped }).then(
    () => true,
    () => false,
  )
  const recorded = isThere && keepRecord(folder, journalName(plan), { at: clock.now(), ...by })
  const because = cause.problems.map(({ message }) => message).join('; ')
  const value = { breakGlass: true, cause: because, targets: broken, recorded }
  const about = `break-glass, because the journal cannot be used: ${because}`
  const notice = {
    kind: 'rolled-back',
    seq: 0,
    id: uuid(),
    at: clock.now(),
    ...by,
    about,
    changes: [],
    phase: '',
    step: 0,
    steps: 0,
  } as const
  return {
    outcome: broken.some(({ error }) => error !== undefined) ? 'partial' : 'done',
    kind: 'break-glass',
    value,
    text: (out) => renderBreakGlass(value, out),
    afterwards: async () => tellOnce(session, plan, notice),
  }
}
