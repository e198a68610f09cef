import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/adapters/state/digest.ts'
import { openFileStore } from '../../src/adapters/state/file.ts'
import type { Plan, Target } from '../../src/core/plan/plan.ts'
import { openWriter } from '../../src/engine/writer.ts'
import type { CheckReport } from '../../src/views/check.ts'
import { ownFolder } from '../helpers/folder.ts'
import { fakeShell, serve, type FakeShell } from '../helpers/shell.ts'

const OWN = `
import { appendFileSync } from 'node:fs'
appendFileSync(new URL('ran', import.meta.url), 'own ')
export default { options: { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }, read: () => ({}), write: () => {}, byHand: () => ['x'], send: () => {} }
`

const plan = (more = ''): string => `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web, api] } }
targets:
  web: { use: env-file, path: web.env }
  api: { use: env-file, path: api.env }
metrics: { errors: { use: command, run: [cat, errors], critical: "> 5" } }
interval: 1s
${more}phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 0s, metrics: [errors] }
`

/** A rollout at its first step, in a folder with a module that leaves a trace where it is imported. */
async function rising(more?: string): Promise<FakeShell> {
  const files = { 'rollout.yaml': plan(more), 'web.env': 'FEATURE_X=false\n', 'api.env': 'FEATURE_X=false\n', errors: '0', 'own.mjs': OWN }
  const shell = fakeShell({
    files: { ...files, 'other.env': 'FEATURE_X=10%\n' },
    env: { PATH: process.env['PATH'], SECRET: 'canary-of-ana' },
  })
  expect(await shell.run('start')).toBe('done')
  expect(await shell.run('advance', '--override', 'metrics', '--reason', 'test')).toBe('done')
  expect(word(shell, 'web.env')).toBe('10%')
  return shell
}

/** Appends, as whoever may write the journal can, an event with another plan, all its hashes right. */
async function forge(shell: FakeShell, change: (plan: Plan) => Plan, digest = digestOf): Promise<void> {
  const journal = await openFileStore(join(shell.cwd, '.rollout'), shell).open('shop')
  const writer = await openWriter({ journal, clock: shell.clock, uuid: shell.uuid, version: shell.version })
  const { state } = writer
  if (!state) throw new Error('nothing was started')
  const forged = change(state.plan)
  const { files, baseline } = state
  await writer.append({ type: 'replanned', plan: forged, digest: digest(forged), files, baseline }, { actor: 'ana' })
}

const withApi =
  (api: Target) =>
  (of: Plan): Plan => ({ ...of, targets: { ...of.targets, api } })

function word(shell: FakeShell, file: string): string | undefined {
  return /^FEATURE_X="?([^"\n]*)/m.exec(readFileSync(join(shell.cwd, file), 'utf8'))?.[1]
}

const trace = (what: string, ...more: readonly string[]): readonly string[] => ['sh', '-c', `printf '${what} ' >> ran; echo false`, ...more]

describe('a journal brings no', () => {
  const heard: string[] = []
  const url = serve((request, response) => {
    heard.push(request.url ?? '')
    response.end('{"value":"false"}')
  })
  const set = trace('set', '{{value}}')

  it.each<[string, (of: Plan, server: string) => Plan]>([
    ['command of a target', withApi({ use: 'command', options: { set, get: trace('get') } })],
    ['reload of a file', withApi({ use: 'env-file', options: { path: 'api.env', reload: trace('reload') } })],
    ['code of its own', withApi({ use: './own.mjs', options: {} })],
    ['other file', withApi({ use: 'env-file', options: { path: 'other.env' } })],
    ['other instances of a file', withApi({ use: 'env-file', instances: ['other'], options: { path: '{{instance}}.env' } })],
    [
      'secret for its server',
      (of, server) => {
        const url = `${server}/\${SECRET}/{{name}}`
        return withApi({ use: 'http', options: { url, body: '{{value}}', get: { url } } })(of)
      },
    ],
    [
      'command of a metric',
      (of) => ({ ...of, metrics: { errors: { ...of.metrics['errors'], use: 'command', options: { run: trace('metric') } } } }) as Plan,
    ],
  ])('%s', async (_, change) => {
    const shell = await rising()
    const server = await url
    await forge(shell, (of) => change(of, server))
    heard.length = 0
    for (const line of ['status', 'check', 'plan', 'run --once', 'advance', 'rollback --dry-run', 'rollback'])
      await shell.run(...line.split(' '), '--timeout', '20s')
    expect(existsSync(join(shell.cwd, 'ran'))).toBe(false)
    expect(heard).toEqual([])
    expect(word(shell, 'other.env')).toBe('10%')
    expect(word(shell, 'web.env')).toBe('false')
  })

  it('plan under the digest of another, however right its hash is', async () => {
    const shell = await rising()
    await forge(
      shell,
      (of) => ({ ...of, approvers: {}, maxUnavailable: 7 }),
      () => '0'.repeat(64),
    )
    expect(await shell.run('status')).toBe('config')
    expect(shell.printed.err).toContain('calls its plan by the digest of another')
    expect(await shell.run('rollback', '--all', '--break-glass')).toBe('done')
    expect(word(shell, 'web.env')).toBe('false')
  })
})

