import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { openEtcdStore } from '../../../src/adapters/state/etcd.ts'
import { RolloutError } from '../../../src/core/values/errors.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Journal } from '../../../src/core/journal/store.ts'
import { hasEtcd, startEtcd, type Etcd } from '../../helpers/etcd.ts'
import { lend } from '../../helpers/loan.ts'
import { freePort } from '../../helpers/port.ts'
import { serve } from '../../helpers/shell.ts'
import { CANARY, follow } from '../../helpers/stores.ts'
import { until } from '../../helpers/until.ts'

/** For one round trip, in milliseconds: on a busy machine a server takes seconds to answer. */
const PATIENT = 60_000

const isHere = hasEtcd()
if (!isHere) console.warn('SKIPPED: etcd with three members and with users needs the Debian package etcd-server')

describe('the address', () => {
  it.each<[url: string, place: string]>([
    ['etcd://a', 'etcd://a#shop'],
    ['etcd://a:2379,b:2379,10.0.0.3:2379/team/rollouts/', 'etcd://a:2379,b:2379,10.0.0.3:2379/team/rollouts#shop'],
    ['etcd+https://[::1]:2379/x', 'etcd+https://[::1]:2379/x#shop'],
    [`etcd+https://ana:${CANARY}@a,b`, 'etcd+https://a,b#shop'],
    [`etcd://ana:${CANARY}@127.0.0.1`, 'etcd://127.0.0.1#shop'],
  ])('%s', async (url, place) => {
    expect((await openEtcdStore(url, lend('/')).open('shop')).place).toBe(place)
  })

  it.each<[url: string, message: string]>([
    ['etcd://', 'the address of the state is not one of etcd'],
    ['etcd://a,,b', 'the address of the state is not one of etcd'],
    ['etcd://a:port', 'the address of the state is not one of etcd'],
    ['http://a:2379', 'the address of the state is not one of etcd'],
    [`etcd://ana:${CANARY}@a b`, 'the address of the state is not one of etcd'],
    [`etcd://ana:${CANARY}@10.0.0.1`, 'a password would go over the network unencrypted'],
    [`etcd://ana:%zz${CANARY}@127.0.0.1`, 'the address of the state is not one of etcd'],
    [`etcd://ana:%ff${CANARY}@127.0.0.1`, 'the address of the state is not one of etcd'],
  ])('%s is refused', (url, message) => {
    let thrown: unknown
    try {
      openEtcdStore(url, lend('/'))
    } catch (reason) {
      thrown = reason
    }
    expect(thrown).toMatchObject({ code: 'config', message })
    expect(JSON.stringify(thrown)).not.toContain(CANARY)
  })
})

describe('what is no etcd, or one that refuses', () => {
  it.each<[what: string, status: number, body: string, code: string, message: string]>([
    ['a page', 200, '<html>', 'config', 'answered 200'],
    ['another server', 404, 'not found', 'config', 'answered 404'],
    ['JSON of another server', 200, '{"ok":true}', 'config', 'is not what etcd answers'],
    ['a full store', 503, '{"code":8,"message":"etcdserver: mvcc: database space exceeded"}', 'unreachable', 'etcd is out of space'],
    ['no leader for good', 503, '{"code":14,"message":"etcdserver: no leader"}', 'unreachable', 'no leader'],
    ['no right', 403, '{"code":7,"message":"etcdserver: permission denied"}', 'denied', 'permission denied'],
    ['no user', 400, '{"code":3,"message":"etcdserver: user name is empty"}', 'denied', 'user name is empty'],
    ['a large event', 400, '{"code":3,"message":"etcdserver: request is too large"}', 'config', 'larger than etcd takes'],
  ])('%s', async (_, status, body, code, message) => {
    const url = await serve((__, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body))
    const journal = await openEtcdStore(url.replace('http', 'etcd'), lend('/'), 400).open('shop')
    const refusal = { code, message: expect.stringContaining(message) }
    await expect(journal.append(follow(undefined))).rejects.toMatchObject(refusal)
    await expect(journal.probe?.()).rejects.toMatchObject(refusal)
  })
})

it('what something on the way answers with is an outage, once etcd has answered', async () => {
  let asked = 0
  const url = await serve((_, response) => {
    asked += 1
    if (asked === 2) return void response.writeHead(404).end('default backend - 404')
    if (asked === 3) return void response.end('<html>sign in</html>')
    if (asked === 4) return void response.end('{"status":"maintenance"}')
    response.end('{"header":{"revision":"7"},"responses":[{"response_range":{}},{"response_range":{}}]}')
  })
  const journal = await openEtcdStore(url.replace('http', 'etcd'), lend('/'), PATIENT).open('shop')
  expect([await journal.read(), await journal.read(), asked]).toEqual([[], [], 5])
})

