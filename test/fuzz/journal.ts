import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { openFileStore } from '../../src/adapters/state/file.ts'
import { parseCheckpoint, readChain, siteAt, writeCheckpoint, type EventRow } from '../../src/adapters/state/chain.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import type { Event } from '../../src/core/journal/event.ts'
import { FOLD } from '../../src/core/journal/fold.ts'
import type { State } from '../../src/core/journal/state.ts'
import { loadState } from '../../src/engine/load-state.ts'
import { shopShell } from '../helpers/plans.ts'
import type { FakeShell } from '../helpers/shell.ts'
import { ofBytes, property, type Property } from './property.ts'

const LINES = [
  ['start', '--reason', 'a "quoted" reason\nof two lines: ünï'],
  ['advance', '--override', 'samples,metrics', '--reason', 'soaked overnight'],
  ['pause', '--reason', 'lunch'],
  ['resume'],
  ['run', '--once'],
  ['advance', '--override', 'hold,samples,metrics', '--reason', 'on'],
  ['rollback', '--reason', 'errors'],
  ['resume'],
]

interface World {
  readonly shell: FakeShell
  readonly folder: string
  /** File → its bytes; the checkpoint among them. */
  readonly files: ReadonlyMap<string, Buffer>
  readonly events: readonly Event[]
  readonly state: State | undefined
}

const worlds = new Map<boolean, Promise<World>>()

/** A journal that the program itself wrote, with a checkpoint of its newest event or of one in the middle. */
async function world(isNewest: boolean): Promise<World> {
  const known = worlds.get(isNewest)
  if (known) return known
  const made = make(isNewest)
  worlds.set(isNewest, made)
  return made
}

async function make(isNewest: boolean): Promise<World> {
  const shell = await shopShell({ requests: 100, errors: 0 })
  for (const line of LINES) await shell.run(...line)
  const folder = join(shell.cwd, '.rollout/shop')
  const journal = await openFileStore(join(shell.cwd, '.rollout'), shell).open('shop')
  const events = await journal.read()
  const { state } = await loadState(journal)
  if (state === undefined) throw new Error('nothing was started')
  const middle = await openMiddle(shell, events)
  const at = isNewest ? state : middle
  await journal.keep({ seq: at.seq, hash: at.hash, fold: FOLD, state: JSON.parse(JSON.stringify(at)) })
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return { shell, folder, files: new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name))])), events, state }
}

/** The state after half of the events, as a command would have folded it. */
async function openMiddle(shell: FakeShell, events: readonly Event[]): Promise<State> {
  const half = join(shell.cwd, 'half/shop')
  mkdirSync(half, { recursive: true })
  const kept = events.slice(0, Math.floor(events.length / 2))
  for (const { seq } of kept) {
    const name = `${String(seq).padStart(12, '0')}.json`
    cpSync(join(shell.cwd, '.rollout/shop', name), join(half, name))
  }
  const { state } = await loadState(await openFileStore(join(shell.cwd, 'half'), shell).open('shop'))
  if (state === undefined) throw new Error('nothing was started')
  return state
}

/** One thing that befalls one file. Numbers are taken modulo what there is. */
interface Damage {
  readonly newest: boolean
  readonly how: 'flip' | 'cut' | 'drop' | 'copy' | 'insert' | 'bytes'
  readonly file: number
  readonly at: number
  readonly with: number
  readonly text: string
}

/** The file and its new bytes; undefined when it is gone. */
function damaged({ files }: World, { how, file, at, with: other, text }: Damage): readonly [name: string, bytes: Buffer | undefined] {
  const all = [...files]
  const [name, whole] = all[file % all.length] ?? ['', Buffer.alloc(0)]
  const place = at % whole.length
  switch (how) {
    case 'flip': {
      const copy = Buffer.from(whole)
      copy[place] = (copy[place] ?? 0) ^ ((other % 255) + 1)
      return [name, copy]
    }
    case 'cut':
      return [name, whole.subarray(0, place)]
    case 'drop':
      return [name, undefined]
    case 'copy':
      return [name, all[other % all.length]?.[1]]
    case 'insert':
      return [name, Buffer.concat([whole.subarray(0, place), ofBytes(text), whole.subarray(place)])]
    case 'bytes':
      return [name, ofBytes(text)]
  }
}

