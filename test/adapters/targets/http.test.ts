import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import http from '../../../src/adapters/targets/http.ts'
import { checked, lend } from '../../helpers/loan.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
interface Reply {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly hang?: boolean
}

const folder = mkdtempSync(join(tmpdir(), 'http-target-'))
writeFileSync(join(folder, 'token'), 'file-canary\n')
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let server: Server
let base = ''
let seen: Seen[] = []
let answer: (request: Seen) => Reply
beforeEach(async () => {
  seen = []
  answer = () => ({})
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += String(part)))
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      seen.push(one)
      const reply = answer(one)
      if (!reply.hang) response.writeHead(reply.status ?? 200, reply.headers).end(reply.body ?? '')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const usual = (): object => ({
  url: `${base}/flags/{{name}}`,
  body: { value: '{{value}}' },
  get: { url: `${base}/flags/{{name}}`, path: 'value' },
})
const write = async (words: Record<string, string>, over: object = {}, epoch = 1) =>
  http.write(await checked(http, { ...usual(), ...over }), words, lend(folder, { epoch }))
const read = async (names: string[], over: object = {}) => http.read(await checked(http, { ...usual(), ...over }), names, lend(folder))

it('asks caches on the way to answer anew, and takes no answer of theirs for a word', async () => {
  // One behind another may add its own.
  for (const age of ['30', '30, 5']) {
    answer = () => ({ headers: { age }, body: '{"value":"true"}' })
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({
      code: 'unreachable',
      message: `${base}/flags/FEATURE_X was answered by a cache, from 30 s ago`,
    })
  }
  answer = () => ({ headers: { age: '0' }, body: '{"value":"true"}' })
  expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'true' })
  await write({ FEATURE_X: 'true' })
  expect(seen.map(({ headers }) => headers['cache-control'])).toEqual(['no-cache', 'no-cache', 'no-cache', undefined])
})

describe('options', () => {
  it.each<[object, string]>([
    [{ url: 'file:///etc/passwd' }, 'url'],
    [{ url: 'http://x/{{nam}}' }, 'url: {{nam}} is not a placeholder here; there is {{name}}, {{value}}, {{epoch}}'],
    [{ body: { '{{key}}': '{{value}}' } }, 'body: {{key}} is not a placeholder here'],
    [{ body: 'on' }, 'body: use {{name}} and {{value}}, or "{{words}}" for all at once'],
    [{ body: { all: '{{words}}', one: '{{value}}' } }, 'body: use {{name}} and {{value}}, or'],
    [{ url: 'http://x/', body: { env: 'all: {{words}}' } }, 'body: "{{words}}" stands alone in its string'],
    [{ fenced: true }, 'fenced: needs {{epoch}} in url or body'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ get: { url: 'http://x/{{value}}' } }, 'get.url: {{value}} is not a placeholder here; there is {{name}}'],
    [{ get: undefined }, 'get'],
    [{ method: 'DELETE' }, 'method'],
    [{ token: 'x' }, 'token'],
  ])('%j is refused', async (over, message) => {
    await expect(checked(http, { ...usual(), ...over })).rejects.toThrow(message)
  })

  it('needs no {{name}} where one variable is all there is', async () => {
    const at = `${base}/feature_flags/42/`
    const given = await checked(http, { url: at, body: { value: '{{value}}' }, get: { url: at, path: 'value' } })
    const faults = (variables: string[]) => http.check?.(given, { folder, variables }).map(({ path, message }) => [path.join('.'), message])
    expect(faults(['F'])).toEqual([])
    expect(faults(['F', 'G'])).toEqual([
      ['url', 'needs {{name}}: 2 variables are written there'],
      ['get.url', 'needs {{name}}: 2 variables are written there'],
    ])
  })

  it('promises with fenced, and with nothing else, that a late write does no harm', async () => {
    const body = { value: '{{value}}', change: '{{epoch}}' }
    const [given, fenced] = [await checked(http, { ...usual(), body }), await checked(http, { ...usual(), body, fenced: true })]
    expect([http.settle?.(given), http.settle?.(fenced)]).toEqual([10_000, 0])
  })
})