it('a member that dies in the middle of its answer is out of reach, and no other server', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    response.write('{"header":', () => response.destroy())
  })
  const journal = await openEtcdStore(url.replace('http', 'etcd'), lend('/'), 400).open('shop')
  await expect(journal.append(follow(undefined))).rejects.toMatchObject({ code: 'unreachable' })
})

describe.skipIf(!isHere)('etcd', () => {
  let etcd: Etcd | undefined
  afterEach(async () => etcd?.close())

  it('asks the next member where one is not there', async () => {
    etcd = await startEtcd(1)
    const url = `etcd://127.0.0.1:${await freePort()},${etcd.members.join()}`
    const store = openEtcdStore(url, lend('/'), PATIENT)
    const journal = await store.open('shop')
    await journal.probe?.()
    expect(await store.names()).toEqual([])
    expect(await journal.append(follow(undefined))).toBe('appended')
    expect(await store.names()).toEqual(['shop'])
    expect(await openEtcdStore(`${url}/elsewhere`, lend('/'), PATIENT).names()).toEqual([])
  })

  it('speaks TLS, shows its own certificate, and trusts no other authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-etcd-tls-'))
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ]
    const certify = () => execFileSync('openssl', [...made, '-keyout', 'own.key', '-out', 'own.pem'], { cwd: folder, stdio: 'ignore' })
    certify()
    const [cert, key] = [join(folder, 'own.pem'), join(folder, 'own.key')]
    const running = await startEtcd(1, { tls: { ca: cert, cert, key } })
    etcd = running
    const url = `etcd+https://${running.secure.join()}/test`
    const failing = async (address: string) => {
      const journal = await openEtcdStore(address, lend(folder), 3000).open('shop')
      return journal.read()
    }
    const journal = await openEtcdStore(`${url}?cacert=own.pem&cert=own.pem&key=own.key`, lend(folder), PATIENT).open('shop')
    expect([await journal.append(follow(undefined)), journal.place]).toEqual(['appended', `${url}#shop`])
    const heard = journal.changed(1, 60_000, new AbortController().signal)
    await sleep(200)
    await journal.append(follow((await journal.read())[0]))
    expect(await heard).toBe(true)
    await expect(failing(url)).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(/certificate/) })
    await expect(failing(`${url}?cacert=own.pem`)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(failing(`${url}?cacert=none.pem`)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('cacert of the state'),
    })
    await expect(failing(`${url}?insecure=yes`)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('no "insecure"'),
    })
    // Both sides are given other certificates while it watches.
    await running.kill(0)
    certify()
    await running.start(0)
    await until('etcd has a leader again', async () => (await running.leader()) >= 0)
    expect(await journal.read()).toHaveLength(2)
    rmSync(key)
    expect(await journal.read()).toHaveLength(2)
    rmSync(folder, { recursive: true })
  })

  it('lets a user in, again when the token has run out, and no other', async () => {
    etcd = await startEtcd(1)
    const user = { name: 'root', password: CANARY }
    await etcd.ask('/v3/auth/user/add', user)
    await etcd.ask('/v3/auth/user/grant', { user: 'root', role: 'root' })
    await etcd.ask('/v3/auth/enable', {})
    const at = `127.0.0.1:${etcd.members[0]?.split(':')[1]}`
    const journal = await openEtcdStore(`etcd://root:${CANARY}@${at}`, lend('/'), PATIENT).open('shop')
    const first = follow(undefined)
    expect(await journal.append(first)).toBe('appended')
    await etcd.kill(0)
    await etcd.start(0)
    await until('etcd has a leader again', async () => ((await etcd?.leader()) ?? -1) >= 0)
    const second = follow(first)
    expect(await journal.append(second)).toBe('appended')
    // All tokens are gone then; a member that starts again still knows them.
    const { token } = await etcd.ask('/v3/auth/authenticate', user)
    await etcd.ask('/v3/auth/disable', {}, String(token))
    await etcd.ask('/v3/auth/enable', {})
    expect(await journal.append(follow(second))).toBe('appended')
    for (const who of ['', 'root:wrong-secret@', `guest:${CANARY}@`]) {
      const refused = await openEtcdStore(`etcd://${who}${at}`, lend('/'), PATIENT).open('shop')
      const thrown: unknown = await refused.read().catch((reason: unknown) => reason)
      expect(thrown).toMatchObject({ code: 'denied' })
      expect(JSON.stringify(thrown)).not.toMatch(/secret/)
    }
  })

  it('goes on while users are asked for, changed, and asked for no more', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-etcd-jwt-'))
    writeFileSync(join(folder, 'key'), CANARY)
    const running = await startEtcd(1, { authToken: `jwt,sign-method=HS256,priv-key=${join(folder, 'key')}` })
    etcd = running
    const user = { name: 'root', password: CANARY }
    const at = `127.0.0.1:${running.members[0]?.split(':')[1]}`
    const journal = await openEtcdStore(`etcd://root:${CANARY}@${at}`, lend('/'), PATIENT).open('shop')
    const appended: Event[] = []
    const append = async (): Promise<string> => {
      appended.push(follow(appended.at(-1)))
      return journal.append(appended[appended.length - 1] as Event)
    }
    const login = async (): Promise<string> => String((await running.ask('/v3/auth/authenticate', user))['token'])
    expect(await append()).toBe('appended')
    await running.ask('/v3/auth/user/add', user)
    await running.ask('/v3/auth/user/grant', { user: 'root', role: 'root' })
    await running.ask('/v3/auth/enable', {})
    expect(await append()).toBe('appended')
    await running.ask('/v3/auth/role/add', { name: 'another' }, await login())
    expect(await append()).toBe('appended')
    await running.ask('/v3/auth/disable', {}, await login())
    expect(await append()).toBe('appended')
    expect(await journal.read()).toEqual(appended)
    rmSync(folder, { recursive: true })
  })

  it('renews a lease before it runs out, and begins a clock anew that nothing keeps', async () => {
    const running = await startEtcd(1)
    etcd = running
    const journal = await openEtcdStore(running.url, lend('/')).open('shop')
    const mine = { holder: { host: 'here', pid: 1, domain: 'boot ns', began: '1' }, since: 1 }
    const left = async (): Promise<number> => {
      const { leases } = await running.ask('/v3/lease/leases', {})
      const [{ ID }] = leases as [{ readonly ID: string }]
      return Number((await running.ask('/v3/lease/timetolive', { ID }))['TTL'])
    }
    await journal.takeLease(mine, 60_000)
    await until('some of its time is over', async () => (await left()) <= 57, { every: 100 })
    expect(await journal.takeLease(mine, 60_000)).toEqual(mine)
    expect(await left()).toBeGreaterThan(57)
    await running.ask('/v3/kv/put', { key: btoa('/test/clocks/shop'), value: btoa('clock') })
    const { at, domain } = (await journal.time?.()) ?? {}
    expect([at, domain]).toEqual([0, expect.stringMatching(/^etcd lease [1-9]/)])
  })

  it('I12: of three members the leader is killed under load: nothing acknowledged is lost', async () => {
    const cluster = await startEtcd(3)
    etcd = cluster
    const acknowledged: string[] = []
    const over = new AbortController()
    const gap = { last: performance.now(), longest: 0 }
    let failures = 0
    const work = async (journal: Journal): Promise<void> => {
      let before: Event | undefined
      while (!over.signal.aborted) {
        const event = follow(before, randomUUID())
        const outcome = await insist(journal, event, () => (failures += 1))
        if (outcome === 'appended') {
          acknowledged.push(event.id)
          before = event
          const now = performance.now()
          gap.longest = Math.max(gap.longest, now - gap.last)
          gap.last = now
        } else before = (await journal.read()).at(-1)
      }
    }
    const writers = Array.from({ length: 4 }, async () => work(await openEtcdStore(cluster.url, lend('/'), 10_000).open('shop')))
    const reach = async (count: number) => until(`${count} appends are acknowledged`, () => acknowledged.length >= count, { every: 5 })
    const unavailable: number[] = []
    for (let round = 0; round < 2; round += 1) {
      await reach(acknowledged.length + 40)
      const leader = await cluster.leader()
      Object.assign(gap, { last: performance.now(), longest: 0 })
      await cluster.kill(leader)
      await reach(acknowledged.length + 40)
      unavailable.push(gap.longest)
      await cluster.start(leader)
    }
    over.abort()
    await Promise.all(writers)
    const ids = (await (await openEtcdStore(cluster.url, lend('/'), 10_000).open('shop')).read()).map(({ id }) => id)
    expect(ids.length).toBe(new Set(ids).size)
    expect(new Set(ids)).toEqual(new Set(acknowledged))
    expect(failures).toBe(0)
    const seconds = unavailable.map((each) => (each / 1000).toFixed(1)).join(' and ')
    console.log(`etcd, 3 members, leader killed twice: unavailable ${seconds} s, ${acknowledged.length} acknowledged, 0 lost`)
  })
})

/** The same event until the store says what became of it. */
async function insist(journal: Journal, event: Event, failed: () => void): Promise<'appended' | 'taken'> {
  for (;;) {
    try {
      return await journal.append(event)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
      failed()
    }
  }
}
