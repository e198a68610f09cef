import { plural } from '../../core/values/plural.ts'
import type { NamedAdapter } from '../../adapters/refuse-unnamed.ts'
import { isPath } from '../../adapters/registry.ts'
import { kinds } from '../../core/ports.ts'
import { RolloutError, type Problem } from '../../core/values/errors.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { renderCheck, type CheckReport, type CheckRow } from '../../views/check.ts'
import { annotationOf, fence, reportToGitHub } from '../../session/github.ts'
import { loadPlan } from '../../session/project.ts'
import type { VerbAnswer, Session } from '../../session/session.ts'
import { VERBS, type ValuesOf } from '../table.ts'
import { askedToggles } from '../../core/plan/shadow.ts'

const PARTS = VERBS.check.options.what.choices
type Part = (typeof PARTS)[number]

/** Gates a deploy. Reads everything, writes to nothing but what GitHub gave it for the purpose. */
export default async function check(session: Session<ValuesOf<'check'>>): Promise<VerbAnswer> {
  const { what, json } = session.options
  const report = await inspect(session, what === undefined ? PARTS : [what])
  const isGitHub = session.env['GITHUB_ACTIONS'] === 'true'
  if (isGitHub && json) session.err.write(annotationOf(report))
  return {
    outcome: report.outcome,
    kind: 'check',
    value: report,
    text: (out) => (isGitHub ? fence(renderCheck(report, out), session.uuid()) + annotationOf(report) : renderCheck(report, out)),
    ...(isGitHub && { afterwards: async () => reportToGitHub(session, report) }),
  }
}

async function inspect(session: Session<ValuesOf<'check'>>, parts: readonly Part[]): Promise<CheckReport> {
  if (session.options.noCode) return inspectUnopened(session)
  // Alone the file answers for itself: what has been rolled out of it decides nothing.
  const isAlone = parts.every((part) => part === 'config')
  const { plan, rows } = await examineConfig(session, { isNew: isAlone })
  if (!plan) return { outcome: 'config', rows }
  if (isAlone) return { outcome: 'done', rows }

  // Loaded where more than the plan is looked at.
  const { examineRollout } = await import('./examine-rollout.ts')
  const examined = await examineRollout(session, plan, parts)
  return { ...examined, rows: [...rows, ...examined.rows] }
}

/** A plan of somebody else: its adapters are not imported, its references not resolved, its journal and its servers not asked. */
async function inspectUnopened(session: Session): Promise<CheckReport> {
  const { plan, rows } = await examineConfig(session, { isStrangers: true })
  if (!plan) return { outcome: 'config', rows }
  const own = kinds().flatMap((kind) =>
    Object.entries<NamedAdapter>(plan[kind] ?? {}).flatMap(([name, { use }]) => (isPath(use) ? [`${kind}.${name} (${use})`] : [])),
  )
  const unknown = own.map((each): CheckRow => ({
    what: 'config',
    name: 'plan',
    verdict: 'warning',
    text: `${each} is code of this plan's author: it was not imported, and its options not checked`,
  }))
  return { outcome: 'done', rows: [...rows, ...unknown, UNOPENED] }
}

const UNOPENED: CheckRow = {
  what: 'config',
  name: 'plan',
  verdict: 'ok',
  text: 'read alone: no command was run, nothing imported, no secret read, no target, server or journal asked',
}

async function examineConfig(
  session: Session,
  how?: Parameters<typeof loadPlan>[1],
): Promise<{ readonly plan?: Plan; readonly rows: CheckRow[] }> {
  const row = (verdict: CheckRow['verdict'], { message, where, hint }: Problem): CheckRow => ({
    what: 'config',
    name: 'plan',
    verdict,
    text: message,
    ...(where && { where }),
    ...(hint !== undefined && { hint }),
  })
  try {
    const { plan, warnings } = await loadPlan(session, how)
    const sizes = `${plural(askedToggles(plan).length, 'toggle')}, ${plural(plan.phases.length, 'phase')}`
    return { plan, rows: [{ what: 'config', name: 'plan', verdict: 'ok', text: sizes }, ...warnings.map((each) => row('warning', each))] }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || thrown.code !== 'config') throw thrown
    return { rows: thrown.problems.map((each) => row('failed', each)) }
  }
}