describe('a server that does not do as it is told', () => {
  it('refuses with its status and the beginning of what it says', async () => {
    answer = () => ({ status: 500, body: `\u001b[31mquota\u001b[0m exceeded\u0007 ${'x'.repeat(1000)}` })
    await expect(write({ F: 'true' })).rejects.toMatchObject({
      code: 'unreachable',
      message: `PUT ${base}/flags/F answered 500: quota exceeded ${'x'.repeat(185)}`,
    })
    await expect(read(['F'])).rejects.toThrow(`GET ${base}/flags/F answered 500`)
  })

  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'unreachable'],
    [409, 'unreachable'],
    [304, 'unreachable'],
  ])('%i is a refusal', async (status, code) => {
    answer = () => ({ status })
    await expect(write({ F: 'true' })).rejects.toMatchObject({ code, message: `PUT ${base}/flags/F answered ${status}` })
  })

  it.each([301, 302, 303, 307])('a redirect of a write (%i) is a refusal and is not followed', async (status) => {
    answer = () => ({ status, headers: { location: `${base}/elsewhere` } })
    await expect(write({ F: 'true' })).rejects.toThrow(`answered ${status}`)
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['PUT /flags/F'])
  })

  it('is given up on at the deadline', async () => {
    answer = () => ({ hang: true })
    await expect(write({ F: 'true' }, { timeout: '300ms' })).rejects.toMatchObject({ reason: 'timeout' })
    await expect(read(['F'], { timeout: '300ms' })).rejects.toMatchObject({ reason: 'timeout' })
  })

  it('is given up on when the signal ends', async () => {
    answer = () => ({ hang: true })
    const loan = lend(folder, { signal: AbortSignal.timeout(200) })
    await expect(http.write(await checked(http, usual()), { F: 'true' }, loan)).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it.each([
    ['HTML', '<html>login</html>', /flags\/F: the answer is HTML/],
    ['a bare number', '{"value":0.1}', /flags\/F holds 0.1 at value: not a word/],
    ['an object', '{"value":{"on":true}}', /holds \{"on":true\} at value: not a word/],
  ])('is not believed when it answers with %s', async (_, body, message) => {
    answer = () => ({ body })
    await expect(read(['F'])).rejects.toThrow(message)
  })

  it.each([
    ['PUT', 2],
    ['POST', 1],
    ['PATCH', 1],
  ])('a %s that meets a busy server is sent %i time(s)', async (method, times) => {
    answer = () => (seen.length === 1 ? { status: 503, headers: { 'retry-after': '0' } } : {})
    await write({ F: 'true' }, { method }).catch((thrown: Error) => expect(thrown.message).toContain('answered 503'))
    expect(seen).toHaveLength(times)
  })
})

describe('secrets', () => {
  it.each([
    ['a token', { bearer: 'canary-token' }],
    ['a token from a file', { bearer: 'file:token' }],
    ['a password', { basic: { user: 'me', password: 'canary-password' } }],
    ['a header', { headers: { Authorization: 'canary-header' } }],
  ])('%s does not travel unencrypted to another machine', async (_, over) => {
    const url = 'http://flags.example.invalid/{{name}}'
    await expect(write({ F: 'true' }, { ...over, url })).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('unencrypted'),
    })
    await expect(read(['F'], { ...over, get: { url } })).rejects.toMatchObject({
      code: 'denied',
      message: expect.not.stringContaining('canary'),
    })
  })

  it.each([
    ['a token', { bearer: 'canary-token' }, 'Bearer canary-token'],
    ['a token from a file, read at the moment of use', { bearer: 'file:token' }, 'Bearer file-canary'],
    ['a header of one’s own', { headers: { 'X-Api-Key': 'canary-key' } }, undefined],
  ])('%s is sent, but never shown: not even when the server quotes it', async (_, over, authorization) => {
    answer = ({ headers }) => ({ status: 401, body: `who is ${headers.authorization ?? ''} ${String(headers['x-api-key'] ?? '')}?` })
    const error = await write({ F: 'true' }, over).catch((thrown: Error) => thrown)
    expect(seen[0]?.headers.authorization).toBe(authorization)
    expect(error).toMatchObject({ code: 'denied', message: expect.stringMatching(/answered 401: who is/) })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary')
    expect(http.byHand(await checked(http, { ...usual(), ...over }), { F: 'true' }, { epoch: 42 }).join()).not.toContain('canary')
  })

  it('in a URL are not shown', async () => {
    answer = () => ({ status: 500 })
    await expect(write({ F: 'true' }, { url: `${base}/flags/{{name}}?key=canary` })).rejects.toThrow(`PUT ${base}/flags/F answered 500`)
  })
})

