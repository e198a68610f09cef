import { describe, expect, it } from 'vitest'
import { readOnce } from '../../helpers/metrics.ts'
import { serve } from '../../helpers/shell.ts'

interface Seen {
  readonly method: string
  readonly url: URL
  readonly form: URLSearchParams
}

/** Answers each request with a number, or with the status that `refuse` gives. */
async function store(refuse: (seen: Seen) => number | undefined = () => undefined) {
  const seen: Seen[] = []
  const url = await serve((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += String(part)))
    request.on('end', () => {
      const one = { method: request.method ?? '', url: new URL(request.url ?? '', 'http://x'), form: new URLSearchParams(body) }
      seen.push(one)
      response.statusCode = refuse(one) ?? 200
      const data = { resultType: 'scalar', result: [Date.now() / 1000, '0.5'] }
      response.end(response.statusCode === 200 ? JSON.stringify({ status: 'success', data, groups: [] }) : '<html>no</html>')
    })
  })
  return { url, seen }
}

describe('a query string in the url', () => {
  it.each(['/select/0/prometheus?deny_partial_response=1', '/select/0/prometheus/?deny_partial_response=1#x'])('%s stays', async (path) => {
    const { url, seen } = await store()
    expect(await readOnce({ use: 'prometheus', url: url + path, query: 'time()' })).toMatchObject({ is: 'value', value: 0.5 })
    expect(seen.map((each) => each.url.pathname + each.url.search)).toEqual([
      '/select/0/prometheus/api/v1/query?deny_partial_response=1&query=time%28%29',
    ])
  })

  it('stays beside a form too, and where alerts are read', async () => {
    const { url, seen } = await store()
    await readOnce({ use: 'prometheus', url: `${url}/a?dedup=true`, query: `time() # ${'x'.repeat(3000)}` })
    await readOnce({ use: 'alerts', of: 'prometheus', url: `${url}/b?tenant=7` })
    await readOnce({ use: 'alerts', url: `${url}/c/?tenant=7` })
    expect(seen.map((each) => `${each.method} ${each.url.pathname}${each.url.search}`)).toEqual([
      'POST /a/api/v1/query?dedup=true',
      'GET /b/api/v1/rules?tenant=7&type=alert',
      'GET /c/api/v2/alerts?tenant=7&active=true&silenced=false&inhibited=false',
    ])
  })
})

describe('a long query', () => {
  const query = `time() # ${'x'.repeat(3000)}`
  const isPost = ({ method }: Seen): boolean => method === 'POST'

  it('is sent as a form, and a short one is not', async () => {
    const { url, seen } = await store()
    await readOnce({ use: 'prometheus', url, query })
    await readOnce({ use: 'prometheus', url, query: 'time()' })
    expect(seen.map((each) => [each.method, each.form.get('query'), each.url.searchParams.get('query')])).toEqual([
      ['POST', query, null],
      ['GET', null, 'time()'],
    ])
  })

  it.each([403, 405, 501])('goes in the URL where a form is answered with %i', async (status) => {
    const { url, seen } = await store((each) => (isPost(each) ? status : undefined))
    expect(await readOnce({ use: 'prometheus', url, query })).toMatchObject({ is: 'value', value: 0.5 })
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it.each([414, 431])('and the form is tried where a URL is answered with %i', async (status) => {
    const { url, seen } = await store((each) => (isPost(each) ? undefined : status))
    expect(await readOnce({ use: 'prometheus', url, query: 'time()' })).toMatchObject({ is: 'value', value: 0.5 })
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST'])
  })

  it.each([
    [404, 'Prometheus answered 404'],
    [403, 'Prometheus answered 403'],
  ])('that nobody takes (%i) is missing', async (status, detail) => {
    const { url } = await store(() => status)
    expect(await readOnce({ use: 'prometheus', url, query })).toEqual({ is: 'missing', reason: 'unreachable', detail })
  })
})
