import type { Loan } from '../../core/ports.ts'
import { admit, type Access } from '../http/access.ts'
import type { Request, Response } from '../http/http.ts'
import { requestOnce } from '../http/once.ts'

/** A Prometheus, or anything with its HTTP API (prometheus.io/docs/prometheus/latest/querying/api). */
export type PrometheusServer = Access & { readonly url: string; readonly blockLinkLocal: boolean }

/** Servers and proxies take URLs of some kilobytes; a form has no limit that a query would reach. */
const LONGEST_URL = 2000
/** A read-only proxy, a server from before POST was known. Prometheus' own client goes back to GET then (client_golang, DoGetFallback). */
const NO_POST: readonly number[] = [403, 405, 501]
const URL_TOO_LONG: readonly number[] = [414, 431]

/** Resolves to what the server answers below `url`, whose own parameters stay; a long question is sent as a form. */
export async function askApi(
  given: PrometheusServer,
  path: string,
  asked: URLSearchParams,
  { folder, poll, ...rest }: Pick<Request, 'signal' | 'env' | 'deadline' | 'maxBytes'> & Pick<Loan, 'folder' | 'poll'>,
): Promise<Response> {
  const { headers, tls } = admit(given.url, given, { folder })
  const parts = { ...rest, accept: 'application/json', headers, tls, block: given.blockLinkLocal }
  const below = apiUrl(given.url, path)
  const get = async () => {
    const url = new URL(below)
    for (const [name, value] of asked) url.searchParams.append(name, value)
    return requestOnce(url.href, parts, poll)
  }
  const post = async () =>
    requestOnce(
      below,
      {
        ...parts,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: asked.toString(),
      },
      poll,
    )
  const isLong = below.length + asked.toString().length > LONGEST_URL
  const answer = await (isLong ? post() : get())
  if (isLong) return NO_POST.includes(answer.status) ? get() : answer
  return URL_TOO_LONG.includes(answer.status) ? post() : answer
}

/** Returns the URL of a path of the API: behind the path of `base`, before its parameters. */
export function apiUrl(base: string, path: string): string {
  const url = new URL(base)
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  url.hash = ''
  return url.href
}
