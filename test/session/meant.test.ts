import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/journal/event.ts'
import type { Journal, Store } from '../../src/core/journal/store.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { findMeant, type Hints } from '../../src/session/meant.ts'
import { plan } from '../helpers/core.ts'
import { memoryJournal } from '../helpers/memory.ts'

const END: Fact = { type: 'completed', why: { code: 'operator', text: 'done' } }

/** A store with rollouts of these names, each live or at its end. */
async function storeOf(rollouts: Readonly<Record<string, 'live' | 'complete'>>): Promise<Store> {
  const journals = new Map<string, Journal>()
  for (const [journal, is] of Object.entries(rollouts)) {
    const [name = '', environment] = journal.split('@')
    const made = memoryJournal()
    let id = 0
    const writer = await openWriter({ journal: made, clock: { now: () => 0 }, uuid: () => `${(id += 1)}`, version: 'test' })
    const of = plan({ name, ...(environment !== undefined && { environment }) })
    await writer.append({ type: 'started', plan: of, digest: '', files: {}, baseline: {} }, { actor: 'ana' })
    if (is === 'complete') await writer.append(END, { actor: 'ana' })
    journals.set(journal, made)
  }
  return { names: async () => [...journals.keys()], open: async (name) => journals.get(name) ?? memoryJournal() }
}

const hints = (more: Partial<Hints>): Hints => ({
  name: 'shop',
  environment: undefined,
  hasEnvironments: false,
  isBeside: true,
  typedFor: (environment) => `rollout status -e ${environment}`,
  ...more,
})

describe('which rollout is meant', () => {
  it.each<
    readonly [what: string, rollouts: Readonly<Record<string, 'live' | 'complete'>>, more: Partial<Hints>, journal: string, said: string]
  >([
    ['a name always decides', { other: 'live' }, {}, 'shop', ''],
    ['also in a shared store', { other: 'live' }, { isBeside: false }, 'shop', ''],
    [
      '-e says which environment',
      { 'shop@staging': 'live', 'shop@production': 'complete' },
      { environment: 'production', hasEnvironments: true },
      'shop@production',
      '',
    ],
    ["-e '' is the plan without one", { 'shop@staging': 'live', shop: 'live' }, { environment: '', hasEnvironments: true }, 'shop', ''],
    [
      'without -e the only live one',
      { 'shop@staging': 'live', shop: 'complete' },
      { hasEnvironments: true },
      'shop@staging',
      'staging is meant',
    ],
    [
      'or the only one there was',
      { 'shop@staging': 'complete', 'cart@staging': 'live' },
      { hasEnvironments: true },
      'shop@staging',
      'staging is meant',
    ],
    ['nothing was begun', { shopping: 'live' }, { hasEnvironments: true }, 'shop', ''],
    ['no plan: the only journal beside it', { shop: 'live' }, { name: undefined }, 'shop', 'it is shop, the only one there is'],
    [
      'no plan, the plan without an environment',
      { shop: 'live', 'shop@a': 'live' },
      { name: undefined, environment: '' },
      'shop',
      'it is shop',
    ],
    ['no plan, an environment', { shop: 'live', 'shop@a': 'live' }, { name: undefined, environment: 'a' }, 'shop@a', 'it is shop@a'],
  ])('%s', async (_, rollouts, more, journal, said) => {
    const meant = await findMeant(hints(more), await storeOf(rollouts))
    expect(meant?.journal).toBe(journal)
    expect(meant?.environment ?? '').toBe(journal.split('@')[1] ?? '')
    if (said === '') expect(meant?.note).toBeUndefined()
    else expect(meant?.note).toContain(said)
  })

  it.each<readonly [what: string, rollouts: Readonly<Record<string, 'live'>>, more: Partial<Hints>]>([
    ['no plan, in a store that is shared: its targets may be elsewhere', { shop: 'live' }, { isBeside: false }],
    ['no plan, and several journals', { shop: 'live', cart: 'live' }, {}],
    ['no plan, and no journal', {}, {}],
    ['an environment in which nothing was begun', { 'shop@a': 'live' }, { name: 'shop', environment: 'b' }],
  ])('nothing is guessed: %s', async (_, rollouts, more) => {
    expect(await findMeant(hints({ name: undefined, ...more }), await storeOf(rollouts))).toBeUndefined()
  })

  it('of several it refuses, with the line to type for each', async () => {
    const store = await storeOf({ shop: 'live', 'shop@production': 'live', 'shop@staging': 'complete' })
    await expect(findMeant(hints({ hasEnvironments: true }), store)).rejects.toMatchObject({
      code: 'usage',
      problems: [
        { message: 'several rollouts of shop could be meant; nothing was changed' },
        { message: 'the plan without an environment is running', hint: 'rollout status -e ' },
        { message: 'production is running', hint: 'rollout status -e production' },
      ],
    })
  })
})