describe('a rollback', () => {
  it('takes back what still stands in rollout.yaml, and names the rest with what to type', async () => {
    const shell = await rising()
    shell.write('rollout.yaml', plan().replace('path: api.env', 'path: moved.env'))
    expect(await shell.run('rollback')).toBe('partial')
    expect([word(shell, 'web.env'), word(shell, 'api.env')]).toEqual(['false', '10%'])
    expect(shell.printed.out).toContain('targets.api stands so in the journal alone, not in rollout.yaml')
    expect(shell.printed.out).toContain('# put it back into rollout.yaml as it was')
    expect(shell.printed.out).toContain('# FEATURE_X=false')

    shell.write('rollout.yaml', plan())
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell, 'api.env')).toBe('false')
  })

  const reloading = (of: string): string => of.replace('path: api.env', 'path: api.env, reload: [touch, reloaded]')

  it.each<[string, (shell: FakeShell) => void, string]>([
    ['is broken behind its targets', (shell) => shell.write('rollout.yaml', `${reloading(plan())}\n  - [`), 'false'],
    ['is broken by a key nobody knows', (shell) => shell.write('rollout.yaml', `${reloading(plan())}nmae: x\n`), 'false'],
    ['is gone: what runs nothing', (shell) => rmSync(join(shell.cwd, 'rollout.yaml')), '10%'],
    ['says its name alone: what runs nothing', (shell) => shell.write('rollout.yaml', 'name: shop\n'), '10%'],
  ])('goes on where rollout.yaml %s', async (_, harm, api) => {
    const shell = await rising()
    shell.write('rollout.yaml', reloading(plan()))
    expect(await shell.run('plan', '--accept', '--reason', 'a reload')).toBe('done')
    harm(shell)
    expect(await shell.run('rollback')).toBe(api === 'false' ? 'done' : 'partial')
    expect([word(shell, 'web.env'), word(shell, 'api.env')]).toEqual(['false', api])
  })

  it('goes on by what was edited beside the place of a target, and was not accepted yet', async () => {
    const shell = await rising()
    shell.write('rollout.yaml', plan().replace('path: api.env', 'path: ./api.env, timeout: 3s, reload: [touch, reloaded]'))
    expect(await shell.run('rollback')).toBe('done')
    expect([word(shell, 'web.env'), word(shell, 'api.env')]).toEqual(['false', 'false'])
    expect(existsSync(join(shell.cwd, 'reloaded'))).toBe(true)
  })

  it.each([
    ['another path', 'path: flags.json', 'path: moved.json'],
    ['another flag', 'path: flags.json', 'path: flags.json, keys: { FEATURE_X: other }'],
    ['another kind of file', 'flagd, path: flags.json', 'env-file, path: flags.json'],
    ['instances', 'path: flags.json', 'instances: [a], path: "flags.json"'],
  ])('waits for a target that was edited to %s', async (_, from, to) => {
    const flags = (of: string): string => of.replace('{ use: env-file, path: api.env }', '{ use: flagd, path: flags.json }')
    const shell = fakeShell({ files: { 'rollout.yaml': flags(plan()), 'web.env': 'FEATURE_X=false\n', errors: '0' } })
    shell.write('flags.json', '{"flags": {}}')
    shell.write('moved.json', '{"flags": {}}')
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run('advance', '--override', 'metrics', '--reason', 'test')).toBe('done')
    const before = readFileSync(join(shell.cwd, 'flags.json'), 'utf8')
    shell.write('rollout.yaml', flags(plan()).replace(from, to))
    expect(await shell.run('rollback')).toBe('partial')
    expect(readFileSync(join(shell.cwd, 'flags.json'), 'utf8')).toBe(before)
    shell.write('rollout.yaml', flags(plan()))
    expect(await shell.run('rollback')).toBe('done')
  })

  it('goes on in a file outside of the folder once the plan allows it', async () => {
    const shell = await rising()
    const outside = join(ownFolder('outside-'), 'api.env')
    writeFileSync(outside, 'FEATURE_X=10%\n')
    rmSync(join(shell.cwd, 'api.env'))
    symlinkSync(outside, join(shell.cwd, 'api.env'))
    expect(await shell.run('rollback')).toBe('partial')
    expect(shell.printed.out).toContain(
      `api.env leads to ${outside}, outside the plan's folder: allowOutside: true in the target allows it`,
    )
    shell.write('rollout.yaml', plan().replace('path: api.env', 'path: api.env, allowOutside: true'))
    expect(await shell.run('rollback')).toBe('done')
    expect(readFileSync(outside, 'utf8')).toContain('FEATURE_X=false')
  })

  it('waits for a command that was edited: what it writes to, nobody knows', async () => {
    const command = (name: string): string =>
      plan().replace(
        '{ use: env-file, path: api.env }',
        `{ use: command, set: [sh, -c, 'printf %s "$0" > ${name}', "{{value}}"], get: [cat, ${name}] }`,
      )
    const shell = fakeShell({
      files: { 'rollout.yaml': command('one'), 'web.env': 'FEATURE_X=false\n', one: 'false', two: 'false', errors: '0' },
    })
    expect(await shell.run('start')).toBe('done')
    expect(await shell.run('advance', '--override', 'metrics', '--reason', 'test')).toBe('done')
    shell.write('rollout.yaml', command('two'))
    expect(await shell.run('rollback')).toBe('partial')
    expect(readFileSync(join(shell.cwd, 'one'), 'utf8')).toBe('10%')
    shell.write('rollout.yaml', command('one'))
    expect(await shell.run('rollback')).toBe('done')
    expect(readFileSync(join(shell.cwd, 'one'), 'utf8')).toBe('false')
  })

  it('of an environment finds what that overrides', async () => {
    const shell = fakeShell({
      files: {
        'rollout.yaml': plan('environments: { production: { targets: { web: { path: prod.env, reload: [touch, reloaded] } } } }\n'),
        'prod.env': 'FEATURE_X=false\n',
        'api.env': 'FEATURE_X=false\n',
        errors: '0',
      },
    })
    expect(await shell.run('start', '-e', 'production')).toBe('done')
    expect(await shell.run('advance', '--override', 'metrics', '--reason', 'test')).toBe('done')
    expect(await shell.run('rollback')).toBe('done')
    expect(word(shell, 'prod.env')).toBe('false')
    expect(existsSync(join(shell.cwd, 'reloaded'))).toBe(true)
  })
})

