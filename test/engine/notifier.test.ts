import { describe, expect, it } from 'vitest'
import type { OpenChannel } from '../../src/adapters/channels.ts'
import { AUDIENCES } from '../../src/core/values/notice-kind.ts'
import type { Event, Fact } from '../../src/core/journal/event.ts'
import type { Notice } from '../../src/core/journal/notice.ts'
import { owedTo } from '../../src/core/journal/owed-to.ts'
import type { Channel } from '../../src/core/plan/plan.ts'
import type { Clock } from '../../src/core/ports.ts'
import { openNotifier, type Sender } from '../../src/engine/notifier.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { run } from '../../src/engine/run.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { phase, plan, value, watch } from '../helpers/core.ts'
import { realClock } from '../helpers/loan.ts'
import { memoryJournal } from '../helpers/memory.ts'
import { fakeEngine, fakeMetric, fakeTarget } from '../helpers/world.ts'

const channel: Channel = { use: 'fake', options: {}, audience: 'team', events: AUDIENCES.team, timeout: 1000 }
const PLAN = plan({ notify: { ops: channel, chat: channel } })
const NEVER = 60_000
const why = { code: 'operator', text: 'wait' } as const

/** A channel that keeps what it is sent, and does with it what the test says. */
function fakeChannel(name: string, behave: (notice: Notice, signal: AbortSignal, nth: number) => Promise<void> = async () => undefined) {
  const sent: Notice[] = []
  const open: OpenChannel = {
    name,
    send: async (notice, signal) => {
      sent.push(notice)
      await behave(notice, signal, sent.length)
    },
    probe: async () => '',
  }
  return { open, sent, kinds: () => sent.map(({ kind }) => kind) }
}
/** Waits in real time, so that a channel can answer; all else of the clock is the test's. */
const awake = (clock: Clock): Clock => ({ ...clock, sleep: async (duration, signal) => realClock.sleep(duration, signal) })
const hangs = async (_: Notice, signal: AbortSignal): Promise<void> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
const fails = async (): Promise<never> => Promise.reject(new Error('answered 503'))
const refuses = async (): Promise<never> => Promise.reject(Object.assign(new Error('answered 413'), { refused: true }))

async function opened(channels: readonly OpenChannel[], journal = memoryJournal()) {
  const { engine, clock } = await fakeEngine(PLAN, { targets: [], journal })
  const append = async (fact: Fact) => engine.writer.append(fact, { actor: 'ana' })
  const sender: Sender = { ...engine, clock: awake(clock), channels }
  const notified = (): readonly Extract<Event, { type: 'notified' }>[] =>
    journal.events.flatMap((event) => (event.type === 'notified' ? [event] : []))
  return { engine, clock, sender, append, notified, journal }
}

