import { expect, it } from 'vitest'
import { requestOnce } from '../../../src/adapters/http/once.ts'
import type { Request } from '../../../src/adapters/http/http.ts'
import { serve } from '../../helpers/shell.ts'

const signal = new AbortController().signal
const asked: Request = { signal, env: {}, deadline: 60_000, retries: 0 }

async function server(answer: (path: string) => { status?: number; body: string } = () => ({ body: 'x'.repeat(2000) })) {
  const gets: string[] = []
  const url = await serve(({ url: path = '' }, response) => {
    gets.push(path)
    const { status = 200, body } = answer(path)
    response.statusCode = status
    response.end(body)
  })
  return { url, gets }
}

function poll() {
  let now = 0
  return { signal, clock: { monotonic: () => now }, pass: (duration: number) => (now += duration) }
}

it('asks once for all who ask the same in one poll, and again in the next', async () => {
  const { url, gets } = await server()
  for (const one of [poll(), poll()]) {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => requestOnce(url, asked, one)))
    expect(new Set(answers.map(({ body }) => body.length))).toEqual(new Set([2000]))
    // Also whoever asks a moment after it has answered.
    await requestOnce(url, asked, one)
  }
  expect(gets).toHaveLength(2)
})

it('asks for each where nobody says that it is one poll', async () => {
  const { url, gets } = await server()
  await Promise.all([requestOnce(url, asked, undefined), requestOnce(url, asked, undefined)])
  expect(gets).toHaveLength(2)
})

it('asks again in a long poll: an answer is that of one moment', async () => {
  const { url, gets } = await server()
  const one = poll()
  await requestOnce(url, asked, one)
  one.pass(5000)
  await requestOnce(url, asked, one)
  expect(gets).toHaveLength(2)
})

it.each<[string, Partial<Request>]>([
  ['another token', { headers: { authorization: 'Bearer other' } }],
  ['another type', { accept: 'text/plain' }],
  ['a body', { method: 'POST', body: 'query=x' }],
])('asks for itself who comes with %s', async (_, more) => {
  const { url, gets } = await server()
  const one = poll()
  await Promise.all([requestOnce(url, asked, one), requestOnce(url, { ...asked, ...more }, one)])
  expect(gets).toHaveLength(2)
})

it('takes the largest of the limits, and asks again for one that is larger than what was sent', async () => {
  const { url, gets } = await server()
  const one = poll()
  const both = [requestOnce(url, { ...asked, maxBytes: 1024 }, one), requestOnce(url, { ...asked, maxBytes: 4096 }, one)]
  expect((await Promise.all(both)).map(({ body }) => body.length)).toEqual([2000, 2000])
  expect(gets).toHaveLength(1)
  const other = poll()
  await expect(requestOnce(url, { ...asked, maxBytes: 1024 }, other)).rejects.toMatchObject({ reason: 'too-large' })
  expect((await requestOnce(url, { ...asked, maxBytes: 4096 }, other)).body).toHaveLength(2000)
})

it('fails for all for the same reason', async () => {
  const { url, gets } = await server(() => ({ body: 'x'.repeat(2 << 20) }))
  const one = poll()
  const failed = await Promise.allSettled(Array.from({ length: 5 }, async () => requestOnce(url, asked, one)))
  expect(new Set(failed.map((each) => (each.status === 'rejected' ? String(each.reason) : 'none')))).toEqual(
    new Set([`Unreadable: ${url} answers with more than 1048576 bytes`]),
  )
  expect(gets).toHaveLength(1)
})

it('goes on when the one that asked first has given up', async () => {
  const { url } = await server()
  const first = new AbortController()
  const one = poll()
  const both = [requestOnce(url, { ...asked, signal: first.signal }, one), requestOnce(url, asked, one)]
  first.abort()
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200])
})
