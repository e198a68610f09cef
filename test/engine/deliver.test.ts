import { describe, expect, it } from 'vitest'
import type { OpenTarget } from '../../src/adapters/open.ts'
import type { Fact } from '../../src/core/journal/event.ts'
import { identityOf } from '../../src/core/journal/identity.ts'
import type { Words } from '../../src/core/ports.ts'
import { TOMBSTONE, type Mark } from '../../src/core/toggle/mark.ts'
import { deliver } from '../../src/engine/deliver.ts'
import { stateOf } from '../../src/engine/engine.ts'
import { finish, intend, move, type Moving } from '../../src/engine/move.ts'
import { openSharedJournal } from '../../src/engine/shared-journal.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { phase, plan, toggle, watch } from '../helpers/core.ts'
import { fakeEngine, fakeTarget } from '../helpers/world.ts'

const SETTLE = 10_000
const WHY = { code: 'operator', text: 'go' } as const
const ANA = { actor: 'ana' }
/** Four toggles on one target, that go up together. */
const PLAN = plan({
  toggles: Object.fromEntries(['A', 'B', 'C'].map((variable) => [variable, toggle({ variable })])),
  metrics: {},
  phases: [phase({ toggles: ['A', 'B', 'C'], order: 'one-by-one', steps: [{ to: 10, hold: 0 }], metrics: [] })],
})
const OFF = { A: 0, B: 0, C: 0 }
const FIRST = { cursor: 0, exposures: { ...OFF, A: 10 } }
const SECOND = { cursor: 1, exposures: { ...OFF, A: 10, B: 10 } }
const WATCH = watch({})
const LOW = { A: 'false', B: 'false', C: 'false' }

const up = (to: Moving['to']): Moving => ({ do: 'advance', to, why: WHY })
const back = (to: Moving['to'] = { cursor: -1, exposures: OFF }): Moving => ({ do: 'rollback', to, why: WHY })
const intended = ({ do: to, to: { cursor, exposures }, why }: Moving): Fact => ({ type: 'intended', move: to, cursor, exposures, why })

/** A target that refuses older numbers, or one that does not, and what was sent to it: its words in their order, and what it was known to hold. */
async function shop(isFenced = true) {
  const web = fakeTarget('web', LOW)
  const sent: { readonly words: readonly string[]; readonly held: Words | undefined }[] = []
  const news: (boolean | undefined)[] = []
  const target: OpenTarget & { write: OpenTarget['write']; marks: OpenTarget['marks'] } = {
    ...web,
    settle: isFenced ? 0 : SETTLE,
    marks: async () => (isFenced ? web.marks(made.engine.signal) : []),
    write: async (words, fence, signal, held) => {
      sent.push({ words: Object.keys(words), held })
      news.push(fence.isNews)
      await web.write(words, isFenced ? fence : { ...fence, over: [web.epoch] }, signal, held)
    },
  }
  const made = await fakeEngine(PLAN, { targets: [target] })
  const once = async (intent = stateOf(made.engine).intent, isSent = false) => {
    if (!intent) throw new Error('nothing is intended')
    return deliver(made.engine, intent, target, openSharedJournal(made.engine), isSent)
  }
  return { ...made, web, target, sent, news, once }
}

it('goes by an older mark of a target only where it held these words before', async () => {
  const { engine, news, once } = await shop()
  await move(engine, up(FIRST), ANA)
  await move(engine, { ...back(FIRST), others: ['web'] }, ANA)
  await intend(engine, up(SECOND), ANA)
  await intend(engine, back(FIRST), ANA)
  await once()
  expect(news).toEqual([true, false, true])
})

describe('what a target is known to hold', () => {
  it('is what the journal says, where this process has made the intent, and what moves is sent first', async () => {
    const { engine, sent } = await shop()
    await move(engine, up(FIRST), ANA)
    await move(engine, up(SECOND), ANA)
    expect(sent).toEqual([
      { words: ['A', 'B', 'C'], held: LOW },
      { words: ['B', 'A', 'C'], held: { ...LOW, A: '10%' } },
    ])
  })

  it.each([
    ['nothing at one that must be given a number with every word', true, undefined],
    ['all but the words that move elsewhere', false, { A: '10%', C: 'false' }],
  ])('is %s, where another process has made it', async (_, isFenced, held) => {
    const { engine, journal, clock, sent } = await shop(isFenced)
    await move(engine, up(FIRST), ANA)
    await intend(engine, up(SECOND), ANA)
    const writer = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
    await finish({ ...engine, writer }, { do: 'finish', why: WHY })
    expect(sent.at(-1)).toEqual({ words: ['B', 'A', 'C'], held })
    // A place that refuses older numbers needs no trace of who else writes.
    expect((await journal.read()).some(({ type }) => type === 'joined')).toBe(!isFenced)
  })

  it('is not what the journal says where an older intent was not confirmed', async () => {
    const { engine, web, sent } = await shop(false)
    await move(engine, up(FIRST), ANA)
    web.fail = () => 'no answer'
    await move(engine, up(SECOND), ANA)
    web.fail = () => undefined
    sent.splice(0)
    // By the journal B is off; it may be on.
    await move(engine, back(), ANA)
    expect(sent.map(({ held }) => held)).toEqual([{ C: 'false' }])
  })

  it.each([
    ['nothing', true, undefined],
    ['what is seen there', false, LOW],
  ])('is %s after an attempt that failed', async (_, isFenced, held) => {
    const { engine, web, sent } = await shop(isFenced)
    web.fail = (attempt) => (attempt === 1 ? 'no answer' : undefined)
    await move(engine, up(FIRST), ANA)
    expect(sent.map((each) => each.held)).toEqual([LOW, held])
  })
})

