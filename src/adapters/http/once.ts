import type { SharedPoll } from '../../core/ports.ts'
import type { Duration, Instant } from '../../core/values/units.ts'
import { LARGEST_BODY, request, type Request, type Response } from './http.ts'

/** An answer is that of one moment: who asks later in a long poll is told what is true then. */
const MOMENT: Duration = 1000

/** A request of one poll, and whoever waits for its answer. */
interface Shared {
  maxBytes: number
  deadline: Duration
  /** Its limits are raised by who asks before it is sent. */
  isSent: boolean
  answered?: Instant
  readonly answer: Promise<Response>
}

/** Answers live as long as their poll: no later one can be given them. */
const polls = new WeakMap<SharedPoll, Map<string, Shared>>()

/**
 * Sends a request that only reads, once for all metrics of a poll that ask the same in the same moment: an application
 * that is watched by twenty metrics of one page is asked for it once. The largest of their limits counts, and a failure
 * is that of all.
 */
export async function requestOnce(url: string, asked: Request, poll: SharedPoll | undefined): Promise<Response> {
  if (!poll) return request(url, asked)
  const all = polls.get(poll) ?? new Map<string, Shared>()
  polls.set(poll, all)
  const key = keyOf(url, asked)
  const known = all.get(key)
  if (known && joins(known, asked, poll)) return known.answer
  const shared = send(url, asked, poll)
  all.set(key, shared)
  return shared.answer
}

/** Tells whether the answer is one for these limits too; they are raised while that can be done. */
function joins(shared: Shared, { maxBytes = LARGEST_BODY, deadline }: Request, { clock }: SharedPoll): boolean {
  if (!shared.isSent) {
    shared.maxBytes = Math.max(shared.maxBytes, maxBytes)
    shared.deadline = Math.max(shared.deadline, deadline)
    return true
  }
  const isNow = shared.answered === undefined || clock.monotonic() - shared.answered <= MOMENT
  return isNow && maxBytes <= shared.maxBytes && deadline <= shared.deadline
}

/** Ends with the poll, not with the metric that happened to ask first. */
function send(url: string, asked: Request, { signal, clock }: SharedPoll): Shared {
  const work = async (): Promise<Response> => {
    // All metrics of a poll begin in the same turn of the event loop: this one waits until every one of them has.
    await Promise.resolve()
    shared.isSent = true
    try {
      return await request(url, { ...asked, signal, maxBytes: shared.maxBytes, deadline: shared.deadline })
    } finally {
      shared.answered = clock.monotonic()
    }
  }
  const shared: Shared = { maxBytes: asked.maxBytes ?? LARGEST_BODY, deadline: asked.deadline, isSent: false, answer: work() }
  return shared
}

function keyOf(url: string, { method, body, headers, accept, tls, block, redirects, retries }: Request): string {
  return JSON.stringify([url, method, body, headers, accept, tls, block, redirects, retries])
}
