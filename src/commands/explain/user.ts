import { RolloutError } from '../../core/values/errors.ts'
import { stepsOf } from '../../core/plan/steps.ts'
import { defaultsOf, type Plan } from '../../core/plan/plan.ts'
import type { State } from '../../core/journal/state.ts'
import { formatExposure } from '../../core/values/units.ts'
import { membershipAt, nextChange, personOf, questionsOf, wrongId } from '../../core/plan/membership.ts'
import type { Shell } from '../../shell.ts'
import type { UserPage, UserRow } from '../../views/user.ts'
import { list, text, type Input } from '../../session/input.ts'
import { openForReading, readPlan } from '../../session/project.ts'

/** What one user has now, why, and with which step that changes: by the frozen plan, or before `start` by the file. */
export async function userPage(shell: Shell, input: Input): Promise<UserPage> {
  const user = text(input, 'user') ?? ''
  const wrong = wrongId(user)
  if (wrong !== undefined) throw new RolloutError('usage', { message: `--user: ${wrong}` })
  const attributes = attributesOf(list(input, 'attribute'))
  const { state } = await openForReading(shell, input)
  const plan = state?.plan ?? (await readPlan(shell, input))
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

/** `--attribute plan=beta country=se`. Throws `usage`. */
function attributesOf(written: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    written.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new RolloutError('usage', { message: `--attribute ${pair} is no name=value`, hint: '--attribute plan=beta' })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
