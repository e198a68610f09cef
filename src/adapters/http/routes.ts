import type { RequestFunction } from 'got'
import { isProxied, proxyOf, type Environment, type Proxy } from './proxy.ts'

/** The ways of one request: to its server, and on to wherever that redirects. */
export interface Routes {
  /** Returns what sends a request, until `signal` ends, by the proxy that is named for its URL; undefined where none is at all. */
  send(signal: AbortSignal): RequestFunction | undefined
  /** Returns why the answer with this status is that of a proxy, and none of the server's; undefined where it is the server's. */
  refusal(status: number): string | undefined
  /** Returns what stands between on the way taken last, to be put behind a URL; '' where nothing does. */
  through(): string
}

/** Opens the ways that the environment names. What speaks with a proxy is loaded where one is named: few need it. */
export async function openRoutes(env: Environment): Promise<Routes> {
  if (!isProxied(env)) return { send: () => undefined, refusal: () => undefined, through: () => '' }
  const { sendThrough } = await import('./tunnel.ts')
  let by: Proxy | undefined
  let isRefused = false
  return {
    send: (signal) => (url, options) => {
      by = proxyOf(url, env)
      isRefused = false
      return by && sendThrough(by, url, options, { env, signal, refused: () => (isRefused = true) })
    },
    refusal: (status) => {
      if (!by) return undefined
      if (status === 407) return `the proxy ${by.shown} wants a user and a password (407): ${by.variable} may name them`
      return isRefused ? `the proxy ${by.shown} does not connect: it answered ${status}` : undefined
    },
    through: () => (by ? ` through the proxy ${by.shown}` : ''),
  }
}
