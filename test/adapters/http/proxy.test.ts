import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { follow, request } from '../../../src/adapters/http/http.ts'
import { proxyOf } from '../../../src/adapters/http/proxy.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

const CANARY = 'canary-password'
/** Nobody knows it but the proxy. */
const HOST = 'prometheus.corp.invalid'

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  server.unref()
  return (server.address() as AddressInfo).port
}

/** A proxy that leads to one server, whatever name is asked for, or refuses with a status. */
async function openProxy({ port, refusal, login }: { readonly port: number; readonly refusal?: number; readonly login?: string }) {
  const seen: { readonly asked: string; readonly headers: IncomingHttpHeaders }[] = []
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
  const statusOf = (headers: IncomingHttpHeaders): number | undefined =>
    wanted === undefined || headers['proxy-authorization'] === wanted ? refusal : 407
  const server = createServer(async (incoming, response) => {
    const body = (await incoming.toArray()).join('')
    seen.push({ asked: `${incoming.method} ${incoming.url}${body}`, headers: incoming.headers })
    const status = statusOf(incoming.headers)
    if (status !== undefined) return void response.writeHead(status).end('{"value": 1}')
    const { pathname } = new URL(incoming.url ?? '')
    const answer = await fetch(`http://127.0.0.1:${port}${pathname}`, { redirect: 'manual' })
    return void response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  server.on('connect', ({ url, headers }, client) => {
    seen.push({ asked: `CONNECT ${url}`, headers })
    const status = statusOf(headers)
    // What a proxy says in place of a server is no reading.
    if (status !== undefined) return void client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 12\r\n\r\n{"value": 1}`)
    const there = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection Established\r\n\r\n'))
    for (const [from, to] of [
      [client, there],
      [there, client],
    ] as const)
      from.on('error', () => to.destroy()).pipe(to)
    return undefined
  })
  return { seen, url: `http://127.0.0.1:${await portOf(server)}` }
}

/** An authority of its own, and a server for HOST that it vouches for. */
async function secured() {
  const folder = ownFolder('rollout-authority-')
  const openssl = (...argv: readonly string[]) => execFileSync('openssl', argv, { cwd: folder, stdio: 'ignore' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=corp', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${HOST}`,
    '-addext',
    `subjectAltName=DNS:${HOST},IP:127.0.0.1`,
    '-keyout',
    'own.key',
    '-out',
    'own.csr',
  )
  openssl(
    'x509',
    '-req',
    '-in',
    'own.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
    '-out',
    'own.pem',
  )
  const [key, cert] = ['own.key', 'own.pem'].map((name) => readFileSync(join(folder, name)))
  const port = await portOf(createTlsServer({ key, cert }, (_, response) => response.end('{"value": 0.25}')))
  return { port, ca: join(folder, 'ca.pem') }
}

describe('the proxy of a URL', () => {
  const both = { HTTP_PROXY: 'http://up:3128', HTTPS_PROXY: 'http://sec:3128' }
  it.each([
    ['http://prom.corp/', both, 'http://up:3128 by HTTP_PROXY'],
    ['https://prom.corp/', both, 'http://sec:3128 by HTTPS_PROXY'],
    ['https://prom.corp/', { HTTP_PROXY: 'http://up:3128' }, undefined],
    ['http://prom.corp/', {}, undefined],
    ['http://prom.corp/', { HTTP_PROXY: '' }, undefined],
    ['http://prom.corp/', { http_proxy: 'http://small:1', HTTP_PROXY: 'http://large:1' }, 'http://small:1 by http_proxy'],
    ['http://prom.corp/', { ALL_PROXY: 'all:8080' }, 'http://all:8080 by ALL_PROXY'],
    ['https://prom.corp/', { all_proxy: 'http://all:8080', HTTPS_PROXY: 'http://sec:1' }, 'http://sec:1 by HTTPS_PROXY'],
    ['http://localhost:9090/', both, undefined],
    ['http://a.localhost/', both, undefined],
    ['http://127.3.2.1/', both, undefined],
    ['http://[::1]:9090/', both, undefined],
    ['http://prom.corp/', { ...both, NO_PROXY: '*' }, undefined],
    ['http://prom.corp/', { ...both, no_proxy: 'corp', NO_PROXY: 'other' }, undefined],
    ['http://prom.corp/', { ...both, NO_PROXY: 'a.test, .corp' }, undefined],
    ['http://prom.corp/', { ...both, NO_PROXY: '*.corp' }, undefined],
    ['http://PROM.Corp./', { ...both, NO_PROXY: 'prom.CORP' }, undefined],
    ['http://corp/', { ...both, NO_PROXY: '.corp' }, 'http://up:3128 by HTTP_PROXY'],
    ['http://notcorp/', { ...both, NO_PROXY: 'corp' }, 'http://up:3128 by HTTP_PROXY'],
    ['http://prom.corp:9090/', { ...both, NO_PROXY: 'prom.corp:9090' }, undefined],
    ['http://prom.corp/', { ...both, NO_PROXY: 'prom.corp:80' }, undefined],
    ['http://prom.corp:9091/', { ...both, NO_PROXY: 'prom.corp:9090' }, 'http://up:3128 by HTTP_PROXY'],
    ['http://10.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['http://11.1.2.3/', { ...both, NO_PROXY: '10.0.0.0/8,11.1.2.4,300.0.0.0/8,10.0.0.0/99' }, 'http://up:3128 by HTTP_PROXY'],
    ['http://[fd00::5]/', { ...both, NO_PROXY: 'fd00::/8' }, undefined],
    ['http://[fd00::5]:81/', { ...both, NO_PROXY: '[fd00::5]:81' }, undefined],
  ])('%s with %j: %s', (url, env, found) => {
    const proxy = proxyOf(new URL(url), env)
    expect(proxy && `${proxy.shown} by ${proxy.variable}`).toBe(found)
  })

  it.each([
    ['socks5h://localhost:1080', 'ALL_PROXY names a socks5h proxy: only http and https are spoken'],
    [`http://u:${CANARY}@`, 'ALL_PROXY is not the URL of a proxy'],
  ])('%s is refused by its name only', async (written, detail) => {
    const found = await readOnce({ use: 'json', url: `http://${HOST}/`, path: 'value' }, {}, { ALL_PROXY: written })
    expect(found).toEqual({ is: 'missing', reason: 'unreachable', detail })
  })
})

describe('through a proxy', () => {
  const options = { use: 'json', url: `http://${HOST}:9090/x`, path: 'value' } as const
  const plain = async (): Promise<number> => Number(new URL(await serve((_, response) => response.end('{"value": 0.25}'))).port)

  it('http is asked for whole, with the user and password in a header', async () => {
    const proxy = await openProxy({ port: await plain(), login: `us@r:${CANARY}%` })
    const env = { HTTP_PROXY: proxy.url.replace('//', `//us%40r:${CANARY}%@`) }
    expect(await readOnce(options, {}, env)).toEqual({ is: 'value', value: 0.25 })
    const body = '{"q": 1}'
    expect(await readOnce({ ...options, method: 'POST', body }, {}, env)).toEqual({ is: 'value', value: 0.25 })
    expect(proxy.seen.map(({ asked }) => asked)).toEqual([`GET http://${HOST}:9090/x`, `POST http://${HOST}:9090/x${body}`])
  })

  it('https goes by CONNECT, and what goes to the server the proxy does not see', async () => {
    const { port, ca } = await secured()
    const proxy = await openProxy({ port })
    const found = await readOnce({ ...options, url: `https://${HOST}/x`, tls: { ca }, bearer: CANARY }, {}, { HTTPS_PROXY: proxy.url })
    expect(found).toEqual({ is: 'value', value: 0.25 })
    expect(proxy.seen.map(({ asked }) => asked)).toEqual([`CONNECT ${HOST}:443`])
    expect(JSON.stringify(proxy.seen)).not.toContain(CANARY)
  })

  it('a host that NO_PROXY names is asked directly, also when the proxy redirects there', async () => {
    const there = await serve((_, response) => response.end('{"value": 0.5}'))
    const away = await serve((_, response) => response.writeHead(302, { location: there }).end())
    const proxy = await openProxy({ port: Number(new URL(away).port) })
    expect(await readOnce(options, {}, { HTTP_PROXY: proxy.url })).toEqual({ is: 'value', value: 0.5 })
    expect(proxy.seen).toHaveLength(1)
    expect(await readOnce({ ...options, url: there }, {}, { HTTP_PROXY: proxy.url })).toEqual({ is: 'value', value: 0.5 })
    expect(proxy.seen).toHaveLength(1)
  })

  it.each([
    ['http', { login: 'other:1' }, 'wants a user and a password (407): HTTP_PROXY may name them'],
    ['https', { login: 'other:1' }, 'wants a user and a password (407): HTTPS_PROXY may name them'],
    ['https', { refusal: 403 }, 'does not connect: it answered 403'],
    // Whoever answers in the place of the server cannot say that all is well.
    ['https', { refusal: 201 }, 'does not connect: it answered 201'],
  ])('%s %j: %s', async (scheme, refusing, said) => {
    const proxy = await openProxy({ port: await plain(), ...refusing })
    const env = { [`${scheme.toUpperCase()}_PROXY`]: proxy.url.replace('//', `//u:${CANARY}@`) }
    const found = await readOnce({ ...options, url: `${scheme}://${HOST}/x` }, {}, env)
    expect(found).toEqual({ is: 'missing', reason: 'unreachable', detail: `${scheme}://${HOST}/x: the proxy ${proxy.url} ${said}` })
  })

  it.each(['http', 'https'])('%s: one that is not there, and one that never answers, is named', async (scheme) => {
    const name = `${scheme.toUpperCase()}_PROXY`
    const url = `${scheme}://${HOST}/x`
    const gone = await readOnce({ ...options, url }, {}, { [name]: `http://u:${CANARY}@127.0.0.1:1` })
    // Node 24 cannot always tell whether it was cut off.
    expect(gone).toMatchObject({
      detail: expect.stringMatching(/^\S+ through the proxy http:\/\/127\.0\.0\.1:1: connection refused(?:,|$)/),
    })
    const silent = createServer(() => undefined).on('connect', (_, client) => client.on('end', () => client.destroy()).resume())
    const proxy = `http://127.0.0.1:${await portOf(silent)}`
    const signal = new AbortController().signal
    const going = request(url, { signal, deadline: 300, env: { [name]: proxy } })
    await expect(going).rejects.toThrow(`${url} through the proxy ${proxy} did not answer within 300ms`)
    // No connection stays that would keep the program from its end.
    await expect.poll(async () => new Promise((done) => void silent.getConnections((_, count) => done(count)))).toBe(0)
  })

  it('an answer that goes on and on is followed', async () => {
    const port = Number(new URL(await serve((_, response) => response.end('one\ntwo\n'))).port)
    const proxy = createServer(async ({ url = '' }, response) => {
      const answer = await fetch(`http://127.0.0.1:${port}${new URL(url).pathname}`)
      response.end(await answer.text())
    })
    const env = { HTTP_PROXY: `http://127.0.0.1:${await portOf(proxy)}` }
    const lines: string[] = []
    for await (const line of follow(`http://${HOST}/watch`, { body: '{}', signal: new AbortController().signal, env })) lines.push(line)
    expect(lines).toEqual(['one', 'two'])
  })

  it('a literal that is blocked stays blocked', async () => {
    const proxy = await openProxy({ port: await plain() })
    const blocked = { ...options, url: 'http://169.254.169.254/', blockLinkLocal: true }
    expect(await readOnce(blocked, {}, { HTTP_PROXY: proxy.url })).toMatchObject({ is: 'missing', reason: 'unreachable' })
    expect(proxy.seen).toEqual([])
  })
})

describe('an authority of the house', () => {
  it('is trusted where SSL_CERT_FILE names it, and named where it is missing', async () => {
    const { port, ca } = await secured()
    const read = async (env: Record<string, string>) => readOnce({ use: 'json', url: `https://127.0.0.1:${port}/`, path: 'value' }, {}, env)
    expect(await read({ SSL_CERT_FILE: ca })).toEqual({ is: 'value', value: 0.25 })
    const said = /from an authority that is not trusted: tls.ca or SSL_CERT_FILE names its file/
    for (const env of [{}, { SSL_CERT_FILE: `${ca}.gone` }])
      expect(await read(env)).toMatchObject({ is: 'missing', reason: 'unreachable', detail: expect.stringMatching(said) })
  })
})
