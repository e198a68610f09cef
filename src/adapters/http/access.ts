import { resolve } from 'node:path'
import { z } from 'zod'
import { RolloutError } from '../../core/values/errors.ts'
import type { Loan, Server } from '../../core/ports.ts'
import { readNow } from '../file/disk.ts'
import { isPrivateChannel, isSecretHeader, withoutSecrets, type Tls } from './secrets.ts'

const secret = z.string().min(1)

/** The options by which an HTTP adapter is let in. Secrets are references: `${NAME}`, or `file:/path`, read at the moment of use. */
export const access = {
  bearer: secret.optional().describe('Bearer token: ${NAME} or file:/path'),
  basic: z.strictObject({ user: z.string(), password: secret }).optional().describe('User and password: ${NAME} or file:/path'),
  headers: z.record(z.string(), z.string()).optional().describe('Further request headers'),
  tls: z
    .strictObject({ ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional(), insecure: z.boolean().optional() })
    .optional()
    .describe('Paths of PEM files; insecure accepts any certificate'),
  blockLinkLocal: z.boolean().default(false).describe('Refuse link-local and cloud metadata addresses, whatever the name resolves to'),
}

export interface Access {
  readonly bearer?: string | undefined
  readonly basic?: { readonly user: string; readonly password: string } | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly tls?: Tls | undefined
}

/** Returns the server that options with a `url` ask. */
export function serverOf({ url, blockLinkLocal }: { readonly url: string; readonly blockLinkLocal: boolean }): Server {
  return { url, blockLinkLocal }
}

/** Returns headers and TLS material for one request. Throws `denied` when a token would go over an open channel. */
export function admit(url: string, { bearer, basic, headers = {}, tls }: Access, { folder }: Pick<Loan, 'folder'>) {
  const { username, password } = new URL(url)
  const isSecret =
    bearer !== undefined || basic !== undefined || username !== '' || password !== '' || Object.keys(headers).some(isSecretHeader)
  if (isSecret && !isPrivateChannel(url))
    throw new RolloutError('denied', {
      message: `a token would go to ${withoutSecrets(url)} unencrypted`,
      hint: 'use https, or a loopback address',
    })
  const authorization =
    bearer !== undefined
      ? `Bearer ${reveal(bearer, folder)}`
      : basic && `Basic ${Buffer.from(`${basic.user}:${reveal(basic.password, folder)}`).toString('base64')}`
  const pem = (path: string | undefined): string | undefined => (path === undefined ? undefined : readSecret(path, folder))
  return {
    headers: { ...headers, ...(authorization && { authorization }) },
    tls: tls && { insecure: tls.insecure, ca: pem(tls.ca), cert: pem(tls.cert), key: pem(tls.key) },
  }
}

function reveal(written: string, folder: string): string {
  return written.startsWith('file:') ? readSecret(written.slice('file:'.length), folder) : written
}

function readSecret(path: string, folder: string): string {
  try {
    return readNow(resolve(folder, path)).trim()
  } catch {
    throw new RolloutError('config', { message: `${path} cannot be read`, hint: 'file: names a file this user may read' })
  }
}