/** Refused, or just the state and the events that there were: never others. */
async function check(damage: Damage): Promise<string> {
  const from = await world(damage.newest)
  const [name, bytes] = damaged(from, damage)
  const path = join(from.folder, name)
  if (bytes) writeFileSync(path, bytes)
  else rmSync(path)
  try {
    const journal = await openFileStore(join(from.shell.cwd, '.rollout'), from.shell).open('shop')
    const state = await refusedOr(async () => (await loadState(journal)).state)
    const events = await refusedOr(async () => journal.read())
    if (state !== REFUSED) assert.deepEqual(state, from.state)
    if (events !== REFUSED) assert.deepEqual(events, from.events)
    return state === REFUSED || events === REFUSED ? 'refused' : 'the same'
  } finally {
    writeFileSync(path, from.files.get(name) ?? '')
  }
}

const REFUSED = Symbol('refused')

async function refusedOr<Value>(work: () => Promise<Value>): Promise<Value | typeof REFUSED> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    assert.equal(thrown.code, 'config')
    return REFUSED
  }
}

/** A tail that is cut off is seen only by a checkpoint that knows of it: without one there is nothing to compare with. */
const damage = fc
  .record({
    newest: fc.boolean(),
    how: fc.constantFrom<Damage['how']>('flip', 'cut', 'drop', 'copy', 'insert', 'bytes'),
    file: fc.nat({ max: 200 }),
    at: fc.nat({ max: 20_000 }),
    with: fc.nat({ max: 254 }),
    text: fc.oneof(
      fc.constantFrom(' ', '\n', '0', '"', ',', '{}', 'null', '\u00ff', '{"seq":1}', '[', '\0'),
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
    ),
  })
  .map((each): Damage => ({ ...each, newest: each.newest || each.how === 'drop' }))

async function everyByte(): Promise<readonly Damage[]> {
  const { files } = await world(true)
  const sizes = [...files.values()].map(({ length }) => length)
  const each = (how: 'flip' | 'cut', newest: boolean): readonly Damage[] =>
    sizes.flatMap((size, file) => Array.from({ length: size }, (_, at) => ({ newest, how, file, at, with: at % 255, text: '' })))
  return [...each('cut', true), ...each('flip', true), ...each('flip', false)]
}

/** A shared store gives rows: the same journal as a list of texts, and what can befall it. */
interface RowDamage {
  readonly how: 'flip' | 'cut' | 'drop' | 'swap' | 'double' | 'number' | 'none'
  readonly row: number
  readonly at: number
  readonly with: number
  readonly page: number
  readonly after: number
}

async function checkRows({ how, row, at, with: other, page, after }: RowDamage): Promise<string> {
  const { events } = await world(true)
  const rows: EventRow[] = events.map((event) => ({ seq: event.seq, text: JSON.stringify(event) }))
  const nth = row % rows.length
  const { seq, text } = rows[nth] ?? { seq: 0, text: '' }
  const place = at % text.length
  const second = rows[other % rows.length]
  if (how === 'flip')
    rows[nth] = { seq, text: text.slice(0, place) + String.fromCharCode(text.charCodeAt(place) ^ (other + 1)) + text.slice(place + 1) }
  if (how === 'cut') rows[nth] = { seq, text: text.slice(0, place) }
  if (how === 'drop') rows.splice(nth, 1)
  if (how === 'swap' && second)
    [rows[nth], rows[other % rows.length]] = [
      { ...second, seq },
      { seq: second.seq, text },
    ]
  if (how === 'double' && second) rows.splice(nth, 0, second)
  if (how === 'number') rows[nth] = { seq: other, text }
  const from = after % events.length
  const size = 1 + (page % 5)
  const read = await refusedOr(async () =>
    readChain(siteAt('here'), from, async (next) => {
      const fitting = rows.filter((each) => each.seq >= next)
      return { rows: fitting.slice(0, size), more: fitting.length > size, known: events.length }
    }),
  )
  if (read === REFUSED) return 'refused'
  assert.deepEqual(read, events.slice(from))
  return 'the same'
}

