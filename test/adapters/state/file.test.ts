import { spawn } from 'node:child_process'
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { rolldown } from 'rolldown'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openFileStore } from '../../../src/adapters/state/file.ts'
import { digestOf } from '../../../src/adapters/state/digest.ts'
import { plan, watch } from '../../helpers/core.ts'
import { lend } from '../../helpers/loan.ts'
import { seal } from '../../../src/adapters/state/seal.ts'
import { RolloutError } from '../../../src/core/values/errors.ts'
import type { Event, Fact } from '../../../src/core/journal/event.ts'
import type { Journal } from '../../../src/core/journal/store.ts'
import { CAN_MOUNT, mount, unmount } from '../../helpers/mount.ts'
import { LIMITS } from '../../helpers/limits.ts'

let root: string
let folder: string
let journal: Journal

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'rollout-journal-'))
  folder = join(root, '.rollout', 'shop')
  journal = await openFileStore(join(root, '.rollout'), lend('/')).open('shop')
})

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
  rmSync(root, { recursive: true, force: true })
})

function follow(before: Event | undefined, id = `id-${(before?.seq ?? 0) + 1}`, reason = 'ä “why”'): Event {
  return seal({
    type: 'resumed',
    seq: (before?.seq ?? 0) + 1,
    id,
    previous: before?.hash ?? '',
    at: 1,
    actor: 'ana',
    reason,
    version: 'test',
  })
}

/** An event with something else in it, sealed anew. */
function altered(event: Event, other: { readonly seq?: number; readonly previous?: string }): Event {
  const { hash, ...stamped } = event
  expect(hash).toMatch(/^[0-9a-f]{64}$/)
  return seal({ ...stamped, ...other })
}

async function filled(count: number, into = journal): Promise<readonly Event[]> {
  const events: Event[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const event = follow(events.at(-1))
    expect(await into.append(event)).toBe('appended')
    events.push(event)
  }
  return events
}

const file = (seq: number): string => join(folder, `${String(seq).padStart(12, '0')}.json`)
const eventFiles = (): readonly string[] => readdirSync(folder).filter((name) => /^\d{12}\.json$/.test(name))
const code = (thrown: unknown): string => (thrown instanceof RolloutError ? thrown.code : `a bug: ${String(thrown)}`)
const checkpointOf = (event: Event, state = {}) => ({ seq: event.seq, hash: event.hash, fold: '1', state })

describe('append and read', () => {
  it('gives back what was appended, from the start and from anywhere', async () => {
    expect(await journal.read()).toEqual([])
    const events = await filled(5)
    expect(await journal.read()).toEqual(events)
    for (const after of [0, 1, 4, 5]) expect(await journal.read(after)).toEqual(events.slice(after))
    expect(await openFileStore(join(root, '.rollout'), lend('/')).names()).toEqual(['shop'])
  })

  it('I1, I14: of two events with one number the first wins, and the other changes nothing', async () => {
    const [first] = await filled(1)
    expect(await journal.append(follow(first, 'mine'))).toBe('appended')
    expect(await journal.append(follow(first, 'theirs'))).toBe('taken')
    expect((await journal.read()).map(({ id }) => id)).toEqual(['id-1', 'mine'])
  })

  it('I2: the same event again is appended once: its answer had been lost', async () => {
    const [first] = await filled(1)
    const event = follow(first)
    expect([await journal.append(event), await journal.append(event)]).toEqual(['appended', 'appended'])
    expect(eventFiles().length).toBe(2)
  })

  it.each<[string, (newest: Event) => Event, string]>([
    ['a gap', (newest) => follow({ ...newest, seq: 7 }), 'event 7 is missing'],
    ['a fork', (newest) => follow({ ...newest, hash: 'another' }), 'event 4 would not follow the one before it'],
    ['a second beginning', () => altered(follow(undefined), { previous: 'x' }), 'event 1 would not follow the one before it'],
  ])('I1: refuses %s', async (_, event, message) => {
    const events = await filled(3)
    const newest = events.at(-1)
    if (!newest) throw new Error('there are three')
    await expect(journal.append(event(newest))).rejects.toMatchObject({ code: 'config', message })
    expect(await journal.read()).toEqual(events)
  })

  it.each([0, -1, 1.5, Number.NaN, 1e12])('%s is not the number of an event', async (seq) => {
    await expect(journal.append(altered(follow(undefined), { seq }))).rejects.toThrow('is not the number of an event')
  })

  it('an event that does not match its hash is a bug of the caller, and is not written', async () => {
    await expect(journal.append({ ...follow(undefined), actor: 'eve' })).rejects.toThrow('does not match its hash')
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves no temporary file, and nothing that others may read', async () => {
    const [, second] = await filled(2)
    if (second) await journal.keep(checkpointOf(second))
    await journal.append(follow(undefined, 'taken'))
    expect(readdirSync(folder).toSorted()).toEqual(['000000000001.json', '000000000002.json', 'checkpoint.json', 'reserve'])
    expect([join(root, '.rollout'), folder].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700])
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(name === 'reserve' ? 0o700 : 0o600)
  })

  it.each(['', '.', '..', '../x', 'a/b', 'A', '-x', 'a\0b', 'x'.repeat(101), '/etc'])('%j cannot name a journal', async (name) => {
    await expect(openFileStore(join(root, '.rollout'), lend('/')).open(name)).rejects.toMatchObject({ code: 'config' })
  })
})

