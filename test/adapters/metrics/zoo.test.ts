import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeNext } from '../../helpers/counted.ts'
import { planOf, readOnce } from '../../helpers/metrics.ts'

/*
 * Servers that lie, stall and flood, as bytes on a loopback socket. Whatever they do, a reading is a number or it is
 * missing with its reason, within its deadline.
 */

const folder = mkdtempSync(join(tmpdir(), 'rollout-zoo-'))
const servers: Server[] = []
const sockets = new Set<Socket>()
let gzipBomb = Buffer.alloc(0)
let brotliBomb = Buffer.alloc(0)

beforeAll(async () => {
  const subject = ['-subj', '/CN=elsewhere', '-addext', 'subjectAltName=DNS:elsewhere']
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...made, ...subject, '-keyout', 'key.pem', '-out', 'cert.pem'], { cwd: folder, stdio: 'ignore' })
  const zeros = Buffer.alloc(1 << 20, 0x30)
  gzipBomb = await buffer(Readable.from(Array.from({ length: 300 }, () => zeros)).pipe(createGzip({ level: 9 })))
  brotliBomb = brotliCompressSync(Buffer.alloc(64 << 20, 0x30))
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

type Speak = (socket: Socket, request: string, port: number) => void

async function listen(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

/** Answers every request that comes over a connection with what `speak` writes. */
async function open(speak: Speak): Promise<number> {
  let port = 0
  const server = createServer((socket) => {
    socket.on('data', (request: Buffer) => speak(socket, String(request), port))
  })
  port = await listen(server)
  return port
}

const answer = (body: string | Buffer, status = '200 OK', headers: readonly string[] = []): Speak => {
  const length = headers.some((each) => /^(content-length|transfer-encoding):/i.test(each))
    ? []
    : [`content-length: ${Buffer.byteLength(body)}`]
  return (socket) => {
    socket.write([`HTTP/1.1 ${status}`, ...length, ...headers, '', ''].join('\r\n'))
    socket.write(body)
  }
}
/** Writes the same again until nobody listens any more, no faster than it is taken. */
const pour = (first: string, again: string): Speak => {
  return (socket) => {
    socket.write(first)
    const more = (): void => {
      while (!socket.destroyed && socket.write(again));
      if (!socket.destroyed) socket.once('drain', () => setImmediate(more))
    }
    more()
  }
}
const drip = (first: string, again: string): Speak => {
  return (socket) => {
    socket.write(first)
    const timer = setInterval(() => socket.write(again), 20)
    socket.once('close', () => clearInterval(timer))
  }
}
const redirect =
  (to: (port: number) => string): Speak =>
  (socket, request, port) =>
    answer('', '302 Found', [`location: ${to(port)}`])(socket, request, port)
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

const JSON_OK = '{"value": 1}'

describe('a server', () => {
  it.each<readonly [string, string, Speak]>([
    ['drips its headers', 'timeout', drip('HTTP/1.1 200 OK\r\n', 'x: y\r\n')],
    ['drips its body', 'timeout', drip('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n', ' ')],
    ['never answers', 'timeout', () => undefined],
    ['says 100 Continue again and again', 'timeout', drip('', 'HTTP/1.1 100 Continue\r\n\r\n')],
    ['sends a body without end', 'too-large', pour(chunked, `1000\r\n${'1'.repeat(4096)}\r\n`)],
    ['sends a body without end and without a length', 'too-large', pour('HTTP/1.0 200 OK\r\n\r\n', '1'.repeat(4096))],
    ['sends header lines without end', 'malformed', pour('HTTP/1.1 200 OK\r\n', 'x: y\r\n'.repeat(1000))],
    ['sends one header of 1 MB', 'malformed', answer(JSON_OK, '200 OK', [`x: ${'y'.repeat(1 << 20)}`])],
    ['sends trailers without end', 'malformed', pour(`${chunked}0\r\n`, 'x: y\r\n'.repeat(1000))],
    ['redirects to itself', 'malformed', redirect((port) => `http://127.0.0.1:${port}/`)],
    ['redirects to a file', 'malformed', redirect(() => 'file:///etc/hostname')],
    ['redirects to ftp', 'malformed', redirect(() => 'ftp://127.0.0.1/')],
    ['redirects to https', 'malformed', redirect((port) => `https://127.0.0.1:${port}/`)],
    ['redirects to nonsense', 'malformed', redirect(() => 'http://[')],
    ['unpacks 300 MB from gzip', 'too-large', (socket, ...rest) => answer(gzipBomb, '200 OK', ['content-encoding: gzip'])(socket, ...rest)],
    [
      'unpacks 64 MB from brotli',
      'too-large',
      (socket, ...rest) => answer(brotliBomb, '200 OK', ['content-encoding: br'])(socket, ...rest),
    ],
    ['calls plain text gzip', 'malformed', answer(JSON_OK, '200 OK', ['content-encoding: gzip'])],
    ['breaks off its gzip', 'malformed', answer(gzipSync(JSON_OK).subarray(0, 20), '200 OK', ['content-encoding: gzip'])],
    [
      'promises more than it sends and ends',
      'malformed',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${JSON_OK}`),
    ],
    ['promises more than it sends and waits', 'timeout', answer(JSON_OK, '200 OK', ['content-length: 1000'])],
    ['sends more than it promises', 'malformed', answer(JSON_OK, '200 OK', ['content-length: 5', 'connection: close'])],
    ['gives two lengths', 'malformed', answer(JSON_OK, '200 OK', ['content-length: 5', 'content-length: 12'])],
    ['ends in the middle of a chunk', 'malformed', (socket) => socket.end(`${chunked}ff\r\n{`)],
    ['closes without a word', 'unreachable', (socket) => socket.end()],
    ['resets at once', 'unreachable', (socket) => socket.resetAndDestroy()],
    [
      'resets in the middle of the body',
      'unreachable',
      (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{`, () => setTimeout(() => socket.resetAndDestroy(), 20))
      },
    ],
    ['speaks no HTTP', 'malformed', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['answers 204', 'unreachable', answer('', '204 No Content', ['content-length: 0'])],
    ['answers 304', 'unreachable', answer('', '304 Not Modified', ['content-length: 0'])],
    ['answers 401', 'unreachable', answer('{"value": 1}', '401 Unauthorized')],
    ['answers 429 and asks for an hour', 'unreachable', answer('', '429 Too Many Requests', ['retry-after: 3600'])],
    ['answers 500 with a number', 'unreachable', answer(JSON_OK, '500 Internal Server Error')],
    ['answers with HTML', 'malformed', answer('<!doctype html><title>Sign in</title>')],
    ['answers with nothing', 'empty', answer('')],
    ['answers with bytes that are no UTF-8', 'malformed', answer(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
    ['answers with NUL bytes', 'malformed', answer('\0\0\0')],
    ['nests without end', 'malformed', answer('['.repeat(900_000))],
    ['answers with NaN', 'not-finite', answer('{"value": "NaN"}')],
    ['answers with infinity', 'not-finite', answer('{"value": "-Inf"}')],
    ['answers with more than a number can hold', 'not-finite', answer('{"value": 1e999}')],
    ['answers with an empty string', 'empty', answer('{"value": ""}')],
    ['answers with null', 'empty', answer('{"value": null}')],
    ['answers with true', 'malformed', answer('{"value": true}')],
    ['hides the number in a prototype', 'empty', answer('{"__proto__": {"value": 1}}')],
  ])('that %s: %s', async (_what, reason, speak) => {
    const port = await open(speak)
    const reading = await readOnce({ use: 'json', url: `http://127.0.0.1:${port}/`, path: 'value' }, { timeout: 1200 })
    expect(reading).toMatchObject({ is: 'missing', reason })
  })

  it('that is well is read', async () => {
    const port = await open(answer(JSON_OK))
    expect(await readOnce({ use: 'json', url: `http://127.0.0.1:${port}/`, path: 'value' })).toEqual({ is: 'value', value: 1 })
  })

  it('that sends 300 MB in a small gzip costs little memory', async () => {
    const port = await open(answer(gzipBomb, '200 OK', ['content-encoding: gzip']))
    let most = 0
    const before = process.memoryUsage().rss
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 5)
    await readOnce({ use: 'json', url: `http://127.0.0.1:${port}/`, path: 'value' })
    clearInterval(timer)
    expect(gzipBomb.length).toBeLessThan(400_000)
    expect(most).toBeLessThan(100 << 20)
  })

  it('says control characters that do not reach a terminal, and the secret it was sent that is not shown', async () => {
    const port = await open((socket, request) => {
      const said = /authorization: Bearer (\S+)/i.exec(request)?.[1] ?? ''
      const error = `\u001b[2J\u0000\u009b31m\u202ebad\n${said}\u0007`
      answer(JSON.stringify({ status: 'error', error }), '400 Bad Request')(socket, request, 0)
    })
    const url = `http://127.0.0.1:${port}`
    const reading = await readOnce({ use: 'prometheus', url, query: 'up', bearer: '${TOKEN}' }, {}, { TOKEN: 'canary-canary' })
    expect(reading).toEqual({ is: 'missing', reason: 'malformed', detail: 'Prometheus says: 31mbad [hidden]' })
  })
})

describe('TLS', () => {
  const material = () => ({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) })
  const secure = async (): Promise<number> =>
    listen(createTls(material(), (socket) => socket.on('error', () => undefined).on('data', () => answer(JSON_OK)(socket, '', 0))))

  it.each([
    ['of an unknown authority', {}, 'unreachable', 'self-signed'],
    ['for another name', { ca: 'cert.pem' }, 'unreachable', 'the certificate is for another name'],
    ['whose authority file is missing', { ca: 'nowhere.pem' }, 'unreachable', 'nowhere.pem cannot be read'],
  ])('%s', async (_what, tls, reason, detail) => {
    const url = `https://127.0.0.1:${await secure()}/`
    const reading = await readOnce({ use: 'json', url, path: 'value', tls }, {}, {}, folder)
    expect(reading).toMatchObject({ is: 'missing', reason, detail: expect.stringContaining(detail) as string })
  })

  it('that nobody checks is read when the plan says so', async () => {
    const url = `https://127.0.0.1:${await secure()}/`
    expect(await readOnce({ use: 'json', url, path: 'value', tls: { insecure: true } })).toEqual({ is: 'value', value: 1 })
  })

  it('on a plain port, and plain on a TLS port', async () => {
    const plainPort = await open((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const first = await readOnce({ use: 'json', url: `https://127.0.0.1:${plainPort}/`, path: 'value' })
    expect(first).toMatchObject({
      is: 'missing',
      reason: 'unreachable',
      detail: expect.stringContaining('TLS does not work there') as string,
    })
    const second = await readOnce({ use: 'json', url: `http://127.0.0.1:${await secure()}/`, path: 'value' })
    expect(second).toMatchObject({ is: 'missing', reason: expect.stringMatching(/unreachable|malformed/) as string })
  })
})

describe('the age of a sample', () => {
  const now = 1_800_000_000_000
  it.each([
    ['fresh', now - 1000, undefined],
    ['five minutes old', now - 300_000, 'stale'],
    ['from a clock an hour fast', now + 3_600_000, 'future'],
  ])('%s', async (_what, at, reason) => {
    const port = await open(answer(`m 1 ${at}\n`))
    const reading = await readOnce({ use: 'openmetrics', url: `http://127.0.0.1:${port}/`, value: 'm' })
    expect(reading).toEqual({ is: 'value', value: 1, at })
    expect(judgeNext(planOf({ use: 'openmetrics' }).metrics.m, {}, reading, 1000, now).track.missing?.reason).toBe(reason)
  })
})
