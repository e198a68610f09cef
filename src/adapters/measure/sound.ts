import { Unreadable, type Measured, type Series } from '../../core/values/reading.ts'

/**
 * A reading whose every number is one, or a throw of `Unreadable`. It holds any adapter to that, a file of the user's
 * own included: a NaN among the failures would count as no failure, and a time that is none would never be stale.
 */
export function checkMeasured(measured: Measured): Measured {
  if (typeof measured !== 'object' || measured === null) throw malformed()
  if (measured.at !== undefined && !Number.isFinite(measured.at)) throw new Unreadable('not-finite', `its time is ${measured.at}`)
  switch (measured.is) {
    case 'value':
      if (typeof measured.value !== 'number') throw malformed()
      if (!Number.isFinite(measured.value)) throw new Unreadable('not-finite', `the value is ${measured.value}`)
      if (measured.samples !== undefined && !(Number.isFinite(measured.samples) && measured.samples >= 0))
        throw new Unreadable('not-finite', `the number of samples is ${measured.samples}`)
      if (measured.note !== undefined && typeof measured.note !== 'string') throw malformed()
      return measured
    case 'ratio':
      for (const series of [measured.bad, measured.total]) checkCounters(series)
      return measured
    case 'quantile':
      for (const series of Object.values(measured.buckets)) checkCounters(series)
      return measured
    default:
      throw malformed()
  }
}

function checkCounters(series: Series): void {
  for (const [id, count] of Object.entries(series)) {
    if (!Number.isFinite(count)) throw new Unreadable('not-finite', `the counter ${id} is ${count}`)
    if (count < 0) throw new Unreadable('impossible', `the counter ${id} is ${count}`)
  }
}

function malformed(): Unreadable {
  return new Unreadable('malformed', 'the adapter did not return a reading')
}
