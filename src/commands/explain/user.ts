import { RolloutError } from '../../core/values/errors.ts'
import { stepsOf } from '../../core/plan/steps.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import type { State } from '../../core/journal/state.ts'
import { formatExposure } from '../../core/values/units.ts'
import { membershipAt, nextChange, personOf, questionsOf, wrongId } from '../../core/plan/membership.ts'
import type { UserPage, UserRow } from '../../views/user.ts'
import { openForReading, readPlan } from '../../session/project.ts'
import type { Session } from '../../session/session.ts'

/** Returns what one user has now, why, and with which step that changes: by the frozen plan, or before `start` by the file. */
export async function userPage(session: Session, user: string, attributes: Readonly<Record<string, string>>): Promise<UserPage> {
  const wrong = wrongId(user)
  if (wrong !== undefined) throw new RolloutError('usage', { message: `--user: ${wrong}` })
  const { state } = await openForReading(session)
  const plan = state?.plan ?? (await readPlan(session))
  return { user, attributes, started: state !== undefined, toggles: rowsOf(plan, state, user, attributes) }
}

function rowsOf(plan: Plan, state: State | undefined, user: string, attributes: Readonly<Record<string, string>>): readonly UserRow[] {
  const defaults = defaultsOf(plan)
  const steps = stepsOf(plan)
  return questionsOf(plan, state ?? { exposures: defaults, baseline: defaults, cursor: -1 }).map((question): UserRow => {
    const person = personOf(question, user, attributes)
    const [now] = question.stages
    const stage = nextChange(question, person)
    const step = stage?.step === undefined ? undefined : steps[stage.step]
    return {
      toggle: question.toggle,
      exposure: formatExposure(now.exposure),
      bucket: person.bucket,
      percent: (person.bucket / 2 ** 32) * 100,
      ...membershipAt(person, now),
      ...(stage &&
        step && {
          next: {
            step: step.index + 1,
            phase: plan.phases[step.phase]?.id ?? '',
            exposure: formatExposure(stage.exposure),
            ...membershipAt(person, stage),
          },
        }),
    }
  })
}