describe('a target that was taken back by a break-glass', () => {
  it.each([
    ['is not written by a partial rollback', { cursor: 0, exposures: FIRST.exposures }, 'partial', '10%'],
    ['is written by a return of every toggle to its default', { cursor: -1, exposures: OFF }, 'arrived', 'false'],
  ])('%s', async (_, to, applied, word) => {
    const { engine, web } = await shop()
    await move(engine, up(FIRST), ANA)
    await move(engine, up(SECOND), ANA)
    Object.assign(web, { epoch: TOMBSTONE, identity: { name: 'shop', lineage: '' } })
    expect((await move(engine, back(to), ANA)).applied).toBe(applied)
    expect([web.words['A'], web.epoch === TOMBSTONE]).toEqual([word, applied === 'partial'])
  })
})

describe('whoever is overtaken', () => {
  it('leaves a target alone to which nothing was sent', async () => {
    const { engine, writer, once, sent } = await shop()
    await intend(engine, up(FIRST), ANA)
    const { intent } = stateOf(engine)
    await writer.append(intended(back()), { actor: 'ben' })
    expect([await once(intent), sent]).toEqual(['superseded', []])
  })

  it('puts right what it has sent, and first makes known that it writes', async () => {
    const { engine, writer, target, web, once, told } = await shop(false)
    await intend(engine, up(FIRST), ANA)
    const { intent } = stateOf(engine)
    // Ben finishes it, and takes it back: by the journal nothing is under way.
    await writer.append({ type: 'applied', intent: 2, target: 'web' }, { actor: 'ben' })
    await writer.append({ type: 'arrived', intent: 2, missing: [], watch: WATCH }, { actor: 'ben' })
    await writer.append(intended(back()), { actor: 'ben' })
    // Its own request has landed after ben's.
    web.words['A'] = '10%'
    const atWrite: (readonly string[])[] = []
    const write = target.write.bind(target)
    target.write = async (...given) => {
      atWrite.push(told.map(({ type }) => type))
      await write(...given)
    }
    expect([await once(intent, true), web.words['A']]).toEqual(['superseded', 'false'])
    expect(atWrite[0]).toEqual(['intended', 'applied', 'arrived', 'intended', 'joined'])
  })

  it('makes the rollback durable once more where it cannot put that right', async () => {
    const { engine, writer, web, once } = await shop()
    await intend(engine, up(FIRST), ANA)
    const { intent } = stateOf(engine)
    await writer.append(intended(back()), { actor: 'ben' })
    await writer.append({ type: 'applied', intent: 3, target: 'web' }, { actor: 'ben' })
    await writer.append({ type: 'arrived', intent: 3, missing: [], watch: WATCH }, { actor: 'ben' })
    web.words['A'] = '10%'
    web.fail = () => 'connection refused'
    expect(await once(intent, true)).toBe('superseded')
    expect(stateOf(engine)).toMatchObject({
      status: 'rolled back',
      intent: { move: 'rollback', targets: { web: { is: 'pending' } } },
      stopped: { why: { text: 'web was written late by an older command and could not be put back' } },
    })
  })

  it('passes what its journal does not know for a retreat, and not for a step up that comes while it asks', async () => {
    const { engine, writer, target, web, once } = await shop()
    await intend(engine, up(FIRST), ANA)
    const { intent } = stateOf(engine)
    await writer.append(intended(back()), { actor: 'ben' })
    Object.assign(web, { epoch: 57, identity: identityOf(stateOf(engine)), words: { ...LOW, A: '50%' } })
    let asked = 0
    target.marks = async (): Promise<readonly Mark[]> => {
      const marks = await web.marks(engine.signal)
      // The first question is whether it was overtaken, the second is asked to put right what it sent.
      if ((asked += 1) !== 2) return marks
      await writer.append({ type: 'resumed' }, { actor: 'ben' })
      await writer.append(intended(up(FIRST)), { actor: 'ben' })
      return marks
    }
    expect(await once(intent, true)).toBe('superseded')
    expect([web.words['A'], web.epoch]).toEqual(['50%', 57])
  })
})

describe('a break-glass that was adopted at the start', () => {
  it('is gone over by the first attempt of who made the step, and by no other: one that came later looks the same', async () => {
    const web = fakeTarget('web', LOW)
    const glass = { identity: { name: 'shop', lineage: '' }, epoch: TOMBSTONE }
    Object.assign(web, glass)
    const made = await fakeEngine(PLAN, { targets: [web], start: false })
    const { engine, writer, journal, clock } = made
    const adopted = [{ target: 'web', mark: glass }]
    await writer.append({ type: 'started', plan: PLAN, digest: 'digest', files: {}, baseline: OFF, adopted }, ANA)
    await intend(engine, up(FIRST), ANA)
    const { intent } = stateOf(engine)
    if (!intent) throw new Error('nothing is intended')
    const other = await openWriter({ journal, clock, uuid: () => `other-${Math.random()}`, version: 'test' })
    const by = async (who: typeof engine, isSent: boolean) => deliver(who, intent, web, openSharedJournal(who), isSent)
    expect(await by(engine, true)).toMatchObject({ error: expect.stringMatching(/is older than/) as string })
    expect(await by({ ...engine, writer: other }, false)).toMatchObject({ error: expect.stringMatching(/is older than/) as string })
    expect(await by(engine, false)).toBeUndefined()
    expect(web.words['A']).toBe('10%')
  })
})
