import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import goFeatureFlag from '../../../src/adapters/targets/go-feature-flag.ts'
import type { Fence } from '../../../src/core/ports.ts'
import { formatExposure } from '../../../src/core/values/units.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { checked, lend } from '../../helpers/loan.ts'

/*
 * GO Feature Flag evaluates in Go; what npm has of it asks a server. So the file is held to the shape its published
 * schema gives a flag, and evaluated as its source does (thomaspoignant/go-feature-flag, modules/core: flag/rule.go,
 * utils/hash.go), cut-off floating point included. The Go library itself is not run here.
 */

let folder = ''
let file = ''
beforeEach(() => {
  folder = ownFolder('goff-')
  file = join(folder, 'flags.yaml')
})

const text = (): string => readFileSync(file, 'utf8')
const options = async (over: object = {}) => checked(goFeatureFlag, { path: 'flags.yaml', create: true, ...over })
const write = async (words: Record<string, string>, over: object = {}, fence: Partial<Fence> = {}): Promise<void> =>
  goFeatureFlag.write(await options(over), words, lend(folder, fence))
const read = async (names: string[], over: object = {}) => goFeatureFlag.read(await options(over), names, lend(folder))

const rule = {
  type: 'object',
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    variation: { type: 'string' },
    percentage: { type: 'object', additionalProperties: { type: 'number' } },
  },
}
const isValid = new Ajv2020().compile({
  type: 'object',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['variations', 'defaultRule'],
    properties: { variations: { type: 'object' }, defaultRule: rule, metadata: { type: 'object' }, bucketingKey: { type: 'string' } },
  },
})

interface Flag {
  readonly variations: Readonly<Record<string, boolean>>
  readonly defaultRule: { readonly variation?: string; readonly percentage?: Readonly<Record<string, number>> }
}

/** FNV-1a, 32 bits: Go's hash/fnv New32a. */
function fnv(value: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(value)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

/** The flag of the file for any key. Throws where the library would answer with the default of the code. */
function evaluator(name: string): (key: string) => boolean | undefined {
  const flags: Readonly<Record<string, Flag>> = parse(text())
  const { variations = {}, defaultRule = {} } = flags[name] ?? {}
  const { variation = '', percentage } = defaultRule
  if (!percentage) return () => variations[variation]
  const most = Math.trunc(Object.values(percentage).reduce((sum, each) => sum + each, 0) * 1000)
  const names = Object.keys(percentage).toSorted().toReversed()
  return (key) => {
    const hash = fnv(name + key) % most
    let from = 0
    for (const each of names) {
      const to = from + (percentage[each] ?? 0) * 1000
      if (Math.trunc(from) <= hash && hash < Math.trunc(to)) return variations[each]
      from = to
    }
    throw new Error('impossible to find the variation')
  }
}

const ids = Array.from({ length: 20_000 }, (_, nth) => `user-${nth}`)

describe('evaluated as its source does', () => {
  it('lets in who it let in before, and exactly those below the step', async () => {
    for (const exposure of [0.001, 0.1, 1, 12.5, 25, 33.333, 50, 99.999]) {
      await write({ FEATURE_X: formatExposure(exposure) })
      expect(isValid(parse(text()))).toBe(true)
      expect(ids.filter(evaluator('FEATURE_X'))).toEqual(ids.filter((id) => fnv(`FEATURE_X${id}`) % 100_000 < Math.round(exposure * 1000)))
      expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: formatExposure(exposure) })
    }
  })

  it.each(['true', 'false'])('is %s for everybody', async (word) => {
    await write({ FEATURE_X: '10%' })
    await write({ FEATURE_X: word })
    expect(isValid(parse(text()))).toBe(true)
    expect(new Set(ids.map(evaluator('FEATURE_X')))).toEqual(new Set([word === 'true']))
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: word })
  })
})

describe('the precision', () => {
  it('is 0.001 %: of the 99,999 steps, those that would lose a bucket to rounding are refused, and no other', async () => {
    const given = await options()
    const all = Array.from({ length: 99_999 }, (_, nth) => nth + 1)
    const refused = all.filter(
      (thousandths) => goFeatureFlag.refuses?.(given, 'FEATURE_X', formatExposure(thousandths / 1000)) !== undefined,
    )
    const wrong = all.filter((thousandths) => {
      const [on, off] = [thousandths / 1000, (100_000 - thousandths) / 1000]
      const ends = [(on + off) * 1000, on * 1000, on * 1000 + off * 1000].map(Math.trunc)
      return ends.join() !== [100_000, thousandths, 100_000].join()
    })
    expect(refused).toEqual(wrong)
    expect(refused).toHaveLength(741)
    expect(refused.filter((each) => each % 1000 === 0)).toEqual([])
    expect(refused.filter((each) => each % 100 === 0)).toHaveLength(4)
  })

  it.each([
    ['0.1%', undefined, ''],
    ['0.0001%', '0.0001% cannot be held by GO Feature Flag: its buckets are 0.001%', '0.001%, or'],
    ['12.3456%', '12.3456% cannot be held by GO Feature Flag: its buckets are 0.001%', '12.347%, or'],
    ['1.001%', '1.001% cannot be held by GO Feature Flag: it loses a bucket to rounding', '1.002%, or'],
    ['on', 'a flag is true, false or a percentage, and no "on"', 'words:'],
  ])('of %s it says offline: %s', async (word, message, hint) => {
    const refusal = goFeatureFlag.refuses?.(await options(), 'FEATURE_X', word)
    expect(refusal).toEqual(message === undefined ? undefined : { message, hint: expect.stringContaining(hint) })
  })
})

