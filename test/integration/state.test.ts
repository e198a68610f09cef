import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { place } from '../e2e/binary.ts'
import type { Ended } from '../helpers/launch.ts'
import { openCut } from '../helpers/cut.ts'
import { hasEtcd, startEtcd } from '../helpers/etcd.ts'
import { plainPlan } from '../helpers/plans.ts'
import { postgresPrograms, startPostgres } from '../helpers/postgres.ts'
import { fakeShell, realClock } from '../helpers/shell.ts'

/*
 * The built binary with its journal in a real PostgreSQL and in a real etcd of three members: moving it there, several
 * controllers, a store that is down, a plan that is broken or gone.
 */

interface Server {
  readonly url: string
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

const SERVERS = [
  {
    kind: 'PostgreSQL',
    /** A text that only an append sends. */
    marker: 'insert into rollout_events',
    absent: postgresPrograms() === undefined ? 'postgresql' : undefined,
    start: async () => startPostgres('s3cret-canary'),
  },
  { kind: 'etcd', marker: 'request_put', absent: hasEtcd() ? undefined : 'etcd-server', start: startMembers },
] as const

async function startMembers(): Promise<Server> {
  const etcd = await startEtcd(3)
  const all = [0, 1, 2]
  return {
    url: etcd.url,
    kill: async () => void (await Promise.all(all.map(async (nth) => etcd.kill(nth)))),
    start: async () => void (await Promise.all(all.map(async (nth) => etcd.start(nth)))),
    close: etcd.close,
  }
}

for (const { kind, absent } of SERVERS) if (absent !== undefined) console.warn(`SKIPPED: ${kind} needs the Debian package ${absent}`)

/** An application whose counters grow with every scrape, and never fail. */
async function application(): Promise<string> {
  let requests = 0
  const server = createServer((_, response) =>
    response.end(`http_requests_total{status="200"} ${(requests += 100)}\nhttp_requests_total{status="500"} 0\n`),
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  afterAll(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

describe.each(SERVERS)('state: in $kind', ({ absent, marker, start }) => {
  describe.skipIf(absent !== undefined)('one line of the plan', () => shared(start, marker))
})

function shared(start: () => Promise<Server>, marker: string): void {
  let server: Server
  let url: string
  beforeAll(async () => {
    ;[server, url] = await Promise.all([start(), application()])
  })
  afterAll(async () => server?.close())

  let names = 0
  /** A rollout of its own whose plan names the shared state. */
  const shop = () => {
    names += 1
    const plan = plainPlan(url).replace('name: shop', `name: shop${names}\nstate: ${server.url}`).replace('hold: 1m', 'hold: 1s')
    return { ...place({ 'rollout.yaml': plan, 'web.env': 'FEATURE_X=false\n' }), plan, name: `shop${names}` }
  }
  const started = async () => {
    const made = shop()
    await done(made.rollout('start'))
    await done(made.rollout('advance', '--override', 'metrics,samples', '--reason', 'first'))
    return made
  }

  it('moves a journal there and goes on, and the old one says where it went', async () => {
    const { rollout, write, plan, folder, name } = shop()
    const local = plan.replace(/^state: .*\n/m, '')
    write('rollout.yaml', local)
    await done(rollout('start'))
    await done(rollout('advance', '--override', 'metrics,samples', '--reason', 'first'))
    const moved = await done(rollout('state', 'move', server.url))
    expect(moved.out).toMatch(/^✓ \d+ events are in .*, every hash holds; the newest is [0-9a-f]{64}$/m)
    expect(moved.out).toContain(`one line of rollout.yaml to change: state: ${server.url.replace('s3cret-canary', '${STATE_PASSWORD}')}`)
    for (const late of [['status'], ['advance'], ['rollback'], ['state', 'move', server.url]])
      expect(await rollout(...late)).toMatchObject({
        code: 78,
        err: expect.stringMatching(/goes on in .*name it as state: in rollout.yaml/s),
      })
    expect((await rollout('state')).out).toContain('it goes on in')
    write('rollout.yaml', plan)
    const { out } = await rollout('status')
    expect(out).toMatch(/10%/)
    // Where the journal is makes no difference to the plan.
    expect(out).not.toContain('changed since the plan was frozen')
    await done(rollout('history', '--verify'))
    expect((await rollout('doctor')).out).toMatch(/journal: \d+ events in (?:postgres|etcd):\/\/.*every hash holds/)
    await done(rollout('rollback'), 0)
    expect(JSON.parse((await rollout('status', '--json')).out)).toMatchObject({ name, status: 'rolled back' })
    expect(`${moved.out}${out}`).not.toContain('s3cret-canary')
    // Another journal of that name is not written over.
    const other = place({ 'rollout.yaml': local, 'web.env': 'FEATURE_X=false\n' })
    await done(other.rollout('start'))
    expect(await other.rollout('state', 'move', server.url)).toMatchObject({
      code: 77,
      err: expect.stringContaining('holds another journal'),
    })
    expect(folder).not.toBe(other.folder)
  })

  it('of two controllers one watches; killed, the other takes over, and status says who', async () => {
    const { rollout, launch } = await started()
    await done(rollout('pause', '--reason', 'to look at it'), 0)
    const one = launch(['run'])
    await one.printed('watched by')
    const second = launch(['run'])
    await second.printed('this one stands by')
    const before = controllerOf(await rollout('status', '--json'))
    expect(before).toMatchObject({ watching: true })
    expect(await rollout('run', '--once')).toMatchObject({ code: 8, out: expect.stringContaining('stands by') })
    one.kill('SIGKILL')
    await one.ended
    await second.printed('watched by')
    const after = controllerOf(await rollout('status', '--json'))
    expect(after).toMatchObject({ watching: true })
    expect(after.pid).not.toBe(before.pid)
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(143)
    expect((await rollout('status')).out).not.toMatch(/watche/)
  })

  it('hangs while a controller watches: SIGINT ends it all the same, and as an interruption', async () => {
    const { launch, write, plan } = await started()
    const line = await openCut(Number(/127\.0\.0\.1:(\d+)/.exec(server.url)?.[1]))
    write('rollout.yaml', plan.replace(/127\.0\.0\.1:\d+(?:,127\.0\.0\.1:\d+)*(?=\/)/, `127.0.0.1:${line.port}`))
    const watching = launch(['run'])
    await watching.printed('watched by')
    line.freeze()
    watching.kill('SIGINT')
    expect(await watching.ended).toMatchObject({ code: 130, err: expect.stringContaining('stopped by SIGINT') })
    await line.close()
  })

  it('status --watch shows what another command does', async () => {
    const { rollout, launch } = await started()
    const watching = launch(['status', '--watch'])
    await watching.printed('RUNNING')
    await done(rollout('rollback', '--reason', 'enough'))
    await watching.printed('ROLLED BACK')
    watching.kill('SIGINT')
    expect((await watching.ended).code).toBe(130)
  })

  it('rolls back with a broken plan, and with none', async () => {
    const { rollout, launch, write, folder, plan, read, name } = await started()
    write('rollout.yaml', `${plan}\nbroken: [`)
    await done(rollout('rollback', '--reason', 'no'))
    expect(read('web.env')).toMatch(/^FEATURE_X=false$/m)
    // Without a plan the environment names the store; it holds the journals of others too, so it says which there are.
    const lost = await launch(['rollback', '--file', `${folder}/gone.yaml`], { ROLLOUT_STATE: server.url }).ended
    expect(lost).toMatchObject({ code: 78, err: expect.stringContaining(name) })
  })

  it('a store that is down: rollback says so, --break-glass goes on without, and the journal learns of it', async () => {
    const { rollout, read } = await started()
    await server.kill()
    const refused = await rollout('rollback', '--all')
    expect([refused.code, refused.err]).toEqual([69, expect.stringContaining('rollout rollback --all --break-glass')])
    expect(read('web.env')).toMatch(/^FEATURE_X=10%$/m)
    await done(rollout('rollback', '--all', '--break-glass', '--reason', 'the store is down'))
    expect(read('web.env')).toMatch(/^FEATURE_X=false$/m)
    await server.start()
    // The first command that changes something records it; nothing moves up.
    expect((await rollout('advance', '--override', 'hold,metrics,samples', '--reason', 'up')).code).toBe(9)
    expect(JSON.parse((await rollout('status', '--json')).out)).toMatchObject({ status: 'rolled back' })
    expect((await rollout('history')).out).toContain('break-glass of ana')
    expect(read('web.env')).toMatch(/^FEATURE_X=false$/m)
  })

  it('doctor tells a journal that can be read, and not written', async () => {
    const { rollout, write, plan } = await started()
    const line = await openCut(Number(/127\.0\.0\.1:(\d+)/.exec(server.url)?.[1]))
    write('rollout.yaml', plan.replace(/127\.0\.0\.1:\d+(?:,127\.0\.0\.1:\d+)*(?=\/)/, `127.0.0.1:${line.port}`))
    const [before, events] = [await rollout('doctor'), (await rollout('history', '--all')).out]
    expect(before.out).toMatch(/✓ journal: /)
    expect(before.out).not.toMatch(/✗ journal/)
    line.freeze(marker)
    const { code, out } = await rollout('doctor')
    expect([code, out]).toEqual([69, expect.stringMatching(/✗ journal: .*did not answer.*\n.*--break-glass/)])
    await line.close()
    write('rollout.yaml', plan)
    expect((await rollout('history', '--all')).out).toBe(events)
  })

  // Of PostgreSQL the rights are asked for, and nothing is sent that an append sends: its own test looks at that.
  if (marker === 'request_put')
    it('doctor tells one that cannot be written before anything was started', async () => {
      const { rollout, write, plan } = shop()
      const line = await openCut(Number(/127\.0\.0\.1:(\d+)/.exec(server.url)?.[1]))
      write('rollout.yaml', plan.replace(/127\.0\.0\.1:\d+(?:,127\.0\.0\.1:\d+)*(?=\/)/, `127.0.0.1:${line.port}`))
      expect((await rollout('doctor')).out).toContain('✓ journal: nothing was started yet')
      line.freeze(marker)
      expect((await rollout('doctor')).out).toMatch(/✗ journal: .*did not answer/)
      await line.close()
    })

  it('a rollback that cannot be written down over an unfinished step proposes nothing that goes up', async () => {
    const { rollout, write, plan } = shop()
    const stuck = plan.replace('{ use: env-file, path: web.env }', '{ use: command, set: [./set, "{{value}}"], get: [echo, "false"] }')
    write('rollout.yaml', stuck)
    await done(rollout('start'))
    const risen = await rollout('advance', '--override', 'metrics,samples', '--reason', 'first')
    expect([risen.code, `${risen.out}${risen.err}`]).toEqual([10, expect.stringContaining('./set 10%')])
    const line = await openCut(Number(/127\.0\.0\.1:(\d+)/.exec(server.url)?.[1]))
    write('rollout.yaml', stuck.replace(/127\.0\.0\.1:\d+(?:,127\.0\.0\.1:\d+)*(?=\/)/, `127.0.0.1:${line.port}`))
    line.freeze(marker)
    const { code, out, err } = await rollout('rollback')
    expect(code).toBe(69)
    expect(`${out}${err}`).not.toContain('10%')
    expect(err).toContain('rollout rollback --all --break-glass')
    await line.close()
  })

  it('a controller outlives an outage of the store, and moves nothing meanwhile', async () => {
    const { launch, read } = await started()
    const running = launch(['run'])
    await running.printed('watched by')
    await server.kill()
    await running.printed('nothing moves until the journal can be used again')
    const during = read('web.env')
    await server.start()
    const { code } = await running.ended
    expect([code, during.includes('FEATURE_X=10%') || during.includes('FEATURE_X=true')]).toEqual([0, true])
    expect(read('web.env')).toMatch(/^FEATURE_X=true$/m)
  })

  it('run --once earns hold time, each turn on another machine', async () => {
    const made = shop()
    const clock = realClock()
    const machine = () => fakeShell({ cwd: made.folder, clock: { ...clock, domain: randomUUID() } })
    await done(made.rollout('start'))
    for (let turn = 0; turn < 60 && !made.read('web.env').includes('FEATURE_X=true'); turn += 1) {
      const { run, printed } = machine()
      await run('run', '--once', '--actor', 'ana')
      expect(printed.out).not.toContain('another machine')
      await clock.sleep(500)
    }
    expect(made.read('web.env')).toContain('FEATURE_X=true')
    expect((await made.rollout('doctor')).out).toMatch(/run --once proves hold time .* on any machine/)
  })
}

async function done(ended: Promise<Ended>, code = 0): Promise<Ended> {
  const result = await ended
  expect(result, result.err).toMatchObject({ code })
  return result
}

function controllerOf({ out }: Ended): { readonly pid: number; readonly watching: boolean } {
  const { controller }: { readonly controller: { readonly pid: number; readonly watching: boolean } } = JSON.parse(out)
  return controller
}
