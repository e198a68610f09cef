import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEtcd, startEtcd } from '../helpers/etcd.ts'
import { openLine, type Line } from '../helpers/line.ts'
import { freePort } from '../helpers/port.ts'
import { postgresPrograms, startPostgres } from '../helpers/postgres.ts'
import { until } from '../helpers/until.ts'
import { seeded, type Random } from '../simulation/random.ts'
import type { Report } from './report.ts'
import { must, openSite } from './site.ts'

/*
 * One controller watches for hundreds of rounds, everything that it talks to behind a line of its own. In each round lines
 * swallow whatever is sent, from a byte on that chance chooses; then they recover, and the polls must go on: no deadline is
 * lost, however often. At last the metric is critical, and the release must be taken back, and people told.
 */

export const LACKS_STORES = postgresPrograms() === undefined ? 'postgresql' : hasEtcd() ? undefined : 'etcd'

/** Bytes of one exchange with a store, and with anything else. */
const [STORE_BYTES, OTHER_BYTES] = [1500, 600]
/** How long lines swallow at most, in milliseconds: shorter and longer than most deadlines. */
const LONGEST = 3000
/** How long is waited for the byte at which a line begins to, in milliseconds: not every line is used in every round. */
const PATIENCE = 5000

/** Collected all the time: a deadline that only the collector knows of is lost at once. */
const COLLECT = `require('v8').setFlagsFromString('--expose-gc')
const gc = require('vm').runInNewContext('gc')
setInterval(gc, 200).unref()
`

/** What is measured, written and told; each at a port of its own. */
interface World {
  polls: number
  errors: number
  word: string
  notices: number
  readonly told: Set<string>
}

const OTHERS = ['json', 'prometheus', 'target', 'channel'] as const

/** Rounds on both shared stores, a controller each. */
export async function halfOpen(seed: number, rounds: number): Promise<Report> {
  const [postgres, etcd] = await Promise.all([startPostgres('s3cret'), startEtcd(1)])
  try {
    const each = Math.ceil(rounds / 2)
    const [etcdPort] = etcd.members.map((member) => Number(member.split(':')[1]))
    const ran = await Promise.all([
      watched(seed, each, postgres.port, (port) => postgres.url.replace(`:${postgres.port}`, `:${port}`)),
      watched(seed + 1, each, etcdPort ?? 0, (port) => etcd.url.replace(`:${etcdPort}`, `:${port}`)),
    ])
    const sum = (of: keyof Counts): number => ran.reduce((total, { counts }) => total + counts[of], 0)
    const counts = { points: sum('points'), missed: sum('missed'), cuts: sum('cuts'), polls: sum('polls'), notices: sum('notices') }
    return { name: 'half-open lines', counts, violations: ran.flatMap(({ violations }) => violations) }
  } finally {
    await Promise.all([postgres.close(), etcd.close()])
  }
}

interface Counts {
  readonly points: number
  readonly missed: number
  readonly cuts: number
  readonly polls: number
  readonly notices: number
}

