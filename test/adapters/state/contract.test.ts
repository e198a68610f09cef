import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seal } from '../../../src/adapters/state/seal.ts'
import { RolloutError } from '../../../src/core/values/errors.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import type { Journal, Lease } from '../../../src/core/journal/store.ts'
import { openCut } from '../../helpers/cut.ts'
import { CANARY, follow, KINDS, type Engine, type Kind } from '../../helpers/stores.ts'
import { until } from '../../helpers/until.ts'

const WRITERS = 20
const EACH = 5
const MANY = 2000
const TIMED = 200

async function filled(journal: Journal, count: number): Promise<readonly Event[]> {
  const events: Event[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const event = follow(events.at(-1))
    expect(await journal.append(event)).toBe('appended')
    events.push(event)
  }
  return events
}

/** Appends `count` events as a command does: at the newest number it knows of, and once more when somebody else was first. */
async function write(journal: Journal, count: number): Promise<readonly string[]> {
  const acknowledged: string[] = []
  let events = [...(await journal.read())]
  while (acknowledged.length < count) {
    const event = follow(events.at(-1), randomUUID())
    if ((await journal.append(event)) === 'appended') {
      acknowledged.push(event.id)
      events.push(event)
    } else events = [...events, ...(await journal.read(events.at(-1)?.seq ?? 0))]
  }
  return acknowledged
}

/** The same event until the store says what became of it. */
async function insist(journal: Journal, event: Event): Promise<'appended' | 'taken'> {
  for (;;) {
    try {
      return await journal.append(event)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
    }
  }
}

function lastOf(events: readonly Event[]): Event {
  const last = events.at(-1)
  if (!last) throw new Error('there are some')
  return last
}

function altered(event: Event, other: { readonly seq?: number; readonly previous?: string }): Event {
  const { hash, ...stamped } = event
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  return seal({ ...stamped, ...other })
}

/** More than a stack holds, and yet JSON. */
function deep(event: Event | undefined): string {
  return JSON.stringify({ ...event, deep: '?' }).replace('"?"', `${'['.repeat(50_000)}${']'.repeat(50_000)}`)
}

const leaseOf = (pid: number): Lease => ({ holder: { host: 'there', pid, domain: 'boot ns', began: '1' }, since: 1000 + pid })

const checkpointOf = ({ seq, hash }: Event, state = {}) => ({ seq, hash, fold: '1', state })

async function failure(work: Promise<unknown>): Promise<RolloutError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (thrown instanceof RolloutError) return thrown
  throw new Error(`a bug: ${String(thrown)}`)
}

for (const { kind, absent } of KINDS) if (absent !== undefined) console.warn(`SKIPPED: the store ${kind} needs the ${absent}`)

describe.each(KINDS)('the store $kind', ({ kind, absent, start }: Kind) => {
  // In CI a skipped test is a failure: the reason is printed above.
  describe.skipIf(absent !== undefined)('keeps the contract', () => contract(kind, start))
})

