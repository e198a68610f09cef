import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importAdapter } from '../../../src/adapters/registry.ts'
import type { Fence } from '../../../src/core/ports.ts'
import { formatMark, TOMBSTONE, type Identity } from '../../../src/core/toggle/mark.ts'
import { checked, lend, SHOP } from '../../helpers/loan.ts'

/* What holds for every target that is a file: marks, numbers and what is owed to the application. */

const CART: Identity = { name: 'cart', environment: 'production', lineage: 'ff00' }
/** As an older version left it at change #9, which was reloaded. */
const OLD: Readonly<Record<string, string>> = {
  'env-file': 'A=10%\n# rollout:9 reloaded:00c0ffee\n',
  flagd: '{ "flags": {}, "metadata": { "rollout": 9 } }\n',
  'go-feature-flag': '# rollout:9\n',
  unleash: '{ "version": 2, "features": [], "rollout": { "epoch": 9 } }\n',
}

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(realpathSync(tmpdir()), 'marks-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.keys(OLD))('%s', (use) => {
  const open = async (over: object = {}) => {
    const adapter = await importAdapter('targets', use, folder)
    const options = await checked(adapter, { path: 'words', create: true, ...over })
    return {
      write: async (words: Record<string, string>, fence: Partial<Fence>) => adapter.write(options, words, lend(folder, fence)),
      read: async (...names: readonly string[]) => adapter.read(options, names, lend(folder)),
      marks: async () => (await adapter.marks?.(options, lend(folder)))?.map(formatMark),
    }
  }
  const text = (): string => readFileSync(join(folder, 'words'), 'utf8')
  const reload = ['sh', '-c', 'cat words >> seen; echo >> count']
  const reloads = (): number => (existsSync(join(folder, 'count')) ? readFileSync(join(folder, 'count'), 'utf8').length : 0)

  it('keeps a mark for each rollout, and refuses only older changes of the same one', async () => {
    const { write, read, marks } = await open()
    await write({ A: '10%' }, { identity: SHOP, epoch: 5 })
    await write({ B: 'true' }, { identity: CART, epoch: 90 })
    await write({ A: '50%' }, { identity: SHOP, epoch: 7 })
    expect(await marks()).toEqual(expect.arrayContaining(['7 of:shop/1a2b', '90 of:cart@production/ff00']))
    await expect(write({ A: '10%' }, { identity: SHOP, epoch: 6 })).rejects.toMatchObject({ code: 'conflict' })
    await expect(write({ B: 'false' }, { identity: CART, epoch: 89 })).rejects.toThrow('holds change #90, which is newer than #89')
    expect([await read('A', 'B'), (await marks())?.length]).toEqual([{ A: '50%', B: 'true' }, 2])
    await write({ B: 'false' }, { identity: CART, epoch: 91 })
    expect(await read('A', 'B')).toEqual({ A: '50%', B: 'false' })
  })

  it('a break-glass of one rollout stops that one, and no other', async () => {
    const { write, read } = await open()
    await write({ B: '10%' }, { identity: CART, epoch: 3 })
    await write({ A: 'false' }, { identity: { ...SHOP, lineage: '' }, epoch: TOMBSTONE })
    await expect(write({ A: '10%' }, { epoch: 8 })).rejects.toThrow('taken back by a break-glass')
    await write({ B: '50%' }, { identity: CART, epoch: 4 })
    await write({ A: 'false' }, { epoch: 9, over: [TOMBSTONE] })
    await write({ A: '10%' }, { epoch: 11 })
    expect(await read('A', 'B')).toEqual({ A: '10%', B: '50%' })
  })

  it('takes the place of the number alone that an older version left, where that is no newer', async () => {
    writeFileSync(join(folder, 'words'), OLD[use] ?? '')
    const { write, marks } = await open()
    expect(await marks()).toEqual([expect.stringMatching(/^9\b/)])
    await write({ A: '10%' }, { epoch: 4, identity: CART })
    expect(await marks()).toHaveLength(2)
    await write({ A: '10%' }, { epoch: 12 })
    expect((await marks())?.toSorted()).toEqual(['12 of:shop/1a2b', '4 of:cart@production/ff00'])
  })

  it('reloads after the newest write, whatever words were reloaded before', async () => {
    const { write, marks } = await open({ reload })
    await write({ A: 'false' }, { epoch: 1 })
    await write({ A: 'false' }, { epoch: 2 })
    expect(reloads()).toBe(1)
    const dying = await open({ reload: ['sh', '-c', 'exit 3'] })
    await expect(dying.write({ A: '50%' }, { epoch: 3 })).rejects.toThrow('exited with 3')
    await write({ A: 'false' }, { epoch: 4 })
    expect([reloads(), await marks()]).toEqual([2, [expect.stringMatching(/^4 of:shop\/1a2b reloaded:[0-9a-f]{8}$/)]])
    const before = text()
    await write({ A: 'false' }, { epoch: 4 })
    expect([reloads(), text()]).toEqual([2, before])
  })
})
