import { z } from 'zod'
import { Unreadable, type Measured, type Series } from '../../core/values/reading.ts'
import type { Loan } from '../../core/ports.ts'
import { LAST_EVALUATION } from '../../core/toggle/last-evaluation.ts'
import { access, serverOf } from '../http/access.ts'
import { metric } from '../define.ts'
import { bucketsOf, wholeOf } from '../measure/buckets.ts'
import { checkGroups, divide, groups, isDivided, isWhole, measuresOf } from '../measure/groups.ts'
import { describedIn, parseExposition, seriesId, type Sample } from '../measure/exposition.ts'
import { ageOf } from '../http/age.ts'
import { PUSHED, pushTimesIn } from '../measure/pushed.ts'
import { askSource } from '../http/ask-source.ts'
import { checkScraped, unseen } from '../measure/known.ts'
import { lastAnsweredIn } from '../measure/last-answered.ts'
import { isRecorded, parseMatchers, parseSelector, strayIn } from '../measure/selector.ts'

const selector = z.string().refine((text) => parseSelector(text) !== undefined, {
  message: 'is not a selector such as http_requests_total{status=~"5.."} (a backslash is written twice, as in PromQL)',
})

/** A page that repeats what another server has made (/federate) shows sums beside counters. */
const counter = selector.refine((text) => !isRecorded(parseSelector(text)?.name), {
  message: 'is what a recording rule makes of counters (its name has a colon): name the counters themselves',
})

const options = z
  .strictObject({
    url: z.url().describe("The application's own /metrics"),
    ratio: z.strictObject({ bad: counter, total: counter }).optional().describe('Two counters: failed and all requests'),
    quantile: z
      .strictObject({ of: counter, q: z.number().gt(0).lt(1) })
      .optional()
      .describe('A histogram without its _bucket, and which quantile, 0–1'),
    value: selector.optional().describe('A gauge: exactly one series'),
    sampledAt: selector
      .optional()
      .describe(
        'A gauge that holds when the sample was taken, in seconds: a Pushgateway shows old ones for ever (push_time_seconds{job="shop"})',
      ),
    maxBytes: z
      .int()
      .min(1024)
      .max(64 << 20)
      .default(8 << 20)
      .describe('Largest scrape in bytes'),
    unseen,
    ...groups,
    ...access,
  })
  .refine(isWhole, { message: 'on: and off: go together' })
  .refine(isDivided, { message: 'on: and off: select the same, and a group is not compared with itself' })
  .refine(({ on, value }) => on === undefined || value === undefined, { message: 'on: and off: divide a ratio or a quantile, not a value' })
  .refine(({ ratio, quantile, value }) => [ratio, quantile, value].filter((each) => each !== undefined).length === 1, {
    message: 'needs exactly one of ratio, quantile or value',
  })

type Options = z.infer<typeof options>

/** Scrapes an application directly, without a Prometheus server. The judge makes rates of the counters. */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const { samples, page, age } = await scrape(given, loan)
    const now = loan.clock.now()
    const at = (of: readonly Sample[]): number =>
      given.sampledAt === undefined ? newest(of, samples, now - age) : one(samples, given.sampledAt).value * 1000
    if (given.ratio) {
      const total = some(samples, given.ratio.total)
      const bad = pick(samples, given.ratio.bad)
      if (bad.length === 0) checkScraped(given, given.ratio.bad, samples, describedIn(page), total)
      checkGroups(given, total.map(labelsOf))
      // As old as the older of the two: a side that nobody updates any more says nothing about now.
      const divided = divide(given, labelsOf, (part) => ({ bad: seriesOf(part(bad)), total: seriesOf(part(total)) }))
      return {
        is: 'ratio',
        bad: seriesOf(bad),
        total: seriesOf(total),
        at: Math.min(at(total), at(bad)),
        ...divided,
        ...instanceOf(samples),
      }
    }
    if (given.quantile) {
      const found = some(samples, bucketsIn(given.quantile.of))
      const { of, q } = given.quantile
      checkGroups(given, found.map(labelsOf))
      const divided = divide(given, labelsOf, (part) => bucketsOf(part(found), of, boundless))
      return {
        is: 'quantile',
        quantile: q,
        buckets: wholeOf(bucketsOf(found, of, boundless), of),
        at: at(found),
        ...divided,
        ...instanceOf(samples),
      }
    }
    const only = one(samples, given.value ?? '')
    return { is: 'value', value: only.value, at: at([only]) }
  },
  measures: measuresOf,
  check: ({ ratio }) => {
    const stray = ratio && strayIn(parseMatchers(ratio.bad) ?? [], parseMatchers(ratio.total) ?? [])
    return stray ? [{ path: ['ratio', 'bad'], ...stray }] : []
  },
  asks: serverOf,
  lastAnswered: async (given, loan) => {
    const { samples } = await scrape(given, loan)
    // What somebody has pushed is shown for ever.
    const isCurrent = samples.every(({ name }) => name !== PUSHED)
    const began = instanceOf(samples).instance?.began
    return lastAnsweredIn(
      samples.filter(({ name }) => name === LAST_EVALUATION),
      { since: () => began, isCurrent: () => isCurrent },
    )
  },
})

