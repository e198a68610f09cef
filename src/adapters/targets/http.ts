import type { JSONValue } from 'json-p3'
import { z } from 'zod'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Json } from '../../core/values/json.ts'
import type { Loan, Words } from '../../core/ports.ts'
import { access, admit } from '../http/access.ts'
import { shellWord } from '../../core/values/shell-word.ts'
import { target } from '../define.ts'
import { parseDocument } from '../measure/document.ts'
import { valueAtPath } from '../measure/select.ts'
import { ASKED_ANEW, refuseCached } from '../http/cached.ts'
import { request } from '../http/http.ts'
import { withoutSecrets } from '../http/secrets.ts'
import { plain } from '../spawn.ts'
import { fillTemplate, placeholders, unknownPlaceholder } from '../../core/values/template.ts'
import { readEach, writeEach } from '../each-variable.ts'
import {
  isNumberAlone,
  numbersFor,
  numeralsIn,
  refuseNumber,
  severalNumerals,
  unknownBesideNumbers,
  wordOfNumber,
  type Numeral,
} from '../numeral.ts'
import { timeout } from '../timeout.ts'

/** Bytes of an answer that fit into a message. */
const EXCERPT = 200
const WORDS = '{{words}}'

const options = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Where words are written; {{name}}, {{value}}, {{epoch}} and the numbers of the body are filled in'),
    method: z.enum(['PUT', 'POST', 'PATCH']).default('PUT').describe('Only PUT is repeated when the server is busy'),
    // z.json() is recursive: its definition would be left behind where the JSON Schema of a plan takes these keys over.
    body: z
      .custom<Json>((value) => value !== undefined, 'is missing')
      .describe(
        'JSON with {{name}}, {{value}}, {{epoch}} in its strings, one request a variable; or with "{{words}}" for an object of all. "{{percent}}" (25), "{{share}}" (0.25) or "{{weight:1000}}" (250) is a number, "{{percent:text}}" the same as text. A text is sent as it is',
      ),
    get: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }).describe('Where words are read back; with {{name}} one request a variable'),
        path: z
          .string()
          .optional()
          .describe(
            'Where the word is in the JSON: toggles.{{name}} or /toggles/{{name}}. Without it the whole text is the word. A number is read as it is written',
          ),
      })
      .describe('How the words are read back'),
    fenced: z
      .boolean()
      .default(false)
      .describe(
        'The server refuses an {{epoch}} older than the newest it was given for that variable: then nothing is waited for after a rollback',
      ),
    concurrency: z.number().int().min(1).max(64).default(8).describe('How many requests may be under way at once (8)'),
    timeout: timeout.check(z.describe('For one request (10s)')),
    ...access,
  })
  .superRefine(({ url, body, get, fenced }, context) => {
    const complain = (path: string[], message: string | undefined): void =>
      void (message !== undefined && context.addIssue({ code: 'custom', path, message }))
    const used = new Set([...placeholders(url), ...placeholders(JSON.stringify(body))])
    const numerals = numeralsIn(url + JSON.stringify(body))
    const unknown = [
      [['url'], unknownBesideNumbers(url, ['name', 'value', 'epoch'])],
      [['body'], unknownBesideNumbers(JSON.stringify(body), ['name', 'value', 'epoch', 'words'])],
    ] as const
    for (const [path, message] of unknown) complain([...path], message)
    // What is wrong with a placeholder that nobody knows is said; what is missing because of it would be noise.
    if (unknown.some(([, message]) => message !== undefined)) return
    complain(['body'], severalNumerals(numerals))
    complain(['get', 'url'], unknownPlaceholder(get.url, ['name']))
    complain(['get', 'path'], unknownPlaceholder(get.path ?? '', ['name']))
    if (used.has('words') === (used.has('value') || numerals.length > 0))
      complain(['body'], 'use {{name}} and {{value}}, or "{{words}}" for all at once; a number is {{name}} and "{{percent}}"')
    if (fenced && !used.has('epoch')) complain(['fenced'], 'needs {{epoch}} in url or body')
    if (JSON.stringify(body).replaceAll(JSON.stringify(WORDS), '').includes(WORDS))
      complain(['body'], '"{{words}}" stands alone in its string')
  })

