import type { Loan } from '../../core/ports.ts'
import { askSource, type Source } from '../http/ask-source.ts'
import type { Response } from '../http/http.ts'

/** A Prometheus, or anything with its HTTP API (prometheus.io/docs/prometheus/latest/querying/api). */
export type PrometheusServer = Source

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
  loan: Loan,
  maxBytes: number,
): Promise<Response> {
  const below = apiUrl(given.url, path)
  const parts = { accept: 'application/json', maxBytes }
  const get = async () => {
    const url = new URL(below)
    for (const [name, value] of asked) url.searchParams.append(name, value)
    return askSource(given, url.href, parts, loan)
  }
  const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: asked.toString() } as const
  const post = async () => askSource(given, below, { ...parts, ...form }, loan)
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
