import { z } from 'zod'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Untold } from '../../core/values/untold.ts'
import type { Loan } from '../../core/ports.ts'
import { admit, type Access } from './access.ts'
import { request, type Response } from './http.ts'
import { retryAfter } from './retry-after.ts'
import { isPrivateChannel, withoutSecrets } from './secrets.ts'
import { plainLine } from '../plain.ts'

/** Where to post; the scheme is one of HTTP. */
export const httpUrl = z.url({ protocol: /^https?$/, error: 'is not an http or https URL' })

/** A URL that is a secret, because who knows it may post there: it goes over TLS, or to this very machine. */
export const secretUrl = httpUrl.refine(
  (url) => !URL.canParse(url) || isPrivateChannel(url),
  'would go unencrypted: use https, or a loopback address',
)

interface Post {
  readonly body: unknown
  readonly type?: string
  readonly method?: 'POST' | 'GET'
  readonly headers?: Readonly<Record<string, string>>
  readonly access?: Access & { readonly blockLinkLocal?: boolean }
}

/**
 * One request with JSON that must be answered with 2xx; what is said to it then is not read. Redirects are not followed: a
 * message is not handed on to strangers. Throws what was answered. The path of a URL may be its secret: only the origin is
 * shown.
 * The error says whether the message is refused for good, and how long the server wants to be left alone.
 */
export async function post(
  url: string,
  { body, type = 'application/json', method = 'POST', headers, access = {} }: Post,
  loan: Loan,
): Promise<void> {
  const { origin } = new URL(url)
  const admitted = admit(url, access, loan)
  const answer = await request(url, {
    method,
    headers: { ...(method === 'POST' && { 'content-type': type }), ...headers, ...admitted.headers },
    ...(method === 'POST' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    tls: admitted.tls,
    block: access.blockLinkLocal ?? true,
    redirects: 0,
    isHandover: true,
    signal: loan.signal,
    env: loan.env,
    deadline: loan.timeout ?? 10_000,
    maxBytes: 1 << 16,
  }).catch((thrown: unknown) => Promise.reject(new Error(messageOf(thrown).replaceAll(withoutSecrets(url), origin), { cause: thrown })))
  if (answer.status >= 200 && answer.status < 300) return
  const said = plainLine(withoutParts(answer.body, url))
  const code = answer.status === 401 || answer.status === 403 ? 'denied' : 'unreachable'
  const error = new RolloutError(code, { message: `${origin} answered ${answer.status}${said === '' ? '' : `: ${said}`}` })
  throw Object.assign(error, untoldBy(answer, loan))
}

/** Of a 4xx these, and those with `Retry-After`, say that it may be taken later (RFC 9110, 15.5; RFC 8470; RFC 6585). */
const LATER: ReadonlySet<number> = new Set([408, 425, 429])

function untoldBy(answer: Response, { clock }: Loan): Untold {
  const { status } = answer
  const wait = retryAfter(answer, clock.now())
  if (wait !== undefined) return { refused: false, retryAfter: wait }
  return { refused: status >= 400 && status < 500 && !LATER.has(status) }
}

/** Characters of the shortest secret; less is a word of an API. */
const SHORTEST_PART = 9

/** Some servers quote what they were asked for: what of a URL may be its secret must not come back in a message. */
function withoutParts(text: string, url: string): string {
  const { pathname, searchParams } = new URL(url)
  const parts = [...pathname.split('/').flatMap((part) => [part, decoded(part)]), ...searchParams.values()]
  return parts
    .filter(({ length }) => length >= SHORTEST_PART)
    .toSorted((a, b) => b.length - a.length)
    .reduce((all, part) => all.replaceAll(part, '[hidden]'), text)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
