import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FlagdCore, MemoryStorage } from '@openfeature/flagd-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import flagd from '../../../src/adapters/targets/flagd.ts'
import type { Fence } from '../../../src/core/ports.ts'
import { TOMBSTONE } from '../../../src/core/toggle/mark.ts'
import { bucketOf, isIn } from '../../../src/core/toggle/bucket.ts'
import { formatExposure } from '../../../src/core/values/units.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { checked, lend } from '../../helpers/loan.ts'
import { has } from '../../helpers/program.ts'

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined }

let folder = ''
beforeEach(() => {
  folder = ownFolder('flagd-')
})

const text = (): string => readFileSync(join(folder, 'flags.json'), 'utf8')
const put = (document: unknown): void => writeFileSync(join(folder, 'flags.json'), JSON.stringify(document, undefined, 2))
const options = async (over: object = {}) => checked(flagd, { path: 'flags.json', create: true, ...over })
const write = async (words: Record<string, string>, over: object = {}, fence: Partial<Fence> = {}): Promise<void> =>
  flagd.write(await options(over), words, lend(folder, fence))
const read = async (names: string[], over: object = {}) => flagd.read(await options(over), names, lend(folder))

/** The file in flagd's own evaluator, which validates it against the published schemas of flags and targeting. */
function evaluator(): FlagdCore {
  const storage = new MemoryStorage(silent)
  storage.setConfigurations(text(), true)
  return new FlagdCore(storage, silent)
}
const isOn = (core: FlagdCore, key: string, id?: string): boolean =>
  core.resolveBooleanEvaluation(key, false, id === undefined ? {} : { targetingKey: id }, silent).value

const STEPS = [0, 0.00001, 0.1, 0.5, 1, 5, 10, 12.5, 33.33333, 50, 99.99999, 100]

describe('flagd itself', () => {
  it.each(STEPS)('at %s %% has exactly those users in that the SDK has, and reads back as written', async (exposure) => {
    const word = exposure === 0 ? 'false' : exposure === 100 ? 'true' : formatExposure(exposure)
    await write({ FEATURE_X: word })
    const core = evaluator()
    const differs = Array.from({ length: 20_000 }, (_, nth) => `user-${nth}`).filter(
      (id) => isOn(core, 'FEATURE_X', id) !== isIn(exposure, bucketOf('FEATURE_X', id)),
    )
    expect(differs).toEqual([])
    expect(isOn(core, 'FEATURE_X')).toBe(exposure === 100)
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: word })
  })

  it('serves 0.1 % to 0.1 % of whom it should', async () => {
    await write({ FEATURE_X: '0.1%' })
    const core = evaluator()
    let on = 0
    for (let nth = 0; nth < 200_000; nth += 1) if (isOn(core, 'FEATURE_X', `id-${nth}`)) on += 1
    // 200 are expected, with a standard deviation of 14.
    expect(on).toBe(
      Array.from({ length: 200_000 }, (_, nth) => bucketOf('FEATURE_X', `id-${nth}`)).filter((each) => isIn(0.1, each)).length,
    )
    expect(on).toBeGreaterThan(140)
    expect(on).toBeLessThan(260)
  })

  it('has another key for a toggle when told, and that key salts the bucket', async () => {
    const keys = { keys: { FEATURE_X: 'search' } }
    await write({ FEATURE_X: '10%' }, keys)
    const core = evaluator()
    const ids = Array.from({ length: 2000 }, (_, nth) => `user-${nth}`)
    expect(ids.filter((id) => isOn(core, 'search', id))).toEqual(ids.filter((id) => isIn(10, bucketOf('search', id))))
    expect(await read(['FEATURE_X'], keys)).toEqual({ FEATURE_X: '10%' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: undefined })
  })
})

