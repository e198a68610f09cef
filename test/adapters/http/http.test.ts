import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { isBlocked, isBlockedLiteral } from '../../../src/adapters/http/blocked.ts'
import { request } from '../../../src/adapters/http/http.ts'
import { isPrivateChannel } from '../../../src/adapters/http/secrets.ts'
import { admit } from '../../../src/adapters/http/access.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

const ended = AbortSignal.abort(new Error('nothing may be sent'))

describe('a link-local or metadata address', () => {
  it.each([
    '169.254.169.254',
    '100.100.100.200',
    '192.0.0.192',
    'fe80::1',
    'fe80::1%lo',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('%s is blocked, also when a name resolves to it', async (address) => {
    expect(isBlocked(address)).toBe(true)
    const lookup = (_: string, __: object, done: (error: null, found: object) => void) =>
      done(null, [
        { address: '127.0.0.1', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ])
    const going = request('http://rebinding.test/', {
      signal: AbortSignal.timeout(3000),
      deadline: 3000,
      env: {},
      block: true,
      lookup: lookup as never,
    })
    await expect(going).rejects.toThrow('link-local addresses are blocked')
  })

  it.each(['127.0.0.1', '::1', '10.0.0.1', '169.253.0.1', '169.255.0.1', '64:ff9b::808:808', '2001:db8::1', 'not an address'])(
    '%s is none',
    (address) => {
      expect(isBlocked(address)).toBe(false)
    },
  )

  it.each([
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    '169.254.169.254.',
  ])('is seen behind %s', async (host) => {
    expect(isBlockedLiteral(`http://${host}/`)).toBe(true)
    // The signal has ended already: a block that fails sends nothing.
    await expect(request(`http://${host}/`, { signal: ended, deadline: 1000, env: {}, block: true })).rejects.toThrow('blocked')
  })

  it('is seen behind a redirect', async () => {
    // Without a zone there is no way to send anything there.
    const url = await serve((_, response) => response.writeHead(302, { location: 'http://[fe80::1]:9/' }).end())
    const going = request(url, { signal: AbortSignal.timeout(3000), deadline: 3000, env: {}, block: true })
    await expect(going).rejects.toThrow('redirects to a link-local address')
  })
})

describe('a redirect', () => {
  it.each([
    ['to another origin', true],
    ['on the same one', false],
  ])('%s loses credentials: %s', async (_what, isOther) => {
    const seen: IncomingHttpHeaders[] = []
    const there = await serve((incoming, response) => void (seen.push(incoming.headers), response.end('{"value": 1}')))
    const here = await serve((incoming, response) => {
      seen.push(incoming.headers)
      if (incoming.url === '/there') response.end('{"value": 1}')
      else response.writeHead(302, { location: isOther ? there : '/there' }).end()
    })
    const headers = { 'X-Api-Key': 'canary-key', Cookie: 'canary-cookie' }
    expect(await readOnce({ use: 'json', url: here, path: 'value', bearer: 'canary-token', headers })).toEqual({ is: 'value', value: 1 })
    const kept = (one?: IncomingHttpHeaders) => [one?.authorization, one?.['x-api-key'], one?.cookie]
    const all = ['Bearer canary-token', 'canary-key', 'canary-cookie']
    expect(seen.map(kept)).toEqual([all, isOther ? [undefined, undefined, undefined] : all])
  })
})

// RFC 9110, 12.5.1: a range with a parameter other than q fits only a representation that has it.
it.each([
  ['openmetrics', { value: 'ratio' }, 'ratio 0.25\n'],
  ['json', { path: 'value' }, '{"value": 0.25}'],
  ['alerts', {}, '[]'],
  ['feedback', { mean: {} }, `{"rating": 4, "at": ${Date.now()}}`],
])('%s is read from a server that has nothing but text/plain', async (use, options, body) => {
  const asked: (string | undefined)[] = []
  const url = await serve(({ headers }, response) => {
    asked.push(headers.accept)
    const isFine = headers.accept?.split(',').some((range) => /^\*\/\*(;q=(?!0$)[\d.]+)?$/.test(range.trim()))
    response.writeHead(isFine === true ? 200 : 406, { 'content-type': 'text/plain' }).end(body)
  })
  expect(await readOnce({ use, url, ...options }), `asked with ${asked.join()}`).toMatchObject({ is: 'value' })
})

it.each([
  ['1', 2, 200],
  ['3600', 1, 429],
])('Retry-After %s: %i requests, then %i', async (after, count, status) => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    response.writeHead(asked === 1 ? 429 : 200, { 'retry-after': after }).end()
  })
  const answer = await request(url, { signal: AbortSignal.timeout(9000), deadline: 8000, env: {} })
  expect([asked, answer.status]).toEqual([count, status])
})

describe('a token', () => {
  it.each([
    ['https://example.test/', true],
    ['http://localhost:9090/', true],
    ['http://127.8.9.1/', true],
    ['http://[::1]:1/', true],
    ['http://example.test/', false],
    ['http://127.0.0.1.example.test/', false],
    ['http://10.0.0.1/', false],
    ['http://localhost.example.test/', false],
  ])('may go to %s: %s', (url, isAllowed) => {
    expect(isPrivateChannel(url)).toBe(isAllowed)
    for (const way of [{ bearer: 'canary' }, { basic: { user: 'u', password: 'canary' } }, { headers: { 'X-Api-Key': 'canary' } }]) {
      if (isAllowed) expect(admit(url, way, { folder: '/' }).headers).not.toEqual({})
      else expect(() => admit(url, way, { folder: '/' })).toThrow('unencrypted')
    }
    if (!isAllowed) expect(() => admit(url.replace('//', '//u:canary@'), {}, { folder: '/' })).toThrow('unencrypted')
  })
})
