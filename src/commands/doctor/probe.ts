import { request } from '../../adapters/http/http.ts'
import type { Lender } from '../../adapters/lender.ts'
import { openMetrics, openTargets } from '../../adapters/open.ts'
import { messageOf } from '../../core/values/errors.ts'
import { hintOf } from '../../core/values/failure.ts'
import { describe } from '../../core/judge/describe.ts'
import { count } from '../../core/judge/counting.ts'
import { checkAge } from '../../core/judge/fresh.ts'
import { judge } from '../../core/judge/judge.ts'
import type { Reading } from '../../core/values/reading.ts'
import type { Metric } from '../../core/plan/metric.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { togglesOf } from '../../core/plan/toggles-of.ts'
import type { Effect } from '../../core/ports.ts'
import { formatDuration, type Duration } from '../../core/values/units.ts'
import type { DoctorFinding } from '../../views/doctor.ts'

/** What the doctor looks with. */
export interface Probe {
  readonly plan: Plan
  readonly lender: Lender
  readonly signal: AbortSignal
}

/** Between the two reads of a metric. */
const BETWEEN: Duration = 2000
/** An HTTP Date counts in whole seconds (RFC 9110, 5.6.7) and travels for a while. */
const SKEW: Duration = 5000

/** Returns whether every target can be read and, where that can be told without writing, written. */
export async function probeTargets({ plan, lender, signal }: Probe): Promise<readonly DoctorFinding[]> {
  const targets = await openTargets(plan, lender)
  const found = await Promise.all(
    targets.map(async (target): Promise<readonly DoctorFinding[]> => {
      const what = `target ${target.name}`
      const variables = togglesOf(plan, target.name).flatMap((name) => plan.toggles[name]?.variable ?? [])
      try {
        const found = await target.read(variables, signal)
        const advice = (await target.probe?.(signal)) ?? []
        const unset = variables.filter((variable) => found[variable] === undefined)
        const held = unset.length === 0 ? 'holds every toggle' : `does not hold ${unset.join(', ')} yet: the default counts`
        return [{ what, level: 'ok', text: `${held}${afterWrite(target.effect)}` }, ...advice.map((each) => ({ what, ...each }))]
      } catch (thrown) {
        const hint = hintOf(thrown)
        return [{ what, level: 'failed', text: messageOf(thrown), ...(hint !== undefined && { hint }) }]
      }
    }),
  )
  return found.flat()
}

/** Returns when the application runs with a word, where its adapter knows. */
function afterWrite(effect: Effect | undefined): string {
  if (effect === undefined) return ''
  return effect === 'live' ? '; a new word is read at once' : `; a new word needs a ${effect}`
}

/** Reads every metric twice and judges what came back. */
export async function probeMetrics({ plan, lender, signal }: Probe): Promise<readonly DoctorFinding[]> {
  const { clock } = lender
  const metrics = await openMetrics(plan, Object.keys(plan.metrics), lender)
  const read = async () => {
    const poll = { signal, clock }
    return Promise.all(metrics.map(async (metric) => metric.read(signal, poll)))
  }
  const from = clock.monotonic()
  const first = await read()
  if (metrics.length > 0) await clock.sleep(BETWEEN, signal)
  const second = await read()
  const elapsed = clock.monotonic() - from
  return metrics.flatMap(({ name, advice = [] }, nth) => {
    const [metric, before, now] = [plan.metrics[name], first[nth], second[nth]]
    return metric && before && now
      ? [
          ...advice.map((each) => ({ what: `metric ${name}`, ...each })),
          ...examine(plan, name, metric, { before, now, elapsed, wall: clock.now() }),
        ]
      : []
  })
}

/** A source is asked whether it answers, and not what it says of a step. */
const ANY = { elapsed: undefined, watched: Infinity }

interface Looked {
  readonly before: Reading
  readonly now: Reading
  readonly elapsed: Duration
  readonly wall: number
}