describe('the file', () => {
  it('is as small as it says', async () => {
    await write({ FEATURE_X: '0.1%' }, {}, { epoch: 7 })
    expect(text()).toBe(`{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "FEATURE_X": {
      "state": "ENABLED",
      "variants": {
        "on": true,
        "off": false
      },
      "defaultVariant": "off",
      "targeting": {
        "fractional": [["on", 1], ["off", 999]]
      }
    }
  },
  "metadata": {
    "rollout": "7 of:shop/1a2b"
  }
}
`)
  })

  it('keeps flags of others, and what people added to ours, as it stands', async () => {
    const before = `{ "flags": {
        "color": {"state":"ENABLED",  "variants": {"red": "#f00"}, "defaultVariant": "red"},
    "FEATURE_X": { "metadata": { "owner": "ana" }, "state": "ENABLED", "variants": { "no": false, "yes": true }, "defaultVariant": "no" } },
  "metadata": { "version": "3" } }
`
    writeFileSync(join(folder, 'flags.json'), before)
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
    await write({ FEATURE_X: '50%' })
    expect(text()).toContain('        "color": {"state":"ENABLED",  "variants": {"red": "#f00"}, "defaultVariant": "red"},\n')
    expect(JSON.parse(text())).toEqual({
      ...JSON.parse(before),
      flags: {
        ...JSON.parse(before).flags,
        FEATURE_X: {
          ...JSON.parse(before).flags.FEATURE_X,
          targeting: {
            fractional: [
              ['yes', 50],
              ['no', 50],
            ],
          },
        },
      },
      metadata: { version: '3', rollout: '1 of:shop/1a2b' },
    })
    await write({ FEATURE_X: 'false' })
    expect(JSON.parse(text())).toEqual({ ...JSON.parse(before), metadata: { version: '3', rollout: '1 of:shop/1a2b' } })
  })

  it('is not touched where it says so already', async () => {
    await write({ FEATURE_X: '10%' })
    const { ino } = lstatSync(join(folder, 'flags.json'))
    await write({ FEATURE_X: '10%' })
    expect(lstatSync(join(folder, 'flags.json')).ino).toBe(ino)
  })

  it('is replaced behind a symbolic link, and nothing is left beside it', async () => {
    await write({ FEATURE_X: '10%' }, { path: 'real.json' })
    symlinkSync('real.json', join(folder, 'flags.json'))
    await write({ FEATURE_X: '20%' })
    expect(lstatSync(join(folder, 'flags.json')).isSymbolicLink()).toBe(true)
    expect(await read(['FEATURE_X'], { path: 'real.json' })).toEqual({ FEATURE_X: '20%' })
    expect(readdirSync(folder).toSorted()).toEqual(['flags.json', 'real.json'])
  })

  it('refuses an older intent, and is taken back by a break-glass', async () => {
    await write({ FEATURE_X: '10%' }, {}, { epoch: 9 })
    await expect(write({ FEATURE_X: '20%' }, {}, { epoch: 8 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/newer than #8/),
    })
    await write({ FEATURE_X: 'false' }, {}, { epoch: TOMBSTONE })
    await expect(write({ FEATURE_X: '20%' }, {}, { epoch: 10 })).rejects.toMatchObject({ message: expect.stringMatching(/break-glass/) })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
  })

  it('owes a reload until it has succeeded', async () => {
    const reload = ['sh', '-c', 'echo x >> reloads; test -e well']
    await expect(write({ FEATURE_X: '10%' }, { reload })).rejects.toMatchObject({ message: expect.stringMatching(/exited with 1/) })
    writeFileSync(join(folder, 'well'), '')
    await write({ FEATURE_X: '10%' }, { reload })
    await write({ FEATURE_X: '10%' }, { reload })
    expect(readFileSync(join(folder, 'reloads'), 'utf8')).toBe('x\nx\n')
    evaluator()
  })
})

const plain = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off' }

describe('what would go on deciding by itself is not read as a word', () => {
  it.each<[what: string, flag: object, message: RegExp]>([
    ['a rule', { ...plain, targeting: { if: [{ in: ['@', { var: 'email' }] }, 'on'] } }, /other rules than a percentage/],
    ['a bucket of something else', { ...plain, targeting: { fractional: [{ var: 'tenant' }, ['on', 1], ['off', 9]] } }, /other rules/],
    [
      'weights the other way round',
      {
        ...plain,
        targeting: {
          fractional: [
            ['off', 1],
            ['on', 9],
          ],
        },
      },
      /other rules/,
    ],
    [
      'thirds',
      {
        ...plain,
        targeting: {
          fractional: [
            ['on', 1],
            ['off', 2],
          ],
        },
      },
      /other rules/,
    ],
    [
      'a default that is on',
      {
        ...plain,
        defaultVariant: 'on',
        targeting: {
          fractional: [
            ['on', 1],
            ['off', 9],
          ],
        },
      },
      /other rules/,
    ],
    ['a flag that is disabled', { ...plain, state: 'DISABLED' }, /is disabled/],
    ['a flag of another kind', { ...plain, variants: { on: 'a', off: 'b' } }, /no boolean flag/],
  ])('%s', async (_, flag, message) => {
    put({ flags: { FEATURE_X: flag } })
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(message) })
    // A rollback takes it back all the same.
    await write({ FEATURE_X: 'false' })
    expect(await read(['FEATURE_X'])).toEqual({ FEATURE_X: 'false' })
    expect(isOn(evaluator(), 'FEATURE_X', 'user-1')).toBe(false)
  })

  it('says so when flagd would turn the whole file away', async () => {
    put({ flags: { FEATURE_X: plain, other: { state: 'on' } } })
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/flagd would not take this file: flags\.other\.state/),
    })
    expect(() => evaluator()).toThrow()
  })

  it('believes no file that names something twice', async () => {
    writeFileSync(
      join(folder, 'flags.json'),
      `{"flags": {"FEATURE_X": ${JSON.stringify(plain)}, "FEATURE_X": ${JSON.stringify({ ...plain, defaultVariant: 'on' })}}}`,
    )
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict', message: 'the file names "FEATURE_X" twice' })
  })

  it.each([
    ['no JSON', '{"flags": {'],
    ['a list of flags', '{"flags": []}'],
    ['nothing at all', ' '],
  ])('and refuses %s', async (_, content) => {
    writeFileSync(join(folder, 'flags.json'), content)
    await expect(read(['FEATURE_X'])).rejects.toMatchObject({ code: 'conflict' })
    await expect(write({ FEATURE_X: 'false' })).rejects.toMatchObject({ code: 'conflict' })
    expect(text()).toBe(content)
  })

  it('a missing file only with create', async () => {
    await expect(read(['FEATURE_X'], { create: false })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/does not exist/),
    })
    expect(existsSync(join(folder, 'flags.json'))).toBe(false)
  })
})

