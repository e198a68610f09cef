import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { namedIn, readNamed } from '../../src/config/named.ts'
import { ownFolder } from '../helpers/folder.ts'

const WEB = { kind: 'targets', use: 'env-file', options: { path: 'web.env' } }

describe('the adapters that a plan names', () => {
  it('are those of every kind, without the keys that are not options', async () => {
    const text = `
targets: { web: { use: env-file, path: web.env }, edge: { use: env-file, path: "{{instance}}.env", instances: [a, b] } }
metrics: { errors: { use: command, run: [cat, errors], critical: "> 5", minSamples: 3 } }
notify: { ops: { use: webhook, url: "\${HOOK}", audience: on-call } }
`
    expect(await namedIn(text)).toEqual({
      isWhole: true,
      all: [
        WEB,
        { kind: 'targets', use: 'env-file', options: { path: '{{instance}}.env' }, instances: ['a', 'b'] },
        { kind: 'metrics', use: 'command', options: { run: ['cat', 'errors'] } },
        { kind: 'notify', use: 'webhook', options: { url: '${HOOK}' } },
      ],
    })
  })

  it('are those of each environment as well, on top of what they override', async () => {
    const text = `
targets: { web: { use: env-file, path: web.env, reload: [true] } }
environments:
  production: { targets: { web: { path: prod.env } } }
  edge: { targets: { web: { use: http, url: "https://x" } } }
`
    expect((await namedIn(text)).all.map(({ use, options }) => [use, options])).toEqual([
      ['env-file', { path: 'web.env', reload: [true] }],
      ['env-file', { path: 'prod.env', reload: [true] }],
      ['http', { url: 'https://x' }],
    ])
  })

  it.each([
    ['a line that is broken behind them', 'targets: { web: { use: env-file, path: web.env } }\nphases: ["'],
    ['keys that nobody knows', 'nmae: 1\ntargets: { web: { use: env-file, path: web.env } }\n'],
    ['a key twice', 'targets: { web: { use: env-file, path: web.env } }\nname: a\nname: b\n'],
    ['environments that are none', 'targets: { web: { use: env-file, path: web.env } }\nenvironments: [staging]\n'],
  ])('are found beside %s', async (_, text) => {
    expect((await namedIn(text)).all).toContainEqual(WEB)
  })

  it.each([
    ['', false],
    ['targets: [', false],
    ['targets: { web: { use: env-file } }\nphases: [', false],
    ['name: shop\n', false],
    ['targets: {}\n', true],
    [`a: ${'['.repeat(40)}`, false],
    ['targets: &a { web: *a }', false],
    ['targets: { __proto__: { use: env-file } }', false],
  ])('%j is known whole: %s', async (text, isWhole) => {
    expect(await namedIn(text)).toMatchObject({ isWhole })
  })

  it('are none where there is no file', async () => {
    for (const extent of ['plain targets', 'parts', 'whole'] as const)
      expect(await readNamed(`${ownFolder('rollout-named-')}/rollout.yaml`, extent)).toEqual({ all: [], isWhole: false })
  })

  it.each([
    ['as they mostly are', 'version: 1\ntargets:\n  web: { use: env-file, path: web.env }\nphases: []\n', [WEB]],
    [
      'quoted, behind a comment and lines that end otherwise',
      '# a\r\n"targets": # b\r\n\r\n  web: { use: env-file, path: web.env }\r\n',
      [WEB],
    ],
    ['beside what is broken', 'toggles: ["\ntargets: { web: { use: env-file, path: web.env } }\n', [WEB]],
    ['not in a text', 'name: a\nnotes: |\n  targets: { web: { use: env-file, path: web.env } }\n', []],
    ['not behind what YAML takes for no end of a line', 'name: "\u2028targets: { web: { use: env-file, path: web.env } }"\n', []],
    ['not within braces', '{ targets: { web: { use: env-file, path: web.env } } }', []],
    ['not in pieces', 'targets: {\nweb: { use: env-file, path: web.env }\n}\n', []],
  ])('are found in parts, %s', async (_, text, all) => {
    const path = `${ownFolder('rollout-named-')}/rollout.yaml`
    writeFileSync(path, text)
    expect((await readNamed(path, 'parts')).all).toEqual(all)
  })
})