async function watched(seed: number, rounds: number, storePort: number, storeAt: (port: number) => string) {
  const world: World = { polls: 0, errors: 0, word: 'false', notices: 0, told: new Set() }
  const servers = await Promise.all(OTHERS.map(async (what) => serve(what, world)))
  const lines = await Promise.all([storePort, ...servers.map(({ port }) => port)].map(openLine))
  const [store, ...others] = lines
  if (!store) throw new Error('there is a line to the store')
  const site = openSite(undefined, planAt(others.map(({ port }) => port)))
  site.write('collect.cjs', COLLECT)
  const direct = { env: { ROLLOUT_STATE: storeAt(storePort) } }
  let [done, cuts, missed] = [0, 0, 0]
  const violations: string[] = []
  const type = async (...argv: readonly string[]) => site.run(argv, direct)
  try {
    await must({ ...site, run: async (argv) => type(...argv) }, 'start')
    await must({ ...site, run: async (argv) => type(...argv) }, 'advance', '--override', 'metrics,samples', '--reason', 'a test')
    const env = { ROLLOUT_STATE: storeAt(store.port), NODE_OPTIONS: `--require ${site.folder}/collect.cjs` }
    // It watches longer than a program may take otherwise.
    const running = site.launch(['run'], { env, timeout: 24 * 3_600_000 })
    const goOn = async (what: string, count = 2): Promise<void> => {
      const from = world.polls
      await until(`${what}: polls go on`, () => world.polls >= from + count)
    }
    try {
      await goOn('at first')
      for (let nth = 0; nth < rounds; nth += 1) {
        const random = seeded(seed * 100_000 + nth)
        const cut = chosen(nth, store, others)
        for (const line of cut) line.swallowAfter(Math.floor(random.next() * (line === store ? STORE_BYTES : OTHER_BYTES)))
        // Somebody else acts: the controller has something to read, and to tell.
        await type(nth % 2 === 0 ? 'pause' : 'resume')
        for (let waited = 0; waited < PATIENCE && !cut.every((line) => line.isSwallowing()); waited += 50) await sleep(50)
        await sleep(random.between(0, LONGEST))
        const silent = cut.filter((line) => line.isSwallowing()).length
        cuts += silent
        missed += silent === 0 ? 1 : 0
        for (const line of cut) line.recover(howOf(random))
        await goOn(`round ${nth}, seed ${seed}`)
        done += 1
      }
      world.errors = 50
      await until('a critical metric is taken back', () => world.word === 'false')
      const { code } = await running.ended
      if (code !== 9) violations.push(`seed ${seed}: run ended with ${code}, not 9`)
      await until(
        'people are told',
        async () => {
          if (world.told.has('rollout.rolled-back')) return true
          // What is owed any later command tells.
          await type('rollback')
          return world.told.has('rollout.rolled-back')
        },
        { every: 1000 },
      )
    } finally {
      running.kill('SIGKILL')
      await running.ended.catch(() => undefined)
    }
  } catch (thrown) {
    violations.push(`seed ${seed}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  } finally {
    await Promise.all([...lines, ...servers].map(async ({ close }) => close()))
    site.remove()
  }
  return { counts: { points: done, missed, cuts, polls: world.polls, notices: world.notices }, violations }
}

/** The store, each of the others, all of the others, everything. */
function chosen(nth: number, store: Line, others: readonly Line[]): readonly Line[] {
  const kinds = [[store], others, ...others.map((line) => [line]), [store, ...others]]
  return kinds[nth % kinds.length] ?? []
}

function howOf(random: Random): 'reset' | 'silent' {
  return random.chance(0.5) ? 'reset' : 'silent'
}

function planAt([json, prometheus, target, channel]: readonly number[]): string {
  const at = (port: number | undefined): string => `http://127.0.0.1:${port}`
  return `version: 1
name: shop
toggles: { FEATURE_X: { targets: [app] } }
targets:
  app: { use: http, url: "${at(target)}/{{name}}", body: { value: "{{value}}" }, get: { url: "${at(target)}/{{name}}", path: value }, timeout: 2s }
metrics:
  errors: { use: json, url: "${at(json)}/errors", path: errors, critical: "> 5", timeout: 1s }
  load: { use: prometheus, url: "${at(prometheus)}", query: load, critical: "> 100", timeout: 1s }
notify:
  hook: { use: webhook, url: "${at(channel)}/hook" }
interval: 200ms
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 100h, metrics: [errors, load] }
`
}

async function serve(what: (typeof OTHERS)[number], world: World) {
  const answers: { readonly [what in (typeof OTHERS)[number]]: (request: IncomingMessage, body: string) => object } = {
    json: () => {
      world.polls += 1
      return { errors: world.errors }
    },
    prometheus: () => {
      const value = [Date.now() / 1000, '1']
      return { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value }] } }
    },
    target: ({ method }, body) => {
      if (method === 'PUT') world.word = valueIn(body)
      return { value: world.word }
    },
    channel: (_, body) => {
      world.notices += 1
      world.told.add(typeIn(body))
      return {}
    },
  }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += String(part)))
    request.on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[what](request, body))))
  })
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise<void>((done) => server.close(() => done()))
  }
  return { port, close }
}

function valueIn(body: string): string {
  return /"value":"([^"]*)"/.exec(body)?.[1] ?? ''
}

function typeIn(body: string): string {
  return /"type":"([^"]*)"/.exec(body)?.[1] ?? ''
}