it.each([
  ['10%', undefined],
  ['on', /no "on"/],
  ['10%;seg=staff', /cannot hold "10%;seg=staff"/],
])('of the word %s it says offline: %s', async (word, message) => {
  expect(flagd.refuses?.(await options(), 'FEATURE_X', word)?.message).toEqual(
    message === undefined ? undefined : expect.stringMatching(message),
  )
})

it.runIf(has('jq'))('what is to be typed by hand does the same', async () => {
  await write({ FEATURE_X: '10%', FEATURE_Y: 'true' })
  for (const word of ['false', '0.1%', 'true']) {
    const [line = ''] = flagd.byHand(await options(), { FEATURE_X: word, FEATURE_Z: word }, { epoch: 42 })
    execFileSync('sh', ['-c', line], { cwd: folder })
    expect(await read(['FEATURE_X', 'FEATURE_Y', 'FEATURE_Z'])).toEqual({ FEATURE_X: word, FEATURE_Y: 'true', FEATURE_Z: word })
    evaluator()
  }
})

it('holds many toggles', async () => {
  const words = (word: string) => Object.fromEntries(Array.from({ length: 5000 }, (_, nth) => [`FEATURE_${nth}`, word]))
  for (const word of ['10%', 'false']) {
    await write(words(word))
    expect(await read(Object.keys(words(word)))).toEqual(words(word))
  }
})

