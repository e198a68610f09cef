import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadPlanFile } from '../../src/config/load.ts'
import { parse } from '../../src/config/syntax.ts'
import { adaptersIn } from '../../src/adapters/registry.ts'
import { changed, loaded, loadIn, PLAN, refusal, seen, withFiles } from './plan.ts'

const IS_ROOT = process.getuid?.() === 0
const NOBODY = 65534

describe('a file that is no plan', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'rollout.yaml is empty'],
    ['blanks', ' \n\n', 'rollout.yaml is empty'],
    ['only comments', '# one\n# two\n', 'rollout.yaml is empty'],
    ['a document of nothing', '---\n...\n', 'rollout.yaml is empty'],
    ['text', 'hello\n', 'rollout.yaml:1:1 must be a map of keys, not text'],
    ['a list', '- a\n', 'rollout.yaml:1:1 must be a map of keys, not a list'],
    ['not UTF-8', Buffer.from([0x6e, 0x3a, 0xff, 0xfe]), 'rollout.yaml is not UTF-8 text\n  save it as UTF-8'],
    ['UTF-16', Buffer.from('\ufeffversion: 1', 'utf16le'), 'rollout.yaml is not UTF-8 text\n  save it as UTF-8'],
    ['10 MB', 'a'.repeat(10 << 20), 'rollout.yaml is 10240 KB; a plan has at most 1024 KB'],
    ['1.8 KB of [', '['.repeat(1800), 'rollout.yaml:1:34 is nested more than 32 deep'],
    ['100 KB of {a:', '{a: '.repeat(25_000), 'rollout.yaml:1:130 is nested more than 32 deep'],
    ['100 KB of -', '- '.repeat(50_000), 'rollout.yaml:1:65 is nested more than 32 deep'],
    [
      'deep blocks',
      Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      'rollout.yaml:33:33 is nested more than 32 deep',
    ],
    ['a key of a key of a key', '? '.repeat(5000), 'rollout.yaml:1:3 a key is text, not a list or a map'],
    [
      '20,000 keys',
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(''),
      'rollout.yaml:10000:8 has more than 20000 nodes\n  instances: names many places',
    ],
    [
      '40,000 keys in braces',
      `{${Array.from({ length: 40_000 }, (_, i) => i.toString(36)).join(',')}}`,
      'rollout.yaml:1:78666 has more than 20000 nodes',
    ],
    ['a billion laughs', 'a: &a [x]\nb: &b [*a, *a]\n', 'rollout.yaml:1:4 anchors and aliases are not allowed'],
    ['a tag of code', 'a: !!js/function x\n', 'rollout.yaml:1:4 tags are not allowed'],
    ['1 and "1"', '1: a\n"1": b\n', 'rollout.yaml:2:1 the same key is written twice'],
  ])('%s', async (_, content, said) => {
    expect(await seen({ 'rollout.yaml': content })).toContain(`✗ ${said}`)
  })

  it('names 100 mistakes at most, and how many more there are', async () => {
    const { problems } = await refusal(Array.from({ length: 2000 }, (_, i) => `k${i}: 1\n`).join(''))
    expect(problems.length).toBe(101)
    expect(problems.at(-1)?.message).toBe('and 1905 more')
  })

  it('a missing file, a folder, a pipe, a loop of links', async () => {
    await withFiles({}, async (folder) => {
      const said = async (name: string) => {
        const outcome = await loadPlanFile(join(folder, name), { env: {}, adapters: adaptersIn(folder), now: 0 }).catch(
          (thrown: unknown) => thrown,
        )
        return outcome instanceof Error ? outcome.message : 'accepted'
      }
      mkdirSync(join(folder, 'dir.yaml'))
      execFileSync('mkfifo', [join(folder, 'pipe.yaml')])
      symlinkSync('loop.yaml', join(folder, 'loop.yaml'))
      expect(await said('none.yaml')).toBe('does not exist')
      expect(await said('dir.yaml')).toBe('is a directory, not a plan')
      expect(await said('pipe.yaml')).toBe('is not a regular file')
      expect(await said('loop.yaml')).toMatch(/^cannot be read: ELOOP/)
      expect(await said('dir.yaml/x')).toBe('does not exist')
    })
  })

  it('one that may not be read', async () => {
    await withFiles({ 'rollout.yaml': PLAN }, async (folder) => {
      chmodSync(join(folder, 'rollout.yaml'), 0)
      // Somebody else may not be allowed into the folder of this repository either.
      const adapters = adaptersIn(folder)
      // Root may read every file: for a moment this process is somebody else.
      if (IS_ROOT) process.seteuid?.(NOBODY)
      try {
        await expect(loadIn(folder, { adapters })).rejects.toThrow('may not be read by this user')
      } finally {
        if (IS_ROOT) process.seteuid?.(0)
      }
    })
  })
})

describe('YAML is read as 1.2', () => {
  it.each([
    ['CRLF', PLAN.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${PLAN}`],
    ['a start and an end of the document', `---\n${PLAN}...\n`],
    ['no final newline', PLAN.trimEnd()],
  ])('%s changes nothing', async (_, text) => {
    expect((await loaded(text)).plan).toEqual((await loaded(PLAN)).plan)
  })

  it.each([
    ['CRLF', '\r\n', ''],
    ['a byte order mark', '\n', '\uFEFF'],
  ])('places are right with %s', async (_, newline, mark) => {
    const { problems } = await refusal(mark + changed(['version: 1', 'verson: 1'], ['name: shop', 'nmae: shop']).replaceAll('\n', newline))
    const places = problems.filter(({ hint }) => hint !== undefined).map(({ where }) => [where?.line, where?.column])
    expect(places).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it('on, off, yes and 010 are what they look like', () => {
    const { document } = parse('[on, off, yes, 010, 0o10, 2027-03-31, ~]', 'x')
    expect(document.toJS()).toEqual(['on', 'off', 'yes', 10, 8, '2027-03-31', null])
  })

  it('a value may be called constructor; only a key may not', async () => {
    const { plan } = await loaded(changed(['[web] }', '[web], owner: constructor, description: __proto__ }']))
    expect(plan.toggles['FEATURE_X']).toMatchObject({ owner: 'constructor', description: '__proto__' })
  })
})
