import { openMetrics } from '../../adapters/open.ts'
import { guaranteesOf } from '../../core/forecast/guarantee.ts'
import { outlookOf } from '../../core/forecast/outlook.ts'
import { measureTraffic } from '../../engine/measure-traffic.ts'
import type { DoctorFinding } from '../../views/doctor.ts'
import { outlookText } from '../../views/outlook-text.ts'
import type { Probe } from './probe.ts'

/** Returns how long the proof of each phase takes at the traffic there is, and where it takes too long. */
export async function examineProof({ plan, lender, signal }: Probe): Promise<readonly DoctorFinding[]> {
  const guarantees = guaranteesOf(plan)
  const compared = new Set(guarantees.flatMap((each) => Object.keys(each.compared)))
  if (compared.size === 0) return []
  const flows = await measureTraffic(lender.clock, await openMetrics(plan, [...compared], lender), compared, signal)
  return guarantees.flatMap(({ phase }): readonly DoctorFinding[] => {
    const outlook = outlookOf(plan, phase, flows)
    if (!outlook) return []
    const isInTime = outlook.takes !== undefined && outlook.takes <= outlook.given
    return [{ what: `proof of ${phase}`, level: isInTime ? 'ok' : 'warning', text: outlookText(outlook) }]
  })
}