describe('the file', () => {
  const before = `# flags of the shop
other:   # by ana
  variations: {red: "#f00", blue: "#00f"}
  defaultRule:
    variation: red

search:
    # the new search
    variations:
        "no": false
        "yes": true
    defaultRule:
        variation: "no"
    metadata:
        owner: ana
# the end
last: { variations: { a: 1, b: 2 }, defaultRule: { variation: a } } # flow
`
  const keys = { keys: { FEATURE_X: 'search', FEATURE_Y: 'last' } }

  it('keeps flags of others, comments, and what people added to ours', async () => {
    writeFileSync(file, before)
    expect(await read(['FEATURE_X'], keys)).toEqual({ FEATURE_X: 'false' })
    await write({ FEATURE_X: '10%' }, keys, { epoch: 3 })
    const [head = '', rest = ''] = before.split('    variations:\n')
    const [, tail = ''] = rest.split('        owner: ana\n')
    expect(text()).toBe(`${head}    variations:
      "no": false
      "yes": true
    defaultRule:
      percentage:
        "yes": 10
        "no": 90
    metadata:
      owner: ana
${tail}# rollout:3 of:shop/1a2b
`)
    const once = text()
    await write({ FEATURE_X: '10%' }, keys, { epoch: 3 })
    expect(text()).toBe(once)
    await expect(write({ FEATURE_X: '20%' }, keys, { epoch: 2 })).rejects.toMatchObject({ code: 'conflict' })
    await write({ FEATURE_Y: 'true' }, keys, { epoch: 4 })
    expect(parse(text()).last).toEqual({ variations: { enabled: true, disabled: false }, defaultRule: { variation: 'enabled' } })
    expect(text()).toMatch(/variation: enabled # flow\n# rollout:4 of:shop\/1a2b\n$/)
  })

  it('has Windows line ends where it had them', async () => {
    writeFileSync(file, before.replaceAll('\n', '\r\n'))
    await write({ FEATURE_X: '10%', FEATURE_Z: 'true' }, keys)
    expect(text().replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(await read(['FEATURE_X', 'FEATURE_Z'], keys)).toEqual({ FEATURE_X: '10%', FEATURE_Z: 'true' })
  })

  it('is begun', async () => {
    await write({ FEATURE_X: '0.1%' })
    expect(text()).toBe(`FEATURE_X:
  variations:
    enabled: true
    disabled: false
  defaultRule:
    percentage:
      enabled: 0.1
      disabled: 99.9
# rollout:1 of:shop/1a2b
`)
  })

  it('stays one document where its end is marked', async () => {
    writeFileSync(file, '---\nother:\n  variations: {a: 1}\n...\n')
    await write({ FEATURE_X: '10%' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: '10%' })
    await write({ FEATURE_X: 'false' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
    expect(text()).toMatch(/^---\nother:\n {2}variations: \{a: 1\}\nFEATURE_X:\n[^]*\n\.\.\.\n/)
  })

  it.each<[what: string, content: string]>([
    ['no YAML', 'FEATURE_X: [\n'],
    ['a list', '- a\n'],
    ['a map in braces', '{"FEATURE_X": {}}\n'],
    ['a flag twice', 'FEATURE_X: {}\nFEATURE_X: {}\n'],
    ['an anchor that others need', 'FEATURE_X: &a\n  variations: &v {a: 1}\nother:\n  variations: *v\n'],
  ])('is refused, and left as it is, where it is %s', async (_, content) => {
    writeFileSync(file, content)
    await expect(write({ FEATURE_X: 'false' })).rejects.toMatchObject({ code: 'conflict' })
    expect(text()).toBe(content)
  })

  it('is read and written where a flag is made of another one, which stays', async () => {
    const base = 'base: &base # of all\n  variations: { enabled: true, disabled: false }\n  defaultRule: { variation: disabled }\n'
    writeFileSync(file, `${base}other:\n  <<: *base\nFEATURE_X:\n  <<: *base\n  metadata: { owner: ana }\nFEATURE_Y: *base\n`)
    expect(await read(['FEATURE_X', 'FEATURE_Y'])).toEqual({ FEATURE_X: 'false', FEATURE_Y: 'false' })
    await write({ FEATURE_X: '10%', FEATURE_Y: 'true' })
    expect(await read(['FEATURE_X', 'FEATURE_Y', 'other'])).toEqual({ FEATURE_X: '10%', FEATURE_Y: 'true', other: 'false' })
    expect(text()).toContain(`${base}other:\n  <<: *base\nFEATURE_X:\n`)
    expect(parse(text())).toMatchObject({ FEATURE_X: { metadata: { owner: 'ana' } } })
  })

  it.each([
    [
      'behind a question mark',
      '? search # ours\n: variations:\n    enabled: true\n    disabled: false\n  defaultRule: { variation: disabled }\n',
    ],
    ['behind one, in braces', '? search\n: { variations: { enabled: true, disabled: false }, defaultRule: { variation: disabled } }\n'],
    [
      'behind one, in a block',
      '? |-\n  search\n: { variations: { enabled: true, disabled: false }, defaultRule: { variation: disabled } }\n',
    ],
    [
      'with empty lines at its end',
      `search:\n  variations: { enabled: true, disabled: false }\n  defaultRule: { variation: disabled }\n  note: |+\n    a\n\n\n`,
    ],
  ])('is read and written where a flag stands %s', async (_, content) => {
    const other = 'other: # of ana\n  variations: { a: true, b: false }\n'
    const keys = { keys: { FEATURE_X: 'search' } }
    writeFileSync(file, `${other}${content}${other.replace('other', 'more')}`)
    for (const [nth, word] of ['false', '10%', 'true', 'false'].entries()) {
      if (nth > 0) await write({ FEATURE_X: word }, keys, { epoch: nth })
      expect(await read(['FEATURE_X'], keys)).toEqual({ FEATURE_X: word })
    }
    expect(text()).toMatch(new RegExp(`^${other}search:\n[^]*\n${other.replace('other', 'more')}# rollout:3`))
    expect(parse(text()).search.note).toBe(parse(content).search.note)
  })

  it('is refused when it is read where another flag is made of ours', async () => {
    writeFileSync(
      file,
      'FEATURE_X: &x\n  variations: { enabled: true, disabled: false }\n  defaultRule: { variation: disabled }\nother: *x\n',
    )
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({
      code: 'conflict',
      message: 'line 4 refers to &x in the flag FEATURE_X, and would change with it',
    })
    expect(await read(['other'])).toEqual({ other: 'false' })
  })

  const plain = { variations: { enabled: true, disabled: false }, defaultRule: { variation: 'disabled' } }
  it.each<[what: string, flag: object, message: RegExp]>([
    ['targeting', { ...plain, targeting: [{ query: 'key eq "ana"', variation: 'enabled' }] }, /decided by targeting/],
    ['a schedule', { ...plain, scheduledRollout: [] }, /decided by scheduledRollout/],
    ['an experiment', { ...plain, experimentation: {} }, /decided by experimentation/],
    ['its switch off', { ...plain, disable: true }, /decided by disable/],
    ['a rollout of its own', { ...plain, defaultRule: { progressiveRollout: {} } }, /rolls out by itself/],
    ['three variations', { ...plain, defaultRule: { percentage: { enabled: 10, disabled: 80, other: 10 } } }, /another rule/],
    ['weights that are not 100', { ...plain, defaultRule: { percentage: { enabled: 1, disabled: 1 } } }, /another rule/],
    ['no boolean', { ...plain, variations: { enabled: 'a', disabled: 'b' } }, /no boolean flag/],
    ['a name that sorts the other way', { variations: { a: true, b: false }, defaultRule: { variation: 'b' } }, /no boolean flag/],
  ])('is not read as a word where it has %s, and taken back all the same', async (_, flag, message) => {
    writeFileSync(file, `FEATURE_X: ${JSON.stringify(flag)}\n`)
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(message) })
    await write({ FEATURE_X: 'false' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
    expect(evaluator('FEATURE_X')('user-1')).toBe(false)
  })
})

it('says what to type by hand', async () => {
  expect(goFeatureFlag.byHand(await options({ reload: ['systemctl', 'reload', 'relay'] }), { FEATURE_X: 'false' }, { epoch: 42 })).toEqual([
    `yq '.["FEATURE_X"] = (.["FEATURE_X"] | del(.targeting, .scheduledRollout, .experimentation, .disable)) + {"variations":{"enabled":true,"disabled":false},"defaultRule":{"variation":"disabled"}}' flags.yaml > flags.yaml.new && cat flags.yaml.new > flags.yaml && rm flags.yaml.new`,
    'systemctl reload relay',
  ])
})

it('holds many toggles', async () => {
  const words = (word: string) => Object.fromEntries(Array.from({ length: 500 }, (_, nth) => [`FEATURE_${nth}`, word]))
  for (const word of ['10%', 'false']) {
    await write(words(word))
    expect(await read(Object.keys(words(word)))).toEqual(words(word))
  }
})