describe('the notifier', () => {
  it('tells each channel in order, and takes down what it told with one event', async () => {
    const [ops, chat] = [fakeChannel('ops'), fakeChannel('chat')]
    const { sender, append, notified } = await opened([ops.open, chat.open])
    await append({ type: 'paused', why })
    await append({ type: 'resumed' })
    const notifier = openNotifier(sender)
    await notifier.turn()
    expect(await notifier.end(NEVER)).toEqual([])
    expect([ops.kinds(), chat.kinds()]).toEqual([
      ['started', 'paused', 'resumed'],
      ['started', 'paused', 'resumed'],
    ])
    expect(notified()).toMatchObject([
      { channel: 'ops', through: 3, attempts: 1, actor: 'auto' },
      { channel: 'chat', through: 3, attempts: 1 },
    ])
    expect(stateOf(sender).outbox?.notices).toEqual([])
  })

  it('a channel that never answers holds up neither a turn nor another channel', async () => {
    const [ops, chat] = [fakeChannel('ops', hangs), fakeChannel('chat')]
    const { sender, append, notified } = await opened([ops.open, chat.open])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    await notifier.turn()
    await notifier.turn()
    await notifier.soon(50)
    expect(chat.kinds()).toEqual(['started', 'paused'])
    expect(await notifier.end(50)).toEqual([{ channel: 'ops', error: 'has not answered yet' }])
    expect(notified().map(({ channel: name }) => name)).toEqual(['chat'])
    expect(owedTo(PLAN, stateOf(sender).outbox, 'ops').map(({ kind }) => kind)).toEqual(['started', 'paused'])
  })

  it('what failed is tried again, later and later, and what came before it is not sent twice', async () => {
    const ops = fakeChannel('ops', async (notice, _, nth) => (notice.kind === 'paused' && nth < 4 ? fails() : undefined))
    const { sender, clock, append, notified } = await opened([ops.open])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    for (const wait of [0, 4999, 1, 9999, 1]) {
      clock.advance(wait)
      await notifier.turn()
      await notifier.soon(NEVER)
    }
    expect(ops.kinds()).toEqual(['started', 'paused', 'paused', 'paused'])
    expect(notified().map(({ through, attempts }) => [through, attempts])).toEqual([
      [1, 1],
      [2, 3],
    ])
  })

  it('a crash after the message and before the journal tells it again with the same id: never lost', async () => {
    let isDown = true
    const journal = memoryJournal((event) => {
      if (event.type === 'notified' && isDown) throw new Error('the process dies here')
    })
    const before = fakeChannel('ops')
    const first = await opened([before.open], journal)
    const notifier = openNotifier(first.sender)
    await notifier.turn()
    await expect(notifier.soon(NEVER)).rejects.toThrow('the process dies here')
    isDown = false
    const after = fakeChannel('ops')
    const writer = await openWriter({ journal, clock: first.clock, uuid: () => `after-${Math.random()}`, version: 'test' })
    const next = openNotifier({ ...first.sender, writer, channels: [after.open] })
    await next.turn()
    await next.end(NEVER)
    expect(after.sent).toEqual(before.sent)
    const third = fakeChannel('ops')
    const last = openNotifier({ ...first.sender, writer, channels: [third.open] })
    await last.turn()
    await last.end(NEVER)
    expect(third.sent).toEqual([])
  })

  it('an event with two messages is told only with both', async () => {
    const steps = [
      { to: 10, hold: 0 },
      { to: 100, hold: 0, approval: { group: 'managers', count: 1 } },
    ]
    const ops = fakeChannel('ops', async ({ kind }, _, nth) => (kind === 'approval-needed' && nth < 5 ? fails() : undefined))
    const { sender, append, notified, clock } = await opened([ops.open])
    await append({ type: 'replanned', plan: { ...PLAN, phases: [phase({ steps })] }, digest: 'd', files: {}, baseline: { A: 0 } })
    await append({ type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why })
    await append({ type: 'arrived', intent: 3, missing: [], watch: watch() })
    const notifier = openNotifier(sender)
    for (let nth = 0; nth < 2; nth += 1) {
      await notifier.turn()
      await notifier.soon(NEVER)
      clock.advance(5000)
    }
    expect(ops.kinds()).toEqual(['started', 'replanned', 'advanced', 'approval-needed', 'approval-needed'])
    expect(notified().map(({ through }) => through)).toEqual([2, 4])
  })

  it('is given up after many attempts, once, and what comes next is told', async () => {
    const ops = fakeChannel('ops', async ({ kind }) => (kind === 'started' ? fails() : undefined))
    const { sender, append, notified, clock } = await opened([ops.open])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    for (let nth = 0; nth < 40; nth += 1) {
      await notifier.turn()
      await notifier.soon(NEVER)
      clock.advance(300_000)
    }
    expect(notified()).toMatchObject([{ through: 1, attempts: 24, error: 'answered 503' }, { through: 2 }])
    expect(ops.kinds()).toEqual([...Array.from({ length: 24 }, () => 'started'), 'paused'])
  })

  it('what is refused for good holds up nothing after it, and is given up once that has got through', async () => {
    const ops = fakeChannel('ops', async ({ kind }) => (kind === 'started' ? refuses() : undefined))
    const { sender, append, notified } = await opened([ops.open])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    await notifier.turn()
    expect(await notifier.end(NEVER)).toEqual([{ channel: 'ops', refused: 1, error: 'answered 413' }])
    expect(ops.kinds()).toEqual(['started', 'paused'])
    expect(notified()).toMatchObject([{ through: 1, attempts: 1, error: 'answered 413' }, { through: 2 }])
    expect(owedTo(PLAN, stateOf(sender).outbox, 'ops')).toEqual([])
  })

  it('what is new goes at once past what was refused, and not past what was not answered', async () => {
    const ops = fakeChannel('ops', async ({ kind }) => (kind === 'started' ? refuses() : undefined))
    const chat = fakeChannel('chat', async ({ kind }) => (kind === 'started' ? fails() : undefined))
    const { sender, append, notified } = await opened([ops.open, chat.open])
    const notifier = openNotifier(sender)
    const turn = async () => {
      await notifier.turn()
      await notifier.soon(NEVER)
    }
    await turn()
    await append({ type: 'paused', why })
    await turn()
    expect([ops.kinds(), chat.kinds()]).toEqual([['started', 'paused'], ['started']])
    expect(notified().map(({ channel: name, through }) => [name, through])).toEqual([
      ['ops', 1],
      ['ops', 2],
    ])
  })

  it('a channel that refuses everything stays owed everything, in order, until it takes it', async () => {
    let isShut = true
    const ops = fakeChannel('ops', async () => (isShut ? refuses() : undefined))
    const { sender, append, notified, clock } = await opened([ops.open])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    for (const wait of [0, 4999]) {
      clock.advance(wait)
      await notifier.turn()
      await notifier.soon(NEVER)
    }
    expect([ops.kinds(), notified()]).toEqual([['started', 'paused'], []])
    isShut = false
    clock.advance(1)
    await notifier.turn()
    await notifier.end(NEVER)
    expect(ops.kinds()).toEqual(['started', 'paused', 'started', 'paused'])
    expect(notified()).toMatchObject([{ through: 2, attempts: 2 }])
  })

  it('whom of a channel a message did not reach is taken down with it, and said', async () => {
    const note = 'mail.example.com takes no mail for ben@example.com'
    const ops = fakeChannel('ops')
    const { sender, append, notified } = await opened([{ ...ops.open, send: async () => note }])
    await append({ type: 'paused', why })
    const notifier = openNotifier(sender)
    await notifier.turn()
    expect(await notifier.end(NEVER)).toEqual([{ channel: 'ops', partly: true, error: note }])
    expect(notified()).toMatchObject([{ through: 2, attempts: 1, note }])
  })

  it('is left alone for as long as the server asks', async () => {
    const busy = Object.assign(new Error('answered 429'), { retryAfter: 90_000 })
    const ops = fakeChannel('ops', async (_, _signal, nth) => (nth === 1 ? Promise.reject(busy) : undefined))
    const { sender, clock } = await opened([ops.open])
    const notifier = openNotifier(sender)
    const counts: number[] = []
    for (const wait of [0, 89_999, 1]) {
      clock.advance(wait)
      await notifier.turn()
      await notifier.soon(NEVER)
      counts.push(ops.sent.length)
    }
    expect(counts).toEqual([1, 1, 2])
  })

  it('is given up when it is a day old, and not before it was tried', async () => {
    const ops = fakeChannel('ops', fails)
    const { sender, notified, clock } = await opened([ops.open])
    clock.jump(2 * 86_400_000)
    const notifier = openNotifier(sender)
    await notifier.soon(NEVER)
    expect(notified()).toEqual([])
    await notifier.turn()
    await notifier.end(NEVER)
    expect(notified()).toMatchObject([{ through: 1, attempts: 1, error: 'answered 503' }])
  })

  it('a journal that is out of reach is no reason to end; nothing is lost', async () => {
    const { RolloutError } = await import('../../src/core/values/errors.ts')
    let isDown = true
    const journal = memoryJournal((event) => {
      if (event.type === 'notified' && isDown) throw new RolloutError('unreachable', { message: 'the store is down' })
    })
    const ops = fakeChannel('ops')
    const { sender, notified } = await opened([ops.open], journal)
    const notifier = openNotifier(sender)
    await notifier.turn()
    await notifier.soon(NEVER)
    expect(notified()).toEqual([])
    isDown = false
    await notifier.turn()
    await notifier.end(NEVER)
    expect([ops.kinds(), notified().length]).toEqual([['started'], 1])
  })
})

