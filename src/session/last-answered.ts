import { openMetrics } from '../adapters/open.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { LastAnswered } from '../core/ports.ts'
import { messageOf } from '../core/values/errors.ts'
import type { Session } from './session.ts'

/** When toggles were last answered, by their names; and which sources could not be asked. */
export interface Answered {
  readonly toggles: ReadonlyMap<string, Omit<LastAnswered, 'toggle'>>
  readonly problems: readonly string[]
}

/** Asks the sources of the plan's metrics, each once, when its toggles were last answered. */
export async function lastAnswered({ lender, signal }: Pick<Session, 'lender' | 'signal'>, plan: Plan): Promise<Answered> {
  const metrics = await openMetrics(plan, Object.keys(plan.metrics), lender)
  const sources = new Map(metrics.filter((each) => each.lastAnswered).map((each) => [each.asks?.url ?? each.name, each]))
  const problems: string[] = []
  const read = [...sources.values()].map(async ({ name, lastAnswered: ask }) => {
    try {
      return (await ask?.(signal)) ?? []
    } catch (thrown) {
      signal.throwIfAborted()
      problems.push(`${name} does not tell when toggles were last asked: ${messageOf(thrown)}`)
      return []
    }
  })
  const all = (await Promise.all(read)).flat()
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
