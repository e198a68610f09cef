import { request } from '../../adapters/http/http.ts'
import { ask } from '../../adapters/measure/promql.ts'
import type { Duration } from '../../core/values/units.ts'
import type { Session } from '../../session/session.ts'
import type { Survey } from './survey.ts'

/** Where a Prometheus is, unless PROM_URL says something else. */
export const PROMETHEUS = 'http://localhost:9090'
const LONGEST: Duration = 500

/** Resolves to the base URL of a Prometheus that is ready; undefined where none answers. */
export async function findPrometheus({ env, signal }: Session): Promise<string | undefined> {
  const url = (env['PROM_URL'] ?? PROMETHEUS).replace(/\/+$/, '')
  try {
    const { status } = await request(`${url}/-/ready`, { signal, env, deadline: LONGEST, retries: 0 })
    return status === 200 ? url : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** Tells whether a Prometheus has these requests, of one job alone: of several their sum is no application's. */
export async function knows({ signal, lender }: Session, url: string, { requests, groups }: Survey): Promise<boolean> {
  if (!requests) return false
  const matchers = groups ? [`${groups.label}="${groups.on}"`, `${groups.label}="${groups.off}"`] : ['']
  const only = requests.measured === undefined ? '' : `toggle="${requests.measured}",`
  const series = matchers.map((each) => `${requests.name}{${only}${each}}`).join(' or ')
  try {
    return (await ask({ url, blockLinkLocal: false }, `count by (job) (${series})`, { ...lender, signal, timeout: LONGEST })).length === 1
  } catch {
    signal.throwIfAborted()
    return false
  }
}