describe('a file in YAML', () => {
  const yaml = { path: 'flags.yaml' }
  const file = (): string => readFileSync(join(folder, 'flags.yaml'), 'utf8')
  const putYaml = (content: string): void => writeFileSync(join(folder, 'flags.yaml'), content)
  const other = ['  other: # of ana', '    state: ENABLED', '    variants: {a: "x", b: \'y\'}', '    defaultVariant: a'].join('\n')

  it('is written as JSON would be, and everything around ours stays as it stands', async () => {
    putYaml(`# all flags\nflags:\n${other}\n    # ends here\n\n# last words\nmetadata:\n  team: web\n`)
    await write({ FEATURE_X: '0.1%' }, yaml)
    expect(await read(['FEATURE_X'], yaml)).toEqual({ FEATURE_X: '0.1%' })
    const ours = [
      '  FEATURE_X:',
      '    state: ENABLED',
      '    variants:',
      '      "on": true',
      '      "off": false',
      '    defaultVariant: "off"',
      '    targeting:',
      '      fractional: [ [ "on", 1 ], [ "off", 999 ] ]',
    ].join('\n')
    const around = [
      `# all flags\nflags:\n${other}\n    # ends here\n`,
      `\n\n# last words\nmetadata:\n  team: web\n# rollout:1 of:shop/1a2b\n`,
    ]
    expect(file()).toBe(around.join(ours))
    const storage = new MemoryStorage(silent)
    storage.setConfigurations(JSON.stringify(parse(file())), true)
    const core = new FlagdCore(storage, silent)
    const ids = Array.from({ length: 20_000 }, (_, nth) => `user-${nth}`)
    expect(ids.filter((id) => isOn(core, 'FEATURE_X', id))).toEqual(ids.filter((id) => isIn(0.1, bucketOf('FEATURE_X', id))))
    await write({ FEATURE_X: 'false' }, yaml, { epoch: 2 })
    expect(await read(['FEATURE_X'], yaml)).toEqual({ FEATURE_X: 'false' })
    expect(file()).toContain(`${other}\n    # ends here\n  FEATURE_X:\n`)
    await expect(write({ FEATURE_X: 'true' }, yaml)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('newer than #1'),
    })
  })

  it('is begun', async () => {
    await write({ FEATURE_X: 'true' }, yaml)
    expect(parse(file())).toEqual({ flags: { FEATURE_X: { ...plain, defaultVariant: 'on' } } })
  })

  it('keeps what people added to ours', async () => {
    putYaml('flags:\n    FEATURE_X: { state: ENABLED, variants: { yes: true, no: false }, defaultVariant: no, metadata: { owner: ana } }\n')
    await write({ FEATURE_X: 'true' }, yaml)
    expect(await read(['FEATURE_X'], yaml)).toEqual({ FEATURE_X: 'true' })
    expect(parse(file())).toMatchObject({ flags: { FEATURE_X: { variants: { yes: true, no: false }, metadata: { owner: 'ana' } } } })
  })

  it('has a flag behind a question mark, and one that ends with empty lines', async () => {
    const flag = 'state: ENABLED\n    variants: { yes: true, no: false }\n    defaultVariant: no\n'
    putYaml(`flags:\n  ? FEATURE_X\n  : ${flag}    note: |+\n      a\n\n\n${other}\n`)
    for (const [nth, word] of ['10%', 'true', 'false'].entries()) {
      await write({ FEATURE_X: word }, yaml, { epoch: nth + 1 })
      expect(await read(['FEATURE_X'], yaml)).toEqual({ FEATURE_X: word })
    }
    expect(parse(file()).flags.FEATURE_X.note).toBe('a\n\n\n')
    expect(file()).toContain(`\n${other}\n`)
  })

  it('may be JSON, which YAML is as well', async () => {
    putYaml('{\n  "flags": {}\n}\n')
    await write({ FEATURE_X: '10%' }, yaml)
    expect(JSON.parse(file())).toMatchObject({ metadata: { rollout: '1 of:shop/1a2b' } })
    expect(await read(['FEATURE_X'], yaml)).toEqual({ FEATURE_X: '10%' })
  })

  it('is refused when it is read where another flag is made of ours', async () => {
    const ours = `flags:\n  FEATURE_X: &x\n    state: ENABLED\n    variants: { on: true, off: false }\n    defaultVariant: off\n`
    putYaml(`${ours}  other: *x\n`)
    await expect(read(['FEATURE_X'], yaml)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('line 6 refers to &x'),
    })
    expect(await read(['other'], yaml)).toEqual({ other: 'false' })
  })

  it.each([
    ['a flag twice', 'flags:\n  FEATURE_X: {}\n  FEATURE_X: {}\n'],
    ['flags in braces', 'flags: {}\n'],
    ['no flags', 'other: 1\n'],
    ['an anchor that others need', `flags:\n  FEATURE_X: &x\n    state: ENABLED\n    variants: { on: true, off: false }\n  other: *x\n`],
  ])('is refused, and left as it is, where it has %s', async (_, content) => {
    putYaml(content)
    await expect(write({ FEATURE_X: 'false' }, yaml)).rejects.toMatchObject({ code: 'conflict' })
    expect(file()).toBe(content)
  })
})