type Options = z.infer<typeof options>
type Values = Readonly<Record<string, string>>
interface Call {
  readonly url: string
  readonly type: string
  readonly body: string
}

/**
 * An HTTP API that holds words: a key-value store, a feature service, an admin endpoint. A write counts with any
 * 2xx; a redirect is a refusal, because following it would turn the write into a read. 404 means "not
 * set" where the address names the variable.
 */
export default target({
  options,
  read: async (given, names, loan) => {
    if (!isOneByOne(given.get)) return readAll(given, names, loan)
    return readEach(names, { ...given, signal: loan.signal }, async (name) => readOne(given, name, loan))
  },
  write: async (given, words, loan) => {
    const write = async (some: Values): Promise<void> => {
      for (const { url, type, body } of calls(given, some, loan.epoch))
        await send(given, url, { method: given.method, body, redirects: 0, headers: { 'content-type': type } }, loan)
    }
    if (isWhole(given)) return write(words)
    await writeEach(words, { ...loan, concurrency: given.concurrency }, async (name, word) => write({ [name]: word }))
  },
  settle: ({ fenced, timeout }) => (fenced ? 0 : timeout),
  lag: ({ timeout }) => timeout,
  refuses: (given, _, word) => refuseNumber(numeralOf(given), word),
  deadline: ({ timeout, concurrency }, variables) => timeout * Math.ceil(variables / concurrency),
  byHand: (given, words, { epoch }) => calls(given, words, epoch).map((call) => typedCall(given, call)),
  check: ({ url, body, get }, { variables = [] }) => {
    if (variables.length < 2) return []
    const message = `needs {{name}}: ${variables.length} variables are written there`
    const isNamed = placeholders(url + JSON.stringify(body)).some((name) => name === 'name' || name === 'words')
    const isRead = placeholders(get.url + (get.path ?? '')).includes('name')
    return [...(isNamed ? [] : [{ path: ['url'], message }]), ...(isRead ? [] : [{ path: ['get', 'url'], message }])]
  },
})

/** The requests that carry these words: one for all, or one a variable. */
function calls(given: Options, words: Values, epoch: number): readonly Call[] {
  const { url, body } = given
  const isText = typeof body === 'string' && body !== WORDS
  const call = (values: Values): Call => ({
    url: fillTemplate(url, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodeURIComponent(value)]))),
    type: isText ? 'text/plain' : 'application/json',
    body: isText ? fillTemplate(body, values) : JSON.stringify(filled(body, values, words)),
  })
  if (isWhole({ body })) return [call({ epoch: String(epoch) })]
  return Object.entries(words).map(([name, value]) => call({ name, value, epoch: String(epoch), ...numbersFor(numeralOf(given), value) }))
}

function filled(node: Json, values: Values, words: Values): Json {
  if (node === WORDS) return words
  if (typeof node === 'string') return isNumberAlone(node) ? Number(fillTemplate(node, values)) : fillTemplate(node, values)
  if (Array.isArray(node)) return node.map((each: Json) => filled(each, values, words))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(Object.entries(node).map(([key, each]) => [fillTemplate(key, values), filled(each, values, words)]))
}

/** The number that the place holds instead of a word. */
function numeralOf({ url, body }: Options): Numeral | undefined {
  return numeralsIn(url + JSON.stringify(body))[0]
}

/** Whether one request carries all words. */
function isWhole({ body }: Pick<Options, 'body'>): boolean {
  return placeholders(JSON.stringify(body)).includes('words')
}

/** Whether each variable is read by a request of its own. */
function isOneByOne({ url, path }: Options['get']): boolean {
  return placeholders(url).includes('name') || !placeholders(path ?? '').includes('name')
}

async function readAll(given: Options, names: readonly string[], loan: Loan): Promise<Words> {
  const answer = await send(given, given.get.url, { method: 'GET' }, loan)
  return Object.fromEntries(names.map((name) => [name, wordIn(given, answer, name)]))
}