function examine(plan: Plan, name: string, metric: Metric, { before, now, elapsed, wall }: Looked): readonly DoctorFinding[] {
  const what = `metric ${name}`
  const first = count(undefined, checkAge(metric, before, wall), ['all'], wall)
  const second = count(first.counting, checkAge(metric, now, wall), ['all'], wall)
  const track = judge(metric, judge(metric, undefined, first.counted, ANY), second.counted, { ...ANY, elapsed })
  const said = describe(metric, track)
  const reason = track.missing?.reason
  const isOfShadow = plan.phases.some(({ shadows }) => shadows?.metric === name)
  if (isOfShadow && (reason === 'no-traffic' || reason === 'empty'))
    return [{ what, level: 'ok', text: 'compares nothing yet: the step of its shadow begins that' }]
  if (before.is === 'missing' && now.is !== 'missing')
    return [
      {
        what,
        level: 'warning',
        text: `answered only once of two reads: ${before.reason}: ${before.detail}`,
        hint: 'a read that fails now and then stretches every step',
      },
    ]
  if (reason === 'no-traffic')
    return [
      {
        what,
        level: 'warning',
        text: `nothing was counted for ${formatDuration(elapsed)}`,
        hint: 'a step waits for samples, and pauses when none come; a scraped counter moves only with each scrape',
      },
    ]
  if (reason !== undefined && reason !== 'few-samples') {
    const hint = now.is === 'missing' ? now.hint : undefined
    return [{ what, level: 'failed', text: said, ...(hint !== undefined && { hint }) }]
  }
  const isBad = track.verdict === 'critical' || track.verdict === 'warning'
  const row: DoctorFinding = { what, level: isBad ? 'warning' : 'ok', text: isBad ? `${track.verdict} already: ${said}` : said }
  return track.samples === undefined ? [row] : [row, examinePower(plan, name, metric, track.samples / elapsed)]
}

/** How long the samples a step needs take at the rate just seen (in requests per millisecond). */
function examinePower(plan: Plan, name: string, { minSamples }: Metric, rate: number): DoctorFinding {
  const needed = minSamples / rate
  const holds = plan.phases.filter(({ metrics }) => metrics.includes(name)).flatMap(({ steps }) => steps.map(({ hold }) => hold))
  const shortest = Math.min(...holds)
  const text = `${Number((rate * 1000).toPrecision(2))} requests/s: ${minSamples} samples take about ${formatDuration(needed)}`
  if (needed <= shortest) return { what: `metric ${name}`, level: 'ok', text }
  return {
    what: `metric ${name}`,
    level: 'warning',
    text: `${text}, longer than the shortest hold (${formatDuration(shortest)})`,
    hint: 'a step takes that long; a longer hold: says so, a lower minSamples: proves less',
  }
}

/** Compares this machine's clock with those that answer over HTTP; one request per server, and without credentials. */
export async function probeClocks({ plan, lender, signal }: Probe): Promise<readonly DoctorFinding[]> {
  const servers = new Map<string, { readonly name: string; readonly block: boolean }>()
  for (const { name, asks } of await openMetrics(plan, Object.keys(plan.metrics), lender)) {
    if (!asks || !URL.canParse(asks.url)) continue
    const { origin } = new URL(asks.url)
    if (!servers.has(origin)) servers.set(origin, { name, block: asks.blockLinkLocal === true })
  }
  const looked = [...servers].map(async ([origin, { name, block }]): Promise<readonly DoctorFinding[]> => {
    const skew = await skewOf(origin, block, lender, signal)
    if (skew === undefined) return []
    if (Math.abs(skew) <= SKEW) return [{ what: 'clock', level: 'ok', text: `agrees with that of metric ${name}` }]
    const text = `the clock behind metric ${name} is ${formatDuration(Math.abs(skew))} ${skew > 0 ? "ahead of this machine's" : "behind this machine's"}`
    return [{ what: 'clock', level: 'warning', text, hint: 'samples look stale or come from the future; set both by NTP' }]
  })
  return (await Promise.all(looked)).flat()
}

/** Undefined when it does not answer, or does not say what time it is. */
async function skewOf(origin: string, block: boolean, { clock, env }: Lender, signal: AbortSignal): Promise<Duration | undefined> {
  try {
    const { headers } = await request(`${origin}/`, { signal, env, block, deadline: 2000, retries: 0, redirects: 0 })
    const there = Date.parse(headers['date'] ?? '')
    return Number.isNaN(there) ? undefined : there - clock.now()
  } catch {
    return undefined
  }
}