describe('a run with channels', () => {
  it('rolls back before it tells, whether or not anybody answers', async () => {
    const web = fakeTarget('web')
    const { engine, clock, journal } = await fakeEngine(PLAN, {
      targets: [web],
      metrics: [fakeMetric('errors', () => value(0.09, clock.now()))],
    })
    const held: string[] = []
    const ops = fakeChannel('ops', async (notice, signal) => {
      held.push(`${notice.kind} with A=${web.words['A']}`)
      return hangs(notice, signal)
    })
    await engine.writer.append({ type: 'intended', move: 'advance', cursor: 0, exposures: { A: 10 }, why }, { actor: 'ana' })
    const chat = fakeChannel('chat', async ({ kind }) => void held.push(`${kind} to chat with A=${web.words['A']}`))
    const notifier = openNotifier({ ...engine, clock: awake(clock), channels: [ops.open, chat.open] })
    const short = { ...notifier, soon: async () => notifier.soon(20), end: async () => notifier.end(20) }
    let last = ''
    for await (const { state } of run(engine, {
      controller: { host: 'h', pid: 1, domain: 'd', began: '1' },
      alive: () => undefined,
      notifier: short,
    }))
      last = state.status
    expect([last, web.words['A']]).toEqual(['rolled back', 'false'])
    expect(held).toContain('rolled-back to chat with A=false')
    expect(ops.kinds()).toEqual(['started'])
    expect(await journal.read()).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'notified', channel: 'chat' })]))
  })
})