describe('damage is never read as something else', () => {
  it('any byte of any event changed: the same events, or an error that names the file', async () => {
    const events = await filled(3)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.nat(), fc.integer({ min: 1, max: 255 }), async (seq, at, flip) => {
        const intact = readFileSync(file(seq))
        const bytes = Buffer.from(intact)
        const offset = at % bytes.length
        bytes.writeUInt8(bytes.readUInt8(offset) ^ flip, offset)
        writeFileSync(file(seq), bytes)
        const read = await journal.read().catch((thrown: unknown) => thrown)
        writeFileSync(file(seq), intact)
        if (Array.isArray(read)) expect(read).toEqual(events)
        else expect(read).toMatchObject({ code: 'config', problems: [{ where: { file: file(seq) } }] })
      }),
      { numRuns: 150 },
    )
  })

  it('a file cut anywhere', async () => {
    await filled(2)
    const whole = readFileSync(file(2))
    for (let length = 0; length < whole.length - 1; length += 7) {
      writeFileSync(file(2), whole.subarray(0, length))
      await expect(journal.read()).rejects.toThrow('event 2 was changed or is damaged')
    }
  })

  it('an event sealed anew, so that only the chain shows it', async () => {
    const events = await filled(3)
    writeFileSync(file(2), JSON.stringify(follow(events[0], 'forged')))
    await expect(journal.read()).rejects.toThrow('event 3 does not follow the one before it')
  })

  it('a plan that is called by the digest of another', async () => {
    const stamped = { seq: 1, id: 'id-1', previous: '', at: 1, actor: 'ana', version: 'test' }
    const begun = { type: 'started', plan: plan(), files: {}, baseline: { A: 0 }, ...stamped } as const
    await journal.append(seal({ ...begun, digest: digestOf(plan()) }))
    await expect(journal.read()).resolves.toHaveLength(1)
    const forged = seal({ ...begun, digest: digestOf(plan({ name: 'other' })) })
    writeFileSync(file(1), JSON.stringify(forged))
    await expect(journal.read()).rejects.toThrow('event 1 calls its plan by the digest of another')
  })

  it.each([1, 3, 5])('event %i of 5 missing', async (seq) => {
    const events = await filled(5)
    const newest = events.at(-1)
    if (newest) await journal.keep(checkpointOf(newest))
    unlinkSync(file(seq))
    await expect(journal.read()).rejects.toThrow(`event ${seq} is missing`)
    expect(await openFileStore(join(root, '.rollout'), lend('/')).names()).toEqual(['shop'])
  })

  it('a checkpoint that stays as it is is checked once', async () => {
    for (const first of await filled(1)) await journal.keep(checkpointOf(first, { exposure: 5 }))
    const kept = await journal.checkpoint()
    expect(kept?.state).toEqual({ exposure: 5 })
    expect(await journal.checkpoint()).toBe(kept)
    const path = join(folder, 'checkpoint.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"exposure":5', '"exposure":6'))
    expect(await journal.checkpoint()).toBeUndefined()
  })

  it.each([1, 3])('event %i of 5 missing, and no checkpoint that knows of it', async (seq) => {
    await filled(5)
    unlinkSync(file(seq))
    await expect(journal.read()).rejects.toThrow(`event ${seq} is missing, but 00000000000`)
  })

  it('all of it gone under a running command: an error, and nothing of a new one appears', async () => {
    const [first] = await filled(1)
    rmSync(folder, { recursive: true })
    await expect(journal.append(follow(first))).rejects.toMatchObject({ code: 'config', message: 'event 1 is missing' })
    expect(existsSync(folder)).toBe(false)
  })

  it('the newest missing while somebody still knows it', async () => {
    await filled(3)
    unlinkSync(file(3))
    await expect(journal.read(3)).rejects.toThrow('event 3 is missing')
  })
})

