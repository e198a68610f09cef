import fc from 'fast-check'
import { expect, it } from 'vitest'
import { plainTargets } from '../../src/config/plain-targets.ts'
import { parseAnyway } from '../../src/config/syntax.ts'

it('are read as they mostly stand in a plan', () => {
  const text = `targets: # where they are written

  web: { use: env-file, path: deploy/web.env, create: true } # one
  # another
  worker:
    use: env-file
    path: .env # two
    reload: [systemctl, reload, shop]
    verify: "http://localhost:8080/toggles?of=a, b: c # d"
  edge:   { use: ./edge.ts, url: http://localhost:8080/edge }
`
  expect(plainTargets(text)).toEqual({
    web: { use: 'env-file', path: 'deploy/web.env', create: true },
    worker: {
      use: 'env-file',
      path: '.env',
      reload: ['systemctl', 'reload', 'shop'],
      verify: 'http://localhost:8080/toggles?of=a, b: c # d',
    },
    edge: { use: './edge.ts', url: 'http://localhost:8080/edge' },
  })
})

it.each(['', 'targets: {}\n', '  web: { use: a }\n', 'targets:\n  web: { use: a }\n  web: { use: b }\n', 'targets:\n  web:\n  - a\n'])(
  'are none in %j',
  (text) => {
    expect(plainTargets(text)).toBeUndefined()
  },
)

/** What may be read as something else than the text it looks like. */
const words = [
  'a',
  'e5',
  'web.env',
  './a',
  '.env',
  '.5',
  '.inf',
  '.NaN',
  '...',
  '5',
  '0x1',
  '-',
  'true',
  'True',
  'null',
  'Null',
  'yes',
  '~',
]
const signs = [
  'a:b',
  'a:',
  ':a',
  'a::b',
  'a #b',
  'a#b',
  '#b',
  '"a"',
  "'a'",
  '*a',
  '&a',
  '!a',
  '<<',
  '|',
  'a b',
  'a,b',
  'http://a:1/b?c',
  'ä',
  '',
]
const names = ['use', 'path', 'a-b', 'constructor', '__proto__', 'true', '5', '? a']
const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...words) },
  fc.constantFrom(...signs),
  fc.array(fc.constantFrom(...words, ...signs), { maxLength: 3 }).map((each) => `[${each.join(', ')}]`),
)
const name = fc.oneof({ weight: 9, arbitrary: fc.stringMatching(/^[a-z]{1,3}$/) }, fc.constantFrom(...names))
const pair = fc.tuple(name, value).map(([key, written]) => `${key}: ${written}`)
const end = fc.constantFrom('\n', '\n', '\n', ' # x\n', '\n\n', '\n# x\n', ' \n', '\r\n', '\n\t\n', '#\n')
const pairs = fc.array(pair, { minLength: 1, maxLength: 3 })
const target = fc.oneof(
  fc.tuple(name, pairs, end).map(([key, each, last]) => `  ${key}:${key.length > 2 ? '  ' : ' '}{ ${each.join(', ')} }${last}`),
  fc.tuple(name, pairs, end).map(([key, each, last]) => `  ${key}:${last}${each.map((one) => `    ${one}${last}`).join('')}`),
)
const text = fc.array(target, { maxLength: 4 }).map((each) => `targets:\n${each.join('')}`)

it('are what YAML reads, or not read', () => {
  let read = 0
  fc.assert(
    fc.property(text, (written) => {
      const targets = plainTargets(written)
      if (targets === undefined) return
      read += 1
      // Nothing under a name is null to YAML, and names no adapter.
      const plain = Object.fromEntries(Object.entries(targets).map(([key, each]) => [key, Object.keys(each).length === 0 ? null : each]))
      const none = Object.keys(plain).length === 0 ? null : plain
      expect(parseAnyway(written)).toEqual({ value: { targets: none }, isWhole: true })
    }),
    { numRuns: 3000 },
  )
  expect(read).toBeGreaterThan(300)
})
