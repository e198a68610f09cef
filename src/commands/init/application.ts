import { parseExposition, type Sample } from '../../adapters/measure/exposition.ts'
import { request } from '../../adapters/http/http.ts'
import { flowsIn, type Flow } from '../../core/forecast/outlook.ts'
import { totals } from '../../core/judge/counters.ts'
import { gainedOver } from '../../core/judge/gained-over.ts'
import { messageOf } from '../../core/values/errors.ts'
import { Unreadable } from '../../core/values/reading.ts'
import type { Duration } from '../../core/values/units.ts'
import type { Session } from '../../session/session.ts'
import type { MetricsAddress } from './addresses.ts'
import { countersIn, surveyScrape, type Requests, type Survey } from './survey.ts'

/** A port where nothing listens refuses at once; an application that is busy may take its time. */
const LONGEST: Duration = 5000
/** Between two scrapes of the traffic, and how many of them there are until it is taken for none. */
const APART: Duration = 700
const SCRAPES = 2
const LARGEST = 8 << 20
/** No proxy stands between processes of the same machine. */
const DIRECT = {}

/** What answered where the application may have its metrics. */
export interface Application extends MetricsAddress, Survey {
  /** Requests a second and the share of them that failed; absent where nothing was counted while it was watched. */
  readonly traffic?: Omit<Flow, 'metric'>
}

/** An address that gave no metrics, with the reason. */
export interface Silent extends MetricsAddress {
  readonly said: string
  /** Something answered there, but no metrics did. */
  readonly answered: boolean
}

interface Scrape extends MetricsAddress {
  readonly text: string
  readonly samples: readonly Sample[]
  readonly at: Duration
}

/** Asks all addresses at once, and watches the traffic of the first that has requests to count; of the others it says why not. */
export async function findApplication(session: Session, addresses: readonly MetricsAddress[], toggles: readonly string[]) {
  const answers = await Promise.all(addresses.map(async (address) => scrape(session, address)))
  const scrapes = answers.flatMap((answer) =>
    'samples' in answer ? [{ ...answer, survey: surveyScrape(answer.text, answer.samples, toggles) }] : [],
  )
  const silent = answers.flatMap((answer): readonly Silent[] => ('said' in answer ? [answer] : []))
  const found = scrapes.find(({ survey }) => survey.requests) ?? scrapes[0]
  if (!found) return { silent }
  const { url, from, survey } = found
  const traffic = survey.requests && (await measure(session, found, survey.requests))
  const application: Application = { url, from, ...survey, ...(traffic && { traffic }) }
  return { application, silent }
}

/** Asks again until something was counted, which is mostly once. */
async function measure(session: Session, first: Scrape, requests: Requests): Promise<Application['traffic']> {
  for (let nth = 1; nth <= SCRAPES; nth += 1) {
    await session.clock.sleep(APART, session.signal)
    const next = await scrape(session, first)
    if (!('samples' in next)) return undefined
    const gained = gainedOver([first, next].map(({ at, samples }) => ({ at, reading: { is: 'ratio', ...countersIn(samples, requests) } })))
    // Many applications count the requests for their metrics too.
    const counted = (gained['total'] ?? 0) - nth
    if (counted <= 0) continue
    const all = totals({ ...countersIn(next.samples, requests) })
    const [flow] = flowsIn('', { ...gained, total: counted }, all, (next.at - first.at) / 1000)
    return flow && { perSecond: flow.perSecond, rate: flow.rate }
  }
  return undefined
}

function isJson(body: string): boolean {
  return /^\s*[{[]/.test(body)
}

/** Never follows a redirect: what it leads to may be another machine. */
async function scrape({ signal, clock }: Session, { url, from }: MetricsAddress): Promise<Scrape | Silent> {
  let answered = false
  try {
    const { status, body, headers } = await request(url, {
      signal,
      env: DIRECT,
      deadline: LONGEST,
      retries: 0,
      redirects: 0,
      maxBytes: LARGEST,
    })
    answered = true
    const at = clock.monotonic()
    if (status !== 200) return { url, from, said: `answered ${status}`, answered }
    if (isJson(body)) return { url, from, said: 'answered JSON, which use: json reads (docs/metrics.md)', answered }
    const samples = parseExposition(body, { type: headers['content-type'] ?? '' })
    return samples.length > 0 ? { url, from, text: body, samples, at } : { url, from, said: 'answered without a single metric', answered }
  } catch (thrown) {
    signal.throwIfAborted()
    if (!(thrown instanceof Unreadable)) throw thrown
    return { url, from, said: messageOf(thrown).replace(`${url}: `, '').replace(`${url} `, ''), answered }
  }
}