describe('the checkpoint', () => {
  it('is given back while it fits', async () => {
    const events = await filled(3)
    const [, second] = events
    if (!second) throw new Error('there are three')
    await journal.keep(checkpointOf(second, { cursor: 1 }))
    expect(await journal.checkpoint()).toEqual(checkpointOf(second, { cursor: 1 }))
    expect(await journal.read(2)).toEqual(events.slice(2))
  })

  it('never goes back: a slow command must not take away what a lost tail is seen by', async () => {
    const [first, second] = await filled(2)
    if (!first || !second) throw new Error('there are two')
    await journal.keep(checkpointOf(second))
    await journal.keep(checkpointOf(first))
    expect((await journal.checkpoint())?.seq).toBe(2)
  })

  it.each<[string, (text: string) => string]>([
    ['cut', (text) => text.slice(0, 20)],
    ['of another state', (text) => text.replace('"cursor":1', '"cursor":2')],
    ['of a later event', (text) => text.replace('"seq":2', '"seq":900')],
    ['of another hash', (text) => text.replace(/"hash":"./, '"hash":"_')],
    ['without its sum', (text) => text.replace('"sum"', '"mus"')],
    ['a list', () => '[]'],
    ['nothing', () => ''],
  ])('is ignored when it is damaged: %s', async (_, damage) => {
    const events = await filled(3)
    const [, second] = events
    if (second) await journal.keep(checkpointOf(second, { cursor: 1 }))
    const path = join(folder, 'checkpoint.json')
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    expect(await journal.checkpoint()).toBeUndefined()
    expect(await journal.read()).toEqual(events)
  })

  it('of another history is ignored: it was restored from somewhere else', async () => {
    const events = await filled(3)
    const other = follow(events[0], 'another')
    await journal.keep(checkpointOf(other, { cursor: 1 }))
    expect(await journal.checkpoint()).toBeUndefined()
  })

  it('a failure to keep it loses nothing but time', async () => {
    const [first] = await filled(1)
    mkdirSync(join(folder, 'checkpoint.json', 'in the way'), { recursive: true })
    if (first) await expect(journal.keep(checkpointOf(first))).resolves.toBeUndefined()
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('bounds the files read, however long the journal is', async () => {
    const events = await filled(60)
    const kept = events[55]
    if (kept) await journal.keep(checkpointOf(kept))
    const read = vi.spyOn(fs, 'readFileSync')
    syncBuiltinESMExports()
    expect((await journal.read((await journal.checkpoint())?.seq)).length).toBe(4)
    // Twice the checkpoint, twice its event, the four after it, and the number that is still free.
    expect(read.mock.calls.length).toBeGreaterThan(4)
    expect(read.mock.calls.length).toBeLessThanOrEqual(9)
  })

  it('sweeps the temporary files of writers that died, and no others', async () => {
    const [first] = await filled(1)
    const old = join(folder, '.00000000-0000-0000-0000-000000000000.tmp')
    const fresh = join(folder, '.00000000-0000-0000-0000-000000000001.tmp')
    const foreign = join(folder, 'notes.tmp')
    for (const path of [old, fresh, foreign]) writeFileSync(path, '')
    for (const path of [old, foreign]) utimesSync(path, 1, 1)
    if (first) await journal.keep(checkpointOf(first))
    expect([old, fresh, foreign].map((path) => existsSync(path))).toEqual([false, true, true])
  })
})

describe('a place that cannot be used', () => {
  it.each([
    ['the store', () => writeFileSync(join(root, '.rollout'), '')],
    [
      'the journal',
      () => {
        mkdirSync(join(root, '.rollout'))
        writeFileSync(folder, '')
      },
    ],
    ['an event', () => mkdirSync(file(1), { recursive: true })],
  ])('something is in the way of %s', async (_, obstruct) => {
    obstruct()
    expect(await journal.append(follow(undefined)).catch(code)).toBe('config')
    expect(await journal.read().catch(code)).toBe('config')
  })
})

if (!CAN_MOUNT) console.warn('skipped: a full disk and a read-only one, because this user may not mount')

describe.skipIf(!CAN_MOUNT)('a small disk', () => {
  beforeEach(() => {
    mkdirSync(join(root, '.rollout'))
    mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', join(root, '.rollout'))
  })

  afterEach(() => {
    unmount(join(root, '.rollout'))
  })

  it('read-only: may be read, and says that it may not be written', async () => {
    const events = await filled(2)
    mount('-o', 'remount,ro', join(root, '.rollout'))
    expect(await journal.read()).toEqual(events)
    await expect(journal.append(follow(events[1]))).rejects.toMatchObject({ code: 'denied' })
    if (events[1]) await expect(journal.keep(checkpointOf(events[1]))).resolves.toBeUndefined()
  })

  /** Fills it to the last page, or to the last file, and resolves to what the journal holds. */
  const filledUp = async (bytes = 4096): Promise<Event[]> => {
    const events = [...(await filled(2))]
    try {
      for (let nth = 0; ; nth += 1) writeFileSync(join(root, '.rollout', `ballast-${nth}`), Buffer.alloc(bytes))
    } catch {}
    expect(existsSync(join(folder, 'reserve'))).toBe(true)
    return events
  }
  const saying = (what: string): object => ({ code: 'unreachable', message: expect.stringContaining(what) })
  const refusal = saying('the disk is full: nothing could be recorded, so nothing was changed')
  const retreat = { type: 'intended', move: 'rollback', cursor: -1, exposures: {}, why: { code: 'operator', text: '' } } as const
  const after = (before: Event | undefined, fact: Fact): Event => {
    const seq = (before?.seq ?? 0) + 1
    return seal({ ...fact, seq, id: `id-${seq}`, previous: before?.hash ?? '', at: 1, actor: 'ana', version: 'test' })
  }

  it.each([
    ['full', 'size=256k', 4096, 'the disk is full'],
    ['without files', 'size=256k,nr_inodes=40', 0, 'the disk has room for no more files (df -i)'],
  ])('%s: the reserve is given up for a rollback; then it says so; I12: nothing acknowledged is lost', async (_, options, bytes, why) => {
    mount('-o', `remount,${options}`, join(root, '.rollout'))
    const events = await filledUp(bytes)
    await expect(journal.append(after(events[1], { type: 'resumed' }))).rejects.toMatchObject(saying(`${why}: nothing could be recorded`))
    let refused: unknown
    for (let fact: Fact = retreat; refused === undefined && events.length < 100; fact = { type: 'applied', intent: 3, target: 'web' }) {
      const event = after(events.at(-1), fact)
      const outcome = await journal.append(event).catch((thrown: unknown) => thrown)
      if (outcome === 'appended') events.push(event)
      else refused = outcome
    }
    // The reserve has room for an intent, and for what ten targets say to it.
    expect(events.length).toBeGreaterThanOrEqual(2 + 12)
    expect(refused).toMatchObject(saying(`${why}: what was done could not be recorded`))
    expect(await journal.read()).toEqual(events)
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  const undone = saying('the disk is full: what was done could not be recorded')
  it.each<[string, Fact, object]>([
    ['a resume', { type: 'resumed' }, refusal],
    ['a step up', { ...retreat, move: 'advance' }, refusal],
    ['what became of a step up', { type: 'applied', intent: 2, target: 'web' }, undone],
  ])('full: %s gets nothing of the reserve, and the rollback afterwards does', async (_, fact, refused) => {
    const events = await filledUp()
    await expect(journal.append(after(events[1], fact))).rejects.toMatchObject(refused)
    expect(existsSync(join(folder, 'reserve'))).toBe(true)
    expect(await journal.append(after(events[1], retreat))).toBe('appended')
  })

  it('full: what was seen gets the reserve where a way back is decided on it, and else nothing', async () => {
    const events = await filledUp()
    const seen = after(events[1], { type: 'observed', watch: watch() })
    await expect(journal.append(seen)).rejects.toMatchObject(refusal)
    expect(await journal.append(seen, 'retreat')).toBe('appended')
    expect(await journal.append(after(seen, retreat))).toBe('appended')
  })

  it.each([
    ['full', 'size=256k', 4096],
    ['without files', 'size=256k,nr_inodes=40', 0],
  ])('nearly %s: an intent to go back makes room for what the targets must write on the same disk', async (_, options, bytes) => {
    mount('-o', `remount,${options}`, join(root, '.rollout'))
    const events = await filledUp(bytes)
    for (const nth of [0, 1, 2]) unlinkSync(join(root, '.rollout', `ballast-${nth}`))
    expect(await journal.append(after(events[1], retreat))).toBe('appended')
    expect(existsSync(join(folder, 'reserve'))).toBe(false)
  })

  it('nearly full: what becomes of a rollback takes none of the room that was made for it, and what comes later keeps some again', async () => {
    const intent = after((await filledUp())[1], retreat)
    unlinkSync(join(root, '.rollout', 'ballast-0'))
    expect(await journal.append(intent)).toBe('appended')
    for (const name of readdirSync(join(root, '.rollout'))) if (name.startsWith('ballast')) unlinkSync(join(root, '.rollout', name))
    const confirmed = after(intent, { type: 'applied', intent: 3, target: 'web' })
    expect(await journal.append(confirmed)).toBe('appended')
    expect(existsSync(join(folder, 'reserve'))).toBe(false)
    expect(await journal.append(after(confirmed, { type: 'resumed' }))).toBe('appended')
    expect(existsSync(join(folder, 'reserve'))).toBe(true)
  })
})

describe('many at once', () => {
  it('I1, I12: 20 processes: no gap, no fork, and nothing acknowledged is lost', async () => {
    const script = join(root, 'appender.mjs')
    const bundle = await rolldown({ input: fileURLToPath(new URL('appender.ts', import.meta.url)), platform: 'node' })
    await bundle.write({ file: script, format: 'esm' })
    await bundle.close()
    const appenders = Array.from({ length: 20 }, async (_, nth) => {
      const child = spawn(process.execPath, [script, join(root, '.rollout'), `p${nth}`, '5'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: LIMITS.program,
      })
      let printed = ''
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
      const status = await new Promise((done) => child.on('close', done))
      return { status, lines: printed.trim().split('\n') }
    })
    const done = await Promise.all(appenders)
    expect(done.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 0))
    const acknowledged = done.flatMap(({ lines }) => lines).toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    const events = await journal.read()
    expect(events.map(({ seq, id }) => `${seq} ${id}`)).toEqual(acknowledged)
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, nth) => nth + 1))
  })
})