function contract(kind: string, start: Kind['start']): void {
  let engine: Engine
  let running: Engine | undefined
  let names = 0

  beforeAll(async () => {
    running = await start()
    engine = running
  })
  // Undefined where it did not start.
  afterAll(async () => running?.close())

  const fresh = async (): Promise<{ readonly journal: Journal; readonly name: string }> => {
    const name = `shop-${(names += 1)}`
    return { name, journal: await engine.open().open(name) }
  }

  it('has no journal before the first event, and names each that has one', async () => {
    expect(await engine.open().names()).toEqual([])
    const store = engine.open()
    const begun = ['shop', 'shop-a', 'shop.b', 'shop0', 'shop@prod']
    for (const name of begun) {
      const journal = await store.open(name)
      expect([await journal.read(), await journal.checkpoint()]).toEqual([[], undefined])
      await filled(journal, 2)
    }
    await store.open('not-begun')
    expect((await store.names()).toSorted()).toEqual(begun.toSorted())
  })

  it('lends the lease to one at a time, until it runs out, is given back, or its holder is known to be gone', async () => {
    const { journal, name } = await fresh()
    await filled(journal, 1)
    const other = await engine.open().open(name)
    const [mine, theirs] = [leaseOf(1), leaseOf(2)]
    expect(await journal.lease()).toBeUndefined()
    expect([await journal.takeLease(mine, 60_000), await other.takeLease(theirs, 60_000)]).toEqual([mine, mine])
    expect([await journal.takeLease(mine, 60_000), await other.lease()]).toEqual([mine, mine])
    expect(await other.takeLease(theirs, 60_000, leaseOf(3))).toEqual(mine)
    expect(await other.takeLease(theirs, 60_000, mine)).toEqual(theirs)
    // It is not this one's any more.
    await journal.dropLease(mine)
    expect([await journal.takeLease(mine, 60_000), await journal.lease()]).toEqual([theirs, theirs])
    await other.dropLease(theirs)
    expect([await journal.lease(), await journal.takeLease(mine, 1000)]).toEqual([undefined, mine])
    // Renewed, it lasts; without that it ends. etcd makes two seconds of one.
    await sleep(600)
    expect(await journal.takeLease(mine, 1000)).toEqual(mine)
    await until('the lease has run out', async () => (await other.lease()) === undefined, { every: 100 })
    expect(await other.takeLease(theirs, 60_000)).toEqual(theirs)
    expect(await journal.read()).toHaveLength(1)
  })

  it('has a clock that all who ask it share, unless it is a folder', async () => {
    const { journal, name } = await fresh()
    if (kind === 'file') return expect(journal.time).toBeUndefined()
    const other = await engine.open().open(name)
    const before = performance.now()
    const first = await journal.time?.()
    const again = await other.time?.()
    await new Promise((done) => setTimeout(done, 1100))
    const last = await other.time?.()
    const passed = performance.now() - before
    expect(first?.domain).toMatch(/./)
    expect([again?.domain, last?.domain]).toEqual([first?.domain, first?.domain])
    const seen = (last?.at ?? Number.NaN) - (first?.at ?? Number.NaN)
    // In whole seconds in one of them.
    expect(seen).toBeGreaterThanOrEqual(100)
    expect(seen).toBeLessThanOrEqual(passed + 1000)
  })

  it('tells of an event that others append, and of none that is known or of another journal', async () => {
    const { journal, name } = await fresh()
    const { journal: elsewhere } = await fresh()
    const [first] = await filled(journal, 1)
    const other = await engine.open().open(name)
    const { signal } = new AbortController()
    expect(await other.changed(0, 60_000, signal)).toBe(true)
    expect(await other.changed(1, 50, signal)).toBe(false)
    const heard = other.changed(1, 60_000, signal)
    await sleep(300)
    await journal.append(follow(first))
    expect(await heard).toBe(true)
    const quiet = other.changed(2, 1000, signal)
    await filled(elsewhere, 2)
    expect(await quiet).toBe(false)
    const stopping = new AbortController()
    const stopped = other.changed(2, 60_000, stopping.signal)
    stopping.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
  })

  it.each(['', '../up', 'Shop', 'a/b', 'x'.repeat(101)])('"%s" cannot name a journal', async (name) => {
    await expect(engine.open().open(name)).rejects.toMatchObject({ code: 'config', message: `"${name}" cannot name a journal` })
  })

  it('gives back what was appended, from the start and from anywhere', async () => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 5)
    const other = await engine.open().open(name)
    for (const after of [0, 1, 4, 5]) expect(await other.read(after)).toEqual(events.slice(after))
    await expect(other.read(6)).rejects.toMatchObject({ code: 'config', message: 'event 6 is missing' })
  })

  it('I1, I14: of two events with one number the first wins, and the other changes nothing', async () => {
    const { journal, name } = await fresh()
    const [first] = await filled(journal, 1)
    const other = await engine.open().open(name)
    expect(await journal.append(follow(first, 'mine'))).toBe('appended')
    expect(await other.append(follow(first, 'theirs'))).toBe('taken')
    expect(await journal.append(follow(undefined, 'late'))).toBe('taken')
    expect((await other.read()).map(({ id }) => id)).toEqual(['id-1', 'mine'])
  })

  it('I2: the same event again is appended once: its answer had been lost', async () => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 2)
    const other = await engine.open().open(name)
    for (const event of events) expect([await journal.append(event), await other.append(event)]).toEqual(['appended', 'appended'])
    expect(await journal.read()).toEqual(events)
  })

  it.each<[string, (newest: Event) => Event, string]>([
    ['a gap', (newest) => follow({ ...newest, seq: 7 }), 'event 7 is missing'],
    ['a fork', (newest) => follow({ ...newest, hash: 'another' }), 'event 4 would not follow the one before it'],
    ['a fork in the middle', (newest) => altered(newest, { previous: 'x' }), 'event 3 would not follow the one before it'],
    ['a second beginning', () => altered(follow(undefined), { previous: 'x' }), 'event 1 would not follow the one before it'],
  ])('I1: refuses %s', async (_, event, message) => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 3)
    const other = await engine.open().open(name)
    for (const each of [journal, other]) await expect(each.append(event(lastOf(events)))).rejects.toMatchObject({ code: 'config', message })
    expect(await journal.read()).toEqual(events)
  })

  it.each([0, -1, 1.5, Number.NaN, 1e12])('%s is not the number of an event', async (seq) => {
    const { journal } = await fresh()
    await expect(journal.append(altered(follow(undefined), { seq }))).rejects.toThrow('is not the number of an event')
  })

  it('an event that does not match its hash is a bug of the caller, and is not written', async () => {
    const { journal } = await fresh()
    await expect(journal.append({ ...follow(undefined), actor: 'eve' })).rejects.toThrow('does not match its hash')
    expect(await journal.read()).toEqual([])
  })

  it(`I1, I2, I12: ${WRITERS} writers at once: no gap, no fork, nothing acknowledged is lost`, async () => {
    const { journal, name } = await fresh()
    const writers = Array.from({ length: WRITERS }, async () => write(await engine.open().open(name), EACH))
    const acknowledged = (await Promise.all(writers)).flat()
    const events = await journal.read()
    expect(events.length).toBe(WRITERS * EACH)
    expect(new Set(events.map(({ id }) => id))).toEqual(new Set(acknowledged))
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, nth) => nth + 1))
    expect(events.slice(1).map(({ previous }) => previous)).toEqual(events.slice(0, -1).map(({ hash }) => hash))
  })

  it.each<[string, (events: readonly Event[]) => string | undefined, string]>([
    ['was changed', (events) => JSON.stringify({ ...events[2], actor: 'eve' }), 'event 3 was changed or is damaged'],
    ['is no JSON', () => '{"seq": 3', 'event 3 was changed or is damaged'],
    ['is nested too deeply', (events) => deep(events[2]), 'event 3 was changed or is damaged'],
    ['is another', (events) => JSON.stringify(events[1]), 'event 3 was changed or is damaged'],
    ['was forked', (events) => JSON.stringify(follow({ ...lastOf(events), seq: 2 }, 'fork')), 'event 3 does not follow the one before it'],
    ['is gone', () => undefined, 'event 3 is missing, but'],
  ])('an event that %s is never taken for one', async (_, text, message) => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 4)
    await engine.tamper(name, 3, text(events))
    const thrown = await failure(journal.read())
    expect([thrown.code, thrown.message]).toEqual(['config', expect.stringContaining(message)])
    expect(thrown.problems[0]?.hint).toContain('backup')
    await expect((await engine.open().open(name)).append(follow(events[2], 'next'))).rejects.toMatchObject({ code: 'config' })
  })

  it('I1: an event that went away after it was read has no successor', async () => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 3)
    await journal.read()
    await engine.tamper(name, 3, undefined)
    await expect(journal.append(follow(lastOf(events)))).rejects.toMatchObject({ code: 'config', message: 'event 3 is missing' })
    expect(await journal.read()).toEqual(events.slice(0, 2))
  })

  it('keeps a checkpoint, and never an older one in its place', async () => {
    const { journal, name } = await fresh()
    const [first, second, third] = await filled(journal, 3)
    if (!first || !second || !third) throw new Error('there are three')
    await journal.keep(checkpointOf(second, { exposure: 12.5, name: 'ä' }))
    expect(await (await engine.open().open(name)).checkpoint()).toEqual(checkpointOf(second, { exposure: 12.5, name: 'ä' }))
    await journal.keep(checkpointOf(first))
    expect(await journal.checkpoint()).toEqual(checkpointOf(second, { exposure: 12.5, name: 'ä' }))
    await journal.keep(checkpointOf(third))
    expect(await journal.checkpoint()).toEqual(checkpointOf(third))
  })

  it('a checkpoint of another history does not count', async () => {
    const { journal } = await fresh()
    const events = await filled(journal, 2)
    await journal.keep({ ...checkpointOf(lastOf(events)), hash: 'another' })
    expect(await journal.checkpoint()).toBeUndefined()
  })

  it('a tail that was cut off is seen by the checkpoint', async () => {
    const { journal, name } = await fresh()
    const events = await filled(journal, 3)
    await journal.keep(checkpointOf(lastOf(events)))
    await engine.tamper(name, 3, undefined)
    await expect(journal.read(1)).rejects.toMatchObject({ code: 'config', message: 'event 3 is missing, but there were 3' })
    for (const seq of [1, 2]) await engine.tamper(name, seq, undefined)
    await expect(journal.read()).rejects.toMatchObject({ code: 'config' })
  })

  it(`reads ${MANY} events, and appends after them`, async () => {
    const { journal, name } = await fresh()
    const events: Event[] = []
    for (let nth = 0; nth < MANY; nth += 1) events.push(follow(events.at(-1)))
    await engine.plant(name, events)
    const began = performance.now()
    expect(await journal.read()).toEqual(events)
    const read = performance.now() - began
    expect((await journal.read(MANY - 1)).map(({ seq }) => seq)).toEqual([MANY])
    let newest = lastOf(events)
    for (let nth = 0; nth < TIMED; nth += 1) {
      newest = follow(newest)
      expect(await journal.append(newest)).toBe('appended')
    }
    const each = (performance.now() - began - read) / TIMED
    expect((await journal.read(MANY)).length).toBe(TIMED)
    console.log(`${kind}: ${each.toFixed(2)} ms per append, ${read.toFixed(0)} ms to read ${MANY} events`)
  })

  if (kind === 'file') return

  const serverOf = (): NonNullable<Engine['server']> => {
    if (!engine.server) throw new Error('it has a server')
    return engine.server
  }

  it('an answer that was lost is found by the id: appended once', async () => {
    const cut = await openCut(serverOf().port)
    const { journal, name } = await fresh()
    const events = await filled(journal, 2)
    const far = await engine.open({ port: cut.port }).open(name)
    await far.read()
    cut.arm(serverOf().marker)
    const event = follow(lastOf(events), 'cut')
    expect([await far.append(event), cut.lost]).toEqual(['appended', 1])
    expect(await journal.read()).toEqual([...events, event])
    await cut.close()
  })

  it('an interruption ends a call with its own reason', async () => {
    const interrupted = new AbortController()
    const journal = await engine.open({ signal: interrupted.signal }).open('shop')
    await journal.read()
    interrupted.abort(new Error('SIGINT'))
    await expect(journal.read()).rejects.toThrow('SIGINT')
  })

  it('where nobody listens it is unreachable, at once and without its password', async () => {
    const journal = await engine.open({ port: 1, deadline: 60_000 }).open('shop')
    for (const thrown of [await failure(journal.read()), await failure(journal.append(follow(undefined)))]) {
      expect(thrown.code).toBe('unreachable')
      expect(JSON.stringify([thrown.problems, journal.place])).not.toContain(CANARY)
      expect(thrown.problems[0]?.where?.file).toContain('127.0.0.1:1')
      expect(thrown.problems[0]?.hint).toContain('--break-glass')
    }
    await journal.keep(checkpointOf(follow(undefined)))
  })

  it('one that accepts and says nothing is unreachable after the deadline', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined))
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    const address = silent.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const journal = await engine.open({ port, deadline: 300 }).open('shop')
    const thrown = await failure(journal.append(follow(undefined)))
    expect([thrown.code, thrown.message]).toEqual(['unreachable', expect.stringContaining('did not answer within 300ms')])
    expect(JSON.stringify(thrown.problems)).not.toContain(CANARY)
    silent.close()
  })

  it('I12: killed under load and started again: nothing acknowledged is lost, nothing is there twice', async () => {
    const { name } = await fresh()
    const { kill, start: restart } = serverOf()
    const acknowledged: string[] = []
    const over = new AbortController()
    const writers = Array.from({ length: 4 }, async () => {
      const journal = await engine.open().open(name)
      let before: Event | undefined
      while (!over.signal.aborted) {
        const event = follow(before, randomUUID())
        if ((await insist(journal, event)) === 'appended') {
          acknowledged.push(event.id)
          before = event
        } else before = (await reread(journal)).at(-1)
      }
    })
    const reach = async (count: number) => until(`${count} appends are acknowledged`, () => acknowledged.length >= count, { every: 5 })
    for (let round = 0; round < 3; round += 1) {
      await reach(acknowledged.length + 20)
      await kill()
      await restart()
    }
    await reach(acknowledged.length + 20)
    over.abort()
    await Promise.all(writers)
    const ids = (await reread(await engine.open().open(name))).map(({ id }) => id)
    expect(ids.length).toBe(new Set(ids).size)
    expect(new Set(ids)).toEqual(new Set(acknowledged))
    console.log(`${kind}: 3 kills under load, ${acknowledged.length} acknowledged, 0 lost`)
  })

  async function reread(journal: Journal): Promise<readonly Event[]> {
    for (;;) {
      try {
        return await journal.read()
      } catch (thrown) {
        if (!(thrown instanceof RolloutError) || thrown.code !== 'unreachable') throw thrown
      }
    }
  }
}