describe('check --no-code', () => {
  it('reads the plan of a stranger, and does nothing that it says', async () => {
    const heard: string[] = []
    const server = await serve((request, response) => {
      heard.push(request.url ?? '')
      response.end()
    })
    const text = plan('notify: { ops: { use: ./own.mjs } }\n')
      .replace('{ use: env-file, path: api.env }', `{ use: command, set: [touch, ran, "{{value}}"], get: [touch, ran] }`)
      .replace('{ use: env-file, path: web.env }', '{ use: ./own.mjs, path: 7 }')
      .replace('use: command, run: [cat, errors]', `use: json, url: "${server}/\${SECRET}", path: v`)
    const shell = fakeShell({ files: { 'rollout.yaml': text, 'own.mjs': OWN }, env: { PATH: process.env['PATH'], SECRET: 'canary' } })
    expect(await shell.run('check', '--no-code', '--json')).toBe('done')
    expect(shell.json<CheckReport>().rows.map(({ verdict, text: said }) => `${verdict} ${said}`)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("warning targets.web (./own.mjs) is code of this plan's author: it was not imported"),
        expect.stringContaining('warning notify.ops (./own.mjs)'),
        expect.stringContaining('ok read alone: no command was run, nothing imported, no secret read'),
      ]),
    )
    expect([existsSync(join(shell.cwd, 'ran')), heard]).toEqual([false, []])
    expect(shell.printed.out + shell.printed.err).not.toContain('canary')
  })

  it('says what is wrong with it, at its place', async () => {
    const shell = fakeShell({ files: { 'rollout.yaml': plan().replace('path: web.env', 'pth: web.env') } })
    expect(await shell.run('check', '--no-code')).toBe('config')
    expect(shell.printed.out).toContain('rollout.yaml:5:')
  })

  it.each(['targets', 'config'])('is not asked for %s alone', async (part) => {
    expect(await fakeShell().run('check', part, '--no-code')).toBe('usage')
  })
})
