import { z } from 'zod'
import { RolloutError } from '../../core/errors.ts'
import type { Json } from '../../core/plan.ts'
import { Unreadable, type Loan } from '../../core/ports.ts'
import { access, admit } from '../access.ts'
import { target } from '../define.ts'
import { parseDocument, valueAt } from '../document.ts'
import { request, withoutSecrets } from '../http.ts'
import { plain } from '../spawn.ts'

const options = z.strictObject({
  url: z.string().min(1).describe('Where a word is written; {{name}}, {{value}} and {{epoch}} are filled in'),
  method: z.enum(['PUT', 'POST', 'PATCH']).default('PUT'),
  body: z.json().optional().describe('JSON with {{name}}, {{value}}, {{epoch}} inside its strings; unless told, the value as a string'),
  get: z.strictObject({ url: z.string().min(1), path: z.string().optional() }).describe('Where the word is read back, and its path in the JSON; without a path the whole text is the word'),
  timeout: z.int().min(100).max(600_000).default(10_000).describe('Milliseconds for one request'),
  ...access,
})

type Options = z.infer<typeof options>

/** An HTTP API that holds one word per address: a key-value store, a feature service, an admin endpoint. */
export default target({
  options,
  read: async (given, names, loan) => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readOne(given, name, loan)] as const))),
  write: async (given, words, loan) => {
    for (const [name, value] of Object.entries(words)) {
      const values = { name, value, epoch: String(loan.epoch) }
      const { status, body, url } = await send(given, fill(given.url, values, encodeURIComponent), given.method, JSON.stringify(bodyOf(given, values)), loan)
      if (status < 200 || status > 299) throw new RolloutError('unreachable', { message: `${url} answered ${status}${said(body)}` })
    }
  },
  byHand: (given, words) =>
    Object.entries(words).map(([name, value]) => {
      const values = { name, value, epoch: '0' }
      const body = JSON.stringify(bodyOf(given, values)).replaceAll("'", `'\\''`)
      return `curl -X ${given.method} -H 'content-type: application/json' -d '${body}' '${fill(given.url, values, encodeURIComponent)}'`
    }),
})

async function readOne(given: Options, name: string, loan: Loan): Promise<string | undefined> {
  const { status, body, url } = await send(given, fill(given.get.url, { name }, encodeURIComponent), 'GET', undefined, loan)
  if (status === 404) return undefined
  if (status < 200 || status > 299) throw new RolloutError('unreachable', { message: `${url} answered ${status}${said(body)}` })
  if (given.get.path === undefined) return plain(body.trim()) || undefined
  const value = valueAt(parseDocument(body), fill(given.get.path, { name }, (text) => text))
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  throw new RolloutError('conflict', { message: `${url} holds ${JSON.stringify(value)} for ${name}: not a word` })
}

async function send(given: Options, url: string, method: 'GET' | Options['method'], body: string | undefined, loan: Loan) {
  if (!URL.canParse(url)) throw new RolloutError('config', { message: `${url} is not a URL` })
  const { headers, tls } = admit(url, given, loan)
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    const answer = await request(url, {
      method,
      headers: { ...type, ...headers },
      ...(body !== undefined && { body }),
      tls,
      block: given.blockLinkLocal,
      signal: loan.signal,
      deadline: given.timeout,
      retries: 0,
    })
    return { ...answer, url: withoutSecrets(url) }
  } catch (thrown) {
    if (thrown instanceof Unreadable) throw new RolloutError(thrown.reason === 'timeout' ? 'timeout' : 'unreachable', { message: thrown.message }, { cause: thrown })
    throw thrown
  }
}

type Values = Readonly<Record<string, string>>

function bodyOf({ body }: Options, values: Values): Json {
  return body === undefined ? (values['value'] ?? '') : fillJson(body, values)
}

function fillJson(node: Json, values: Values): Json {
  if (typeof node === 'string') return fill(node, values, (text) => text)
  if (Array.isArray(node)) return node.map((each: Json) => fillJson(each, values))
  if (typeof node === 'object' && node !== null) return Object.fromEntries(Object.entries(node).map(([key, each]) => [fill(key, values, (text) => text), fillJson(each, values)]))
  return node
}

function fill(template: string, values: Values, encode: (text: string) => string): string {
  return template.replaceAll(/\{\{(.*?)\}\}/g, (placeholder, name: string) => {
    const value = values[name]
    if (value === undefined) throw new RolloutError('config', { message: `${placeholder} is not a placeholder here`, hint: '{{name}}, {{value}} or {{epoch}}' })
    return encode(value)
  })
}

function said(body: string): string {
  const text = plain(body).trim().slice(0, 200)
  return text === '' ? '' : `: ${text}`
}
