import { isLoopback } from '../../core/values/address.ts'

export interface Tls {
  /** PEM text. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Accept any certificate. */
  readonly insecure?: boolean | undefined
}

/** Whether a token may be sent there: over TLS, or to this very machine. */
export function isPrivateChannel(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || isLoopback(hostname)
}

/** Whether a header of that name lets its sender in. */
export function isSecretHeader(name: string): boolean {
  return /auth|cookie|token|key|secret|password|credential/i.test(name)
}

/** A URL for people: user, password and the values of the query are left out. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return 'the URL'
  const { protocol, host, pathname, search } = new URL(url)
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : pathname}`
}
