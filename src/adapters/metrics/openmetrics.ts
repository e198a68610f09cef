import { z } from 'zod'
import { Unreadable, type Measured, type Series } from '../../core/reading.ts'
import type { Loan } from '../../core/ports.ts'
import { access, admit } from '../access.ts'
import { metric } from '../define.ts'
import { parseExposition, parseSelector, seriesId, type Sample, type Selector } from '../exposition.ts'
import { request } from '../http.ts'

const selector = z
  .string()
  .refine((text) => parseSelector(text) !== undefined, { message: 'is not a selector such as http_requests_total{status=~"5.."}' })

const options = z
  .strictObject({
    url: z.url().describe("The application's own /metrics"),
    ratio: z.strictObject({ bad: selector, total: selector }).optional().describe('Two counters: failed and all requests'),
    quantile: z
      .strictObject({ of: selector, q: z.number().gt(0).lt(1) })
      .optional()
      .describe('A histogram without its _bucket, and which quantile, 0–1'),
    value: selector.optional().describe('A gauge: exactly one series'),
    maxBytes: z
      .int()
      .min(1024)
      .max(64 << 20)
      .default(8 << 20)
      .describe('Largest scrape in bytes'),
    ...access,
  })
  .refine(({ ratio, quantile, value }) => [ratio, quantile, value].filter((each) => each !== undefined).length === 1, {
    message: 'needs exactly one of ratio, quantile or value',
  })

/** Scrapes an application directly, without a Prometheus server. The judge makes rates of the counters. */
export default metric({
  options,
  read: async (given, loan): Promise<Measured> => {
    const samples = await scrape(given, loan)
    const now = loan.clock.now()
    if (given.ratio) {
      const total = pick(samples, given.ratio.total)
      const bad = pick(samples, given.ratio.bad)
      return { is: 'ratio', bad: seriesOf(bad), total: seriesOf(total), at: newest(total, now) }
    }
    if (given.quantile) return histogram(samples, given.quantile, now)
    const [only, second] = pick(samples, given.value ?? '')
    if (!only) throw new Unreadable('empty', `${given.value} matches no series`)
    if (second) throw new Unreadable('several', `${given.value} matches several series; one is expected`)
    return { is: 'value', value: only.value, at: only.at ?? now }
  },
})

async function scrape(given: z.infer<typeof options>, loan: Loan): Promise<readonly Sample[]> {
  const { headers, tls } = admit(given.url, given, loan)
  const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'
  const { status, body } = await request(given.url, {
    headers: { accept, ...headers },
    tls,
    block: given.blockLinkLocal,
    maxBytes: given.maxBytes,
    signal: loan.signal,
    deadline: 10_000,
  })
  if (status !== 200) throw new Unreadable('unreachable', `the scrape answered ${status}`)
  if (body.trim() === '') throw new Unreadable('empty', 'the scrape is empty')
  return parseExposition(body)
}

function pick(samples: readonly Sample[], written: string): readonly Sample[] {
  const wanted: Selector | undefined = parseSelector(written)
  return wanted ? samples.filter(({ name, labels }) => name === wanted.name && wanted.matches(labels)) : []
}

function seriesOf(samples: readonly Sample[]): Series {
  return Object.fromEntries(samples.map((sample) => [seriesId(sample), sample.value]))
}

function newest(samples: readonly Sample[], now: number): number {
  const times = samples.flatMap(({ at }) => at ?? [])
  return times.length === 0 ? now : Math.max(...times)
}

function histogram(samples: readonly Sample[], { of, q }: { readonly of: string; readonly q: number }, now: number): Measured {
  const buckets: Record<string, Record<string, number>> = {}
  const found = pick(samples, of.replace(/^([^{]+)/, '$1_bucket'))
  for (const sample of found) {
    const { le } = sample.labels
    if (le === undefined) continue
    // Bounds are written in several ways (`1`, `1.0`); the judge needs one.
    const bound = le === '+Inf' ? le : String(Number(le))
    buckets[bound] = { ...buckets[bound], [seriesId(sample, ['le'])]: sample.value }
  }
  if (Object.keys(buckets).length === 0) throw new Unreadable('empty', `${of} has no buckets`)
  if (!buckets['+Inf']) throw new Unreadable('malformed', `${of} has no +Inf bucket`)
  return { is: 'quantile', quantile: q, buckets, at: newest(found, now) }
}
