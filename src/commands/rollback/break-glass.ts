import { join } from 'node:path'
import { openTargetsAnyway } from '../../adapters/open.ts'
import { keepRecord } from '../../adapters/state/break-glass.ts'
import { RolloutError, type Outcome } from '../../core/values/errors.ts'
import { breakGlass } from '../../engine/break-glass.ts'
import type { Shell } from '../../shell.ts'
import { writeJson } from '../../views/json.ts'
import { renderBreakGlass } from '../../views/break-glass.ts'
import { deadline, flag, signature, type Input } from '../../session/input.ts'
import { locate } from '../../session/place.ts'
import { journalName } from '../../core/journal/identity.ts'
import { lenderOf, loadPlan } from '../../session/project.ts'
import { tellOnce } from '../../session/tell.ts'

/** Every toggle to its default from rollout.yaml alone, because the journal cannot be used; the next command that can records it. */
export async function breakTheGlass(shell: Shell, input: Input, cause: RolloutError): Promise<Outcome> {
  if (flag(input, 'dryRun'))
    throw new RolloutError(cause.code, [
      ...cause.problems,
      { message: 'without the journal there is nothing to compare with', hint: 'without --dry-run it writes every default' },
    ])
  const { plan } = await loadPlan(shell, input, { withoutChannels: true })
  const by = await signature(shell, input, 'emergency')
  const targets = await openTargetsAnyway(plan, lenderOf(shell, input))
  const broken = await breakGlass(plan, targets, { clock: shell.clock, signal: deadline(shell, input) })
  const folder = join(locate(shell, input).folder, '.rollout')
  const recorded = keepRecord(folder, journalName(plan), { at: shell.clock.now(), ...by })
  const value = { breakGlass: true, cause: cause.message, targets: broken, recorded }
  if (flag(input, 'json')) writeJson(value, shell.out)
  else shell.out.write(renderBreakGlass(value, shell.out))
  const about = `break-glass, because the journal cannot be used: ${cause.message}`
  const notice = {
    kind: 'rolled-back',
    seq: 0,
    id: shell.uuid(),
    at: shell.clock.now(),
    ...by,
    about,
    changes: [],
    phase: '',
    step: 0,
    steps: 0,
  } as const
  await tellOnce(shell, input, plan, notice)
  return broken.some(({ error }) => error !== undefined) ? 'partial' : 'done'
}
