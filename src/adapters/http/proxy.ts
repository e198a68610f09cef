import { BlockList, isIP } from 'node:net'
import { isLoopback } from '../../core/values/address.ts'
import type { Loan } from '../../core/ports.ts'
import { Unreadable } from '../../core/values/reading.ts'

/** The environment, in which proxies and authorities are named. */
export type Environment = Loan['env']

/** What stands between this machine and a server. */
export interface Proxy {
  readonly url: URL
  /** For people: without user and password. */
  readonly shown: string
  /** `user:password` */
  readonly login?: string
  /** The variable that names it. */
  readonly variable: string
}

/** Tells whether the environment names any proxy at all. */
export function isProxied(env: Environment): boolean {
  return ['http_proxy', 'https_proxy', 'all_proxy'].some((name) => (env[name] ?? env[name.toUpperCase()] ?? '') !== '')
}

/**
 * Returns the proxy that the environment names for a URL: HTTP_PROXY, HTTPS_PROXY, else ALL_PROXY (curl(1)), small letters
 * first; undefined where there is none, or NO_PROXY names the host. The rules of NO_PROXY are those of Go
 * (golang.org/x/net/http/httpproxy), so that Prometheus, kubectl and this program read one variable alike. This machine is
 * never reached through a proxy. Throws `Unreadable` for one that cannot be used.
 */
export function proxyOf(url: URL, env: Environment): Proxy | undefined {
  const named = [`${url.protocol.slice(0, -1)}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
  const variable = named.find((name) => env[name] !== undefined && env[name] !== '')
  if (variable === undefined || isDirect(url, env['no_proxy'] || env['NO_PROXY'] || '')) return undefined
  const written = env[variable] ?? ''
  const full = written.includes('://') ? written : `http://${written}`
  if (!URL.canParse(full)) throw new Unreadable('unreachable', `${variable} is not the URL of a proxy`)
  const proxy = new URL(full)
  if (!/^https?:$/.test(proxy.protocol))
    throw new Unreadable('unreachable', `${variable} names a ${proxy.protocol.slice(0, -1)} proxy: only http and https are spoken`)
  const { origin, username, password } = proxy
  const login = username === '' && password === '' ? {} : { login: `${decoded(username)}:${decoded(password)}` }
  return { url: proxy, shown: origin, variable, ...login }
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

function isDirect({ protocol, hostname, port }: URL, without: string): boolean {
  const host = hostname.replaceAll(/^\[|\]$|\.$/g, '')
  if (isLoopback(host) || host.endsWith('.localhost')) return true
  const at = port || (protocol === 'https:' ? '443' : '80')
  return without
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && names(entry, host, at))
}

/** `*`, an address, a network (10.0.0.0/8), a domain with what is below it, or only that (`.corp`, `*.corp`); each with a port or not. */
function names(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [network = '', bits] = entry.split('/')
  if (isIP(network) !== 0 && bits !== undefined) return isWithin(host, network, Number(bits))
  if (isIP(entry) !== 0) return entry === host
  const [, named = '', only] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []
  if (only !== undefined && only !== port) return false
  const domain = named.replace(/^\*?\./, '')
  return host.endsWith(`.${domain}`) || (domain === named && host === domain)
}

function isWithin(host: string, network: string, bits: number): boolean {
  const family = isIP(network)
  if (isIP(host) !== family || !Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false
  const block = new BlockList()
  block.addSubnet(network, bits, family === 4 ? 'ipv4' : 'ipv6')
  return block.check(host, family === 4 ? 'ipv4' : 'ipv6')
}