async function scrape(given: Options, loan: Loan) {
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'
  const answer = await askSource(given, given.url, { accept, maxBytes: given.maxBytes }, loan)
  if (answer.status !== 200) throw new Unreadable('unreachable', `the scrape answered ${answer.status}`)
  if (answer.body.trim() === '') throw new Unreadable('empty', 'the scrape is empty')
  // A proxy makes whole chunks and a whole gzip also of what ended with the connection to a process that died.
  const framed = answer.headers['content-length'] !== undefined
  const samples = parseExposition(answer.body, { names: namesOf(given), type: answer.headers['content-type'] ?? '', framed })
  return { samples, page: answer.body, age: ageOf(answer.headers) }
}

function namesOf({ ratio, quantile, value, sampledAt }: Options): ReadonlySet<string> {
  const written = [ratio?.bad, ratio?.total, quantile && bucketsIn(quantile.of), value, sampledAt]
  return new Set([
    STARTED,
    PUSHED,
    LAST_EVALUATION,
    ...written.flatMap((each) => (each === undefined ? [] : (parseSelector(each)?.name ?? []))),
  ])
}

/** When the process began, by every client library (prometheus.io/docs/instrumenting/writing_clientlibs, process metrics). */
const STARTED = 'process_start_time_seconds'

/** The one process that answered; nothing where the page is that of several, or does not say. */
function instanceOf(samples: readonly Sample[]) {
  const [only, second] = samples.filter(({ name }) => name === STARTED)
  return only && !second && Number.isFinite(only.value) ? { instance: { began: only.value * 1000 } } : {}
}

/** The selector of a histogram's buckets: its name may stand before the braces or, quoted, inside. */
function bucketsIn(of: string): string {
  return of.replace(/^(\s*[a-zA-Z_:][a-zA-Z0-9_:]*|\s*\{\s*"[^"]+(?="))/, '$1_bucket')
}

function pick(samples: readonly Sample[], written: string): readonly Sample[] {
  const wanted = parseSelector(written)
  return wanted ? samples.filter(({ name, labels }) => name === wanted.name && wanted.matches(labels)) : []
}

function some(samples: readonly Sample[], written: string): readonly Sample[] {
  const found = pick(samples, written)
  if (found.length === 0) throw new Unreadable('empty', `${written} matches no series`)
  return found
}

function one(samples: readonly Sample[], written: string): Sample {
  const [only, second] = some(samples, written)
  if (!only || second) throw new Unreadable('several', `${written} matches several series; one is expected`)
  return only
}

function seriesOf(samples: readonly Sample[]): Series {
  return Object.fromEntries(samples.map((sample) => [seriesId(sample), sample.value]))
}

/** A Pushgateway shows what was pushed for ever, and when that was beside it; what has no time is as old as the page. */
function newest(samples: readonly Sample[], scraped: readonly Sample[], made: number): number {
  const pushedAt = pushTimesIn(scraped)
  const times = samples.flatMap((each) => pushedAt(each) ?? each.at ?? [])
  return times.length === 0 ? made : times.reduce((a, b) => Math.max(a, b))
}

function boundless(sample: Sample): string {
  return seriesId(sample, ['le'])
}

function labelsOf({ labels }: Sample): Sample['labels'] {
  return labels
}