describe('what works', () => {
  it('one request a variable', async () => {
    const held = new Map<string, string>()
    answer = ({ method, url, body }) => {
      if (method === 'PUT') held.set(url, body)
      const found = held.get(url)
      return found === undefined ? { status: 404 } : { body: found }
    }
    expect(await read(['F', 'G'])).toEqual({ F: undefined, G: undefined })
    await write({ F: '0.1%', G: 'true' })
    expect([...held]).toEqual([
      ['/flags/F', '{"value":"0.1%"}'],
      ['/flags/G', '{"value":"true"}'],
    ])
    expect(seen.at(-1)?.headers['content-type']).toBe('application/json')
    expect(await read(['F', 'G', 'H'])).toEqual({ F: '0.1%', G: 'true', H: undefined })
  })

  it('one request for all', async () => {
    let held = '{}'
    answer = ({ method, body }) => {
      if (method === 'POST') held = body
      return { body: held }
    }
    const over = {
      url: `${base}/env?at={{epoch}}`,
      method: 'POST',
      body: { env: '{{words}}', by: ['rollout', '#{{epoch}}'] },
      get: { url: `${base}/env`, path: '/env/{{name}}' },
    }
    await write({ F: '10%', G: 'false' }, over, 42)
    expect(seen.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual([
      'POST /env?at=42 {"env":{"F":"10%","G":"false"},"by":["rollout","#42"]}',
    ])
    expect(await read(['F', 'G', 'H'], over)).toEqual({ F: '10%', G: 'false', H: undefined })
    expect(seen).toHaveLength(2)
  })

  it('text instead of JSON', async () => {
    answer = ({ method }) => (method === 'GET' ? { body: ' 10%\n' } : { status: 204 })
    const over = { url: `${base}/v1/kv/{{name}}?v={{value}}`, body: '{{value}}', get: { url: `${base}/v1/kv/{{name}}?raw` } }
    await write({ F: '10%;key=x' }, over)
    expect([seen[0]?.url, seen[0]?.body, seen[0]?.headers['content-type']]).toEqual([
      '/v1/kv/F?v=10%25%3Bkey%3Dx',
      '10%;key=x',
      'text/plain',
    ])
    expect(await read(['F'], over)).toEqual({ F: '10%' })
  })

  it.each([
    ['{"value":true}', 'true'],
    ['{"value":null}', undefined],
    ['{}', undefined],
    ['true', undefined],
    ['{"value":"\\u001b[1m10%"}', '10%'],
  ])('%s holds %j', async (body, word) => {
    answer = () => ({ body })
    expect(await read(['F'])).toEqual({ F: word })
  })
})

describe('by hand', () => {
  it('is what a shell understands, and does the same', async () => {
    const over = { body: { value: "it's {{value}}" }, bearer: 'file:token', headers: { 'X-Team': 'canary' } }
    await write({ F: '10%' }, over, 42)
    const [line = '', ...more] = http.byHand(await checked(http, { ...usual(), ...over }), { F: '10%' }, { epoch: 42 })
    expect(more).toEqual([])
    await promisify(execFile)('sh', ['-c', line], { cwd: folder, env: { PATH: process.env['PATH'], X_TEAM: 'canary' } })
    const [ours, theirs] = seen.map(({ method, url, headers, body }) => [
      method,
      url,
      body,
      headers.authorization,
      headers['x-team'],
      headers['content-type'],
    ])
    expect(theirs).toEqual(ours)
  })

  it('is short when it can be', async () => {
    const given = await checked(http, {
      url: 'https://flags/env',
      body: '{{words}}',
      get: { url: 'https://flags/env', path: '{{name}}' },
      bearer: 'canary',
    })
    expect(http.byHand(given, { FEATURE_X: 'false' }, { epoch: 42 })).toEqual([
      `curl -X PUT -H 'content-type: application/json' -H "authorization: Bearer $TOKEN" --data '{"FEATURE_X":"false"}' https://flags/env`,
    ])
  })
})
