import { proxyOf } from '../../adapters/http/proxy.ts'
import { unreadableAuthorities } from '../../adapters/http/authorities.ts'
import { openMetrics } from '../../adapters/open.ts'
import { messageOf } from '../../core/values/errors.ts'
import type { DoctorFinding } from '../../views/doctor.ts'
import type { Probe } from './probe.ts'

/** Returns by which proxy each metric is asked, and which files of authorities cannot be read. */
export async function examineNetwork({ plan, lender }: Probe): Promise<readonly DoctorFinding[]> {
  const metrics = await openMetrics(plan, Object.keys(plan.metrics), lender)
  const proxies = metrics.flatMap(({ name, asks }): readonly DoctorFinding[] => {
    if (!asks || !URL.canParse(asks.url)) return []
    const what = `metric ${name}`
    try {
      const proxy = proxyOf(new URL(asks.url), lender.env)
      return proxy ? [{ what, level: 'ok', text: `is asked through the proxy ${proxy.shown} (${proxy.variable})` }] : []
    } catch (thrown) {
      return [{ what, level: 'failed', text: messageOf(thrown), hint: 'NO_PROXY names hosts that are reached without one' }]
    }
  })
  const files = unreadableAuthorities(lender.env).map((variable): DoctorFinding => {
    return { what: 'authorities', level: 'warning', text: `the file that ${variable} names cannot be read: it vouches for nobody` }
  })
  return [...proxies, ...files]
}