const COMMANDS = [
  ['status'],
  ['status', '--json'],
  ['history', '--all'],
  ['explain'],
  ['explain', '1', '--json'],
  ['toggles'],
  ['plan'],
  ['check', 'config'],
  ['rollback', '--all', '--dry-run'],
  ['advance', '--dry-run'],
  ['doctor'],
]

export const journal: readonly Property[] = [
  property({
    area: 'journal',
    name: 'any byte of it changed or cut off',
    ends: ['refused', 'the same'],
    runs: 250,
    every: everyByte,
    inputs: damage,
    check,
  }),
  property({
    area: 'journal',
    name: 'rows of a shared store',
    ends: ['refused', 'the same'],
    runs: 300,
    inputs: fc.record({
      how: fc.constantFrom<RowDamage['how']>('flip', 'cut', 'drop', 'swap', 'double', 'number', 'none'),
      row: fc.nat({ max: 200 }),
      at: fc.nat({ max: 20_000 }),
      with: fc.nat({ max: 254 }),
      page: fc.nat({ max: 4 }),
      after: fc.nat({ max: 200 }),
    }),
    check: checkRows,
  }),
  property({
    area: 'journal',
    name: 'a checkpoint',
    ends: ['none', 'as it was'],
    runs: 200,
    inputs: fc.record({ at: fc.nat({ max: 20_000 }), cut: fc.nat({ max: 4 }), text: fc.string({ unit: 'binary', maxLength: 4 }) }),
    check: async ({ at, cut, text }) => {
      const { state } = await world(true)
      const checkpoint = { seq: state?.seq ?? 0, hash: state?.hash ?? '', fold: FOLD, state: JSON.parse(JSON.stringify(state)) }
      const whole = writeCheckpoint(checkpoint)
      const place = at % whole.length
      const found = parseCheckpoint(whole.slice(0, place) + text + whole.slice(place + cut))
      if (!found) return 'none'
      assert.deepEqual(found, checkpoint)
      return 'as it was'
    },
  }),
  property({
    area: 'journal',
    name: 'no command calls a damaged journal, or a damaged note of a break-glass, a bug',
    ends: ['done', 'config'],
    runs: 25,
    inputs: fc.record({
      damage,
      note: fc.oneof(
        fc.constant(''),
        fc.constantFrom('{}', '[]', '{"at":"x","actor":"a"}', '{"at":1e99,"actor":"a"}', '{"at":1,"actor":1}'),
        fc.json({ maxDepth: 1 }),
      ),
      command: fc.constantFrom(...COMMANDS),
    }),
    check: async ({ damage: each, note, command }) => {
      const from = await world(each.newest)
      const copy = mkdtempSync(join(tmpdir(), 'rollout-fuzz-journal-'))
      try {
        cpSync(from.shell.cwd, copy, { recursive: true })
        const [name, bytes] = damaged(from, each)
        if (bytes) writeFileSync(join(copy, '.rollout/shop', name), bytes)
        else rmSync(join(copy, '.rollout/shop', name))
        if (note !== '') writeFileSync(join(copy, '.rollout/shop.break-glass.json'), note)
        // A bug is thrown.
        return await from.shell.run(...command, '--file', copy)
      } finally {
        rmSync(copy, { recursive: true, force: true })
      }
    },
  }),
]
