import { statSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import { readNow } from '../file/disk.ts'
import type { Environment } from './proxy.ts'

const VARIABLES = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const

/**
 * Returns who may vouch for servers where SSL_CERT_FILE names a bundle, which OpenSSL, Go and Python read too: those in it,
 * besides whom Node trusts by itself and by NODE_EXTRA_CA_CERTS. Undefined where it names none: then Node's are all there are.
 */
export function authorities(env: Environment): string[] | undefined {
  const own = read(env['SSL_CERT_FILE'])
  return own === undefined ? undefined : [...rootCertificates, own, read(env['NODE_EXTRA_CA_CERTS']) ?? '']
}

/** Returns the variables that name a file which cannot be read, and so vouches for nobody. */
export function unreadableAuthorities(env: Environment): readonly string[] {
  return VARIABLES.filter((name) => (env[name] ?? '') !== '' && read(env[name]) === undefined)
}

/** Bundles as they were read last: of a few hundred kilobytes each, and asked for with every request. */
const bundles = new Map<string, { readonly version: string; readonly text: string }>()

function read(path: string | undefined): string | undefined {
  try {
    if (path === undefined || path === '') return undefined
    const { ino, mtimeMs, size } = statSync(path)
    const version = [ino, mtimeMs, size].join(' ')
    const known = bundles.get(path)
    if (known?.version === version) return known.text
    const text = readNow(path)
    bundles.set(path, { version, text })
    return text
  } catch {
    return undefined
  }
}
