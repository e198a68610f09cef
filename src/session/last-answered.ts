import { openMetrics } from '../adapters/open.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { LastAnswered } from '../core/ports.ts'
import { askSources } from '../engine/answers.ts'
import type { Session } from './session.ts'

/** When toggles were last answered, by their names; and which sources could not be asked. */
export interface Answered {
  readonly toggles: ReadonlyMap<string, Pick<LastAnswered, 'on' | 'off'>>
  readonly problems: readonly string[]
}

/** Asks the sources of the plan's metrics, each once, when its toggles were last answered. */
export async function lastAnswered({ lender, signal }: Pick<Session, 'lender' | 'signal'>, plan: Plan): Promise<Answered> {
  const told = await askSources(await openMetrics(plan, Object.keys(plan.metrics), lender), signal)
  const problems = told.flatMap((each) => ('problem' in each ? [`${each.source} ${each.problem}`] : []))
  const all = told.flatMap((each) => ('rows' in each ? each.rows : []))
  const toggles = Object.entries(plan.toggles).flatMap(([name, { variable }]) => {
    const own = all.filter(({ toggle }) => toggle === variable)
    const newest = (side: 'on' | 'off') => {
      const times = own.flatMap((each) => each[side] ?? [])
      return times.length > 0 ? { [side]: Math.max(...times) } : {}
    }
    return own.length > 0 ? [[name, { ...newest('on'), ...newest('off') }] as const] : []
  })
  return { toggles: new Map(toggles), problems }
}
