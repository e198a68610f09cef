import { describe, expect, it } from 'vitest'
import { shopShell } from './helpers/plans.ts'
import { fakeShell } from './helpers/shell.ts'

describe('flags that every verb takes', () => {
  it.each([
    ['status', '--json', '-f', 'there'],
    ['--json', '-f', 'there', 'status'],
    ['-f', 'there', 'status', '--json'],
  ])('stand before it or behind it: %s %s %s %s', async (...argv) => {
    const shell = fakeShell({ files: { 'there/rollout.yaml': 'version: 1\nname: elsewhere\nstate: kept\n' } })
    expect(await shell.run(...argv)).toBe('usage')
    expect(shell.json()).toMatchObject({ kind: 'error', message: expect.stringContaining('there/kept') })
  })

  it('--no-color before the verb counts', async () => {
    const shell = await shopShell({ requests: 1000, errors: 0 })
    await shell.run('start')
    const colored = { ...shell, out: { ...shell.out, color: 2 as const } }
    const { main } = await import('../src/cli.ts')
    for (const [argv, isPlain] of [
      [['status'], false],
      [['--no-color', 'status'], true],
      [['status', '--no-color'], true],
    ] as const) {
      shell.printed.out = ''
      await main(argv, colored)
      expect(!shell.printed.out.includes('\u001b[')).toBe(isPlain)
    }
  })
})

describe('--json', () => {
  it.each([
    [['status', '--json'], 'usage', 64],
    [['plan', '--json'], 'config', 78],
    [['rollback', '--json', '--to', '5'], 'usage', 64],
    [['--json', 'nonsense'], 'usage', 64],
    [['--json', 'undo'], 'usage', 64],
    [['run', '--json', '--simulate'], 'usage', 64],
    [['drill', '--json'], 'usage', 64],
  ] as const)('%j: what goes wrong is one value too', async (argv, code, exit) => {
    const shell = fakeShell({ files: { 'rollout.yaml': 'version: 1\nname: shop\nnmae: x\n' } })
    expect(await shell.run(...argv)).toBe(code)
    expect(shell.json()).toMatchObject({
      kind: 'error',
      version: 1,
      code,
      exit,
      problems: expect.any(Array),
      message: expect.stringMatching(/\S/),
    })
    expect(shell.printed.err).toMatch(/^✗ /)
  })

  it.each<[kind: string, argv: readonly string[]]>([
    ['status', ['status']],
    ['status', ['pause']],
    ['plan', ['plan']],
    ['check', ['check', 'config']],
    ['decision', ['explain']],
    ['metric', ['explain', 'error_rate']],
    ['event', ['explain', '#1']],
    ['toggle', ['explain', 'FEATURE_X']],
    ['user', ['explain', '--user', 'ana']],
    ['history', ['history']],
    ['cdevents', ['history', '--format', 'cdevents']],
    ['verification', ['history', '--verify']],
    ['toggles', ['toggles']],
    ['docs', ['docs', '--check']],
    ['report', ['report']],
    ['state', ['state']],
    ['types', ['schema', '--types']],
    ['schema', ['schema', '--phase-file']],
    ['completion', ['completion', 'bash']],
    ['rollback', ['rollback', '--dry-run']],
    ['about', ['--help']],
    ['about', ['help', 'status']],
    ['about', ['help']],
    ['about', ['help', 'help']],
    ['about', ['status', '--help']],
    ['about', ['--version']],
  ])('a value of the kind %s comes of %j', async (kind, argv) => {
    const shell = await shopShell({ requests: 1000, errors: 0 })
    await shell.run('start')
    await shell.run(...argv, '--json')
    expect(shell.json()).toMatchObject({ kind, version: 1 })
  })
})
