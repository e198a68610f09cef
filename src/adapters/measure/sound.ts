import { showAnswer } from '../show-answer.ts'
import { Unreadable, type Measured, type Measures, type Series } from '../../core/values/reading.ts'

/**
 * Returns a reading whose every number is one and that is what its adapter `declared`; throws `Unreadable` for any other.
 * It holds every adapter to that, a file of the user's own included: a NaN among the failures would count as no failure,
 * a time that is none would never be stale, and groups that nobody was told of would not be compared.
 */
export function checkMeasured(measured: Measured, declared?: Measures): Measured {
  checkNumbers(measured)
  const what = WHAT[measured.is]
  if (declared && declared.what !== what)
    throw new Unreadable('malformed', `measures() says ${declared.what}, and the reading is of ${what}`)
  if ('groups' in measured && measured.groups && (declared === undefined || declared.what === 'gauge' || declared.groups === 1))
    throw new Unreadable('malformed', `the reading has groups, and measures() does not say so: { what: "${what}", groups: 2 }`)
  return measured
}

const READING = 'a reading, such as { is: "value", value: 1 }'

const WHAT = { value: 'gauge', ratio: 'failures', quantile: 'latency' } as const

function checkNumbers(measured: Measured): void {
  if (typeof measured !== 'object' || measured === null) throw beside('read()', READING, measured)
  if (measured.at !== undefined && !Number.isFinite(measured.at)) throw new Unreadable('not-finite', `its time is ${measured.at}`)
  // As milliseconds that is before 1973: nobody measured anything then.
  if (measured.at !== undefined && measured.at > 1e8 && measured.at < 1e11) throw beside('its time', 'in milliseconds', measured.at)
  if ('instance' in measured && measured.instance && !Number.isFinite(measured.instance.began))
    throw new Unreadable('not-finite', `its process began at ${measured.instance.began}`)
  switch (measured.is) {
    case 'value':
      if (typeof measured.value !== 'number') throw beside('its value', 'a number', measured.value)
      if (!Number.isFinite(measured.value)) throw new Unreadable('not-finite', `the value is ${measured.value}`)
      if (measured.samples !== undefined && !(Number.isFinite(measured.samples) && measured.samples >= 0))
        throw new Unreadable('not-finite', `the number of samples is ${measured.samples}`)
      if (measured.note !== undefined && typeof measured.note !== 'string') throw beside('its note', 'a text', measured.note)
      return
    case 'ratio':
      for (const series of [measured.bad, measured.total]) checkCounters(series)
      return
    case 'quantile':
      for (const [, series] of entriesOf(measured.buckets)) checkCounters(series)
      return
    default:
      throw beside('read()', READING, measured)
  }
}

function checkCounters(series: Series): void {
  for (const [id, count] of entriesOf(series)) {
    if (!Number.isFinite(count)) throw new Unreadable('not-finite', `the counter ${id} is ${count}`)
    if (count < 0) throw new Unreadable('impossible', `the counter ${id} is ${count}`)
  }
}

/** Of a number there would be no entries, and that would read as a counter that has not begun. */
function entriesOf<Value>(counts: Readonly<Record<string, Value>>): readonly (readonly [id: string, Value])[] {
  if (typeof counts !== 'object' || counts === null) throw beside('its counts', 'an object', counts)
  return Object.entries(counts)
}

function beside(what: string, must: string, found: unknown): Unreadable {
  return new Unreadable('malformed', `${what} must be ${must}, not ${showAnswer(found)}`)
}
