import { createServer, type ServerResponse } from 'node:http'
import { openToggles } from '../sdk/index.ts'
import { CONTENT_TYPE, openMeter } from '../sdk/metrics.ts'
import { greeting } from './greeting.ts'
import { openPool } from './pool.ts'

/*
 * The shop of `rollout demo`: a real HTTP application, run as a process of its own. It reads its toggles with the
 * SDK from the env file it is given, and measures what becomes of them with it. The path behind one toggle needs a connection of a small pool for every
 * request: a fault that is there all the time and that shows only when enough users come.
 */

/** The settings that the parent hands over in the environment. */
const file = process.env['ROLLOUT_FILE'] ?? ''
const fault = process.env['SHOP_FAULT'] ?? 'none'
const feature = process.env['SHOP_FEATURE'] ?? 'FEATURE_AI_GENERATION'

/** Milliseconds one connection is busy with one request. */
const WORK = 60
const POOLS = {
  // Four connections of 60 ms serve 66 requests a second: plenty for 5 % of 400, never enough for 25 %.
  errors: { size: 4, longestWait: 250 },
  // Two serve 33 a second: at 25 % the line grows by two seconds every second.
  latency: { size: 2, longestWait: Number.POSITIVE_INFINITY },
  // Nobody ever waits: what is healthy stays so on a machine that stands still for a moment.
  nodata: { size: 10_000, longestWait: Number.POSITIVE_INFINITY },
  shadow: { size: 10_000, longestWait: Number.POSITIVE_INFINITY },
  none: { size: 10_000, longestWait: Number.POSITIVE_INFINITY },
}

const meter = openMeter()
const toggles = openToggles({ env: {}, file, every: 50, meter, shadow: { most: 50 } })
const pool = openPool({ work: WORK, ...(isFault(fault) ? POOLS[fault] : POOLS.none) })

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://shop')
  if (url.pathname === '/toggles') return answer(response, 200, JSON.stringify(toggles.words()), 'application/json')
  if (url.pathname === '/metrics')
    return isSilent() ? answer(response, 503, 'no metrics today') : answer(response, 200, meter.text(), CONTENT_TYPE)
  // It stands for the Alertmanager too: nothing else is wrong in this world.
  if (url.pathname === '/api/v2/alerts') return answer(response, 200, '[]', 'application/json')
  void serve(url.searchParams.get('user') ?? '', response)
})

async function serve(user: string, response: ServerResponse): Promise<void> {
  const { status, text } = await toggles.compare(feature, user, {
    old: async (fail) => page(await soon(), user, fail),
    // The fault `shadow`: it answers in time, and wrongly.
    new: async (fail) => page(await pool.use(), fault === 'shadow' ? `${user}, ${user}` : user, fail),
  })
  answer(response, status, text)
}

interface Page {
  readonly status: number
  readonly text: string
}

function page(isServed: boolean, greeted: string, fail: () => void): Page {
  if (isServed) return { status: 200, text: greeting(greeted) }
  fail()
  return { status: 503, text: 'no connection free\n' }
}

/** The way it always was. */
async function soon(): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), 4))
}

/** The fault `nodata`: the exporter dies under the feature it should measure. */
function isSilent(): boolean {
  const word = toggles.words()[feature] ?? 'false'
  return fault === 'nodata' && (word === 'true' || Number.parseFloat(word) >= 25)
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function isFault(name: string): name is keyof typeof POOLS {
  return Object.hasOwn(POOLS, name)
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
})

// The parent holds the other end of stdin: when it is gone, however it went, so is the shop.
process.stdin.resume()
process.stdin.on('end', () => process.exit())
process.stdin.on('error', () => process.exit())
