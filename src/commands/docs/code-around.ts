import { isAbsolute, relative, sep } from 'node:path'
import type { Plan } from '../../core/plan/plan.ts'
import { askedToggles } from '../../core/plan/shadow.ts'
import { isDependence, type Reference } from '../../core/report/reference.ts'
import { hasCode } from '../../core/values/errors.ts'
import { findReferences } from '../../session/references.ts'
import type { Session } from '../../session/session.ts'
import { findStrangers } from '../../session/unknown-toggles.ts'
import type { AskingFile, CodeAround } from '../../views/docs/source.ts'

/** Returns what the code around a plan asks for, for pages in `out`. A folder that cannot be searched is no reason to have none. */
export async function codeAround(session: Session, plan: Plan, out: string): Promise<CodeAround | undefined> {
  try {
    const { root, toggles } = await findReferences(session, plan, askedToggles(plan))
    const unknown = await findStrangers(session, plan)
    const folder = isBelow(root, out) ? relative(out, root).split(sep).join('/') || '.' : undefined
    return { ...(folder !== undefined && { folder }), asked: filesIn(toggles), unknown: filesIn(unknown) }
  } catch (thrown) {
    if (hasCode(thrown, 'usage')) return undefined
    throw thrown
  }
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function filesIn(toggles: Readonly<Record<string, readonly Reference[]>>): Readonly<Record<string, readonly AskingFile[]>> {
  return Object.fromEntries(
    Object.entries(toggles).map(([name, all]) => {
      const asking = all.filter(isDependence).map(({ file }) => file)
      return [name, [...new Set(asking)].toSorted().map((file) => ({ file, places: asking.filter((each) => each === file).length }))]
    }),
  )
}
