import { request as askPlain, type ClientRequest } from 'node:http'
import { request as askSecured } from 'node:https'
import type { NativeRequestOptions } from 'got'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { authorities } from './authorities.ts'
import type { Environment, Proxy } from './proxy.ts'

interface Lent {
  readonly env: Environment
  /** Ends the connection to a proxy that does not answer. */
  readonly signal: AbortSignal
  /** Called when the proxy does not connect: what then looks like the answer of the server is its own. */
  readonly refused: () => void
}

/**
 * Sends a request through a proxy: what is behind `http:` it is asked for whole (RFC 9112, 3.2.2), to what is behind
 * `https:` it is asked to connect (RFC 9110, 9.3.6). User and password are in a header, and in no URL that could be printed.
 */
export function sendThrough(proxy: Proxy, url: URL, options: NativeRequestOptions, { env, signal, refused }: Lent): ClientRequest {
  const { protocol, hostname, port, origin } = proxy.url
  const ca = authorities(env)
  const login = proxy.login === undefined ? {} : { 'proxy-authorization': `Basic ${Buffer.from(proxy.login).toString('base64')}` }
  if (url.protocol === 'https:') {
    const agent = new HttpsProxyAgent(origin, { headers: login, signal, ...(ca && { ca }) })
    agent.on('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      if (statusCode !== 200) refused()
    })
    return askSecured(url, { ...options, agent })
  }
  const { lookup: _, ...rest } = options
  const path = `${url.origin}${url.pathname}${url.search}`
  const whole = { ...rest, protocol, hostname: hostname.replaceAll(/^\[|\]$/g, ''), port, path }
  const sent = protocol === 'https:' ? askSecured({ ...whole, ca, rejectUnauthorized: true }) : askPlain(whole)
  for (const [name, value] of Object.entries({ host: url.host, ...login })) sent.setHeader(name, value)
  return sent
}