async function readOne(given: Options, name: string, loan: Loan): Promise<string | undefined> {
  const answer = await send(given, fillTemplate(given.get.url, { name }), { method: 'GET', absent: 404 }, loan)
  return answer.status === 404 ? undefined : wordIn(given, answer, name)
}

function wordIn(given: Options, { body, url }: Answer, name: string): string | undefined {
  const path = given.get.path === undefined ? undefined : fillTemplate(given.get.path, { name })
  const value = path === undefined ? plain(body).trim() || undefined : valueAtPath(documentOf(body, url), path)
  if (value === undefined) return undefined
  const held = `${url} holds ${plain(JSON.stringify(value)).slice(0, EXCERPT)}${path === undefined ? '' : ` at ${path}`}`
  const numeral = numeralOf(given)
  // Null is no number: some services mean everybody by it.
  if (numeral) return wordOfNumber(numeral, value, held)
  if (value === null) return undefined
  if (typeof value === 'string' || typeof value === 'boolean') return plain(String(value))
  throw new RolloutError('conflict', { message: `${held}: not a word` })
}

function documentOf(body: string, url: string): JSONValue {
  try {
    return parseDocument(body)
  } catch (thrown) {
    throw new RolloutError('unreachable', { message: `${url}: ${messageOf(thrown)}` }, { cause: thrown })
  }
}

interface Sent {
  readonly method: 'GET' | Options['method']
  readonly headers?: Values
  readonly body?: string
  readonly redirects?: number
  /** A status that is an answer, although it is not 2xx. */
  readonly absent?: number
}

interface Answer {
  readonly status: number
  readonly body: string
  /** Without secrets. */
  readonly url: string
}

async function send(given: Options, url: string, { absent, headers: own, ...sent }: Sent, loan: Loan): Promise<Answer> {
  const { headers, tls } = admit(url, given, loan)
  const answer = await request(url, {
    ...sent,
    headers: { ...(sent.method === 'GET' && ASKED_ANEW), ...own, ...headers },
    tls,
    block: given.blockLinkLocal,
    signal: loan.signal,
    env: loan.env,
    deadline: given.timeout,
  })
  const [{ status, body }, shown] = [answer, withoutSecrets(url)]
  if (sent.method === 'GET') refuseCached(answer, shown)
  if ((status >= 200 && status < 300) || status === absent) return { status, body, url: shown }
  const said = plain(withoutHeaders(body, headers)).trim().slice(0, EXCERPT)
  const code = status === 401 || status === 403 ? 'denied' : 'unreachable'
  throw new RolloutError(code, { message: `${sent.method} ${shown} answered ${status}${said === '' ? '' : `: ${said}`}` })
}

/** Some servers quote what they were sent: no header that let us in may come back in a message. */
function withoutHeaders(text: string, headers: Values): string {
  const secrets = Object.values(headers)
    .flatMap((value) => [value, ...value.split(' ')])
    .filter((each) => each.length > 5)
  return secrets.toSorted((a, b) => b.length - a.length).reduce((all, secret) => all.replaceAll(secret, '***'), text)
}

/** Secrets are for the person to fill in, from variables of the shell: a token of this process is never printed. */
function typedCall({ method, bearer, basic, headers = {} }: Options, { url, type, body }: Call): string {
  const variable = (name: string): string => `$${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
  const token = bearer?.startsWith('file:') ? `$(cat ${shellWord(bearer.slice('file:'.length))})` : '$TOKEN'
  return [
    `curl -X ${method} -H ${shellWord(`content-type: ${type}`)}`,
    ...(bearer === undefined ? [] : [`-H "authorization: Bearer ${token}"`]),
    ...(basic ? [`-u ${shellWord(basic.user)}`] : []),
    ...Object.keys(headers).map((name) => `-H "${name}: ${variable(name)}"`),
    `--data ${shellWord(body)} ${shellWord(url)}`,
  ].join(' ')
}
