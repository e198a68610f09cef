import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fakeShell, type FakeShell } from '../../helpers/shell.ts'

const PLAN = `version: 1
name: shop
owner: team-shop
toggles:
  FEATURE_A: { targets: [web], owner: ana, description: The first }
  FEATURE_B: { targets: [web, far], requires: [FEATURE_A] }
  FEATURE_OLD: { targets: [web], kind: legacy, default: on }
targets:
  web: { use: env-file, path: web.env }
  far: { use: command, set: [./set, "{{name}}", "{{value}}", "\${TOKEN}"], get: [./get, "{{name}}"] }
phases:
  - { phase: core, title: The core, planned: 1d..2d, toggles: [FEATURE_A, FEATURE_B], steps: [10%, 100%], hold: 1h }
  - { phase: old, toggles: [FEATURE_OLD], steps: [50%, 100%], hold: 1h, after: 2h }
`
const FILES = [
  'README.md',
  'communication.md',
  'dark-launch.md',
  'emergency.md',
  'implementation-guide.md',
  'in-the-code.md',
  'risk-matrix.md',
  'rollout-plan.md',
  'toggles.md',
]

interface Told {
  readonly check: boolean
  readonly stale: boolean
  readonly files: readonly { readonly file: string; readonly standing: string }[]
}

function shopShell(files: Readonly<Record<string, string>> = {}, more: Parameters<typeof fakeShell>[0] = {}): FakeShell {
  return fakeShell({ files: { 'rollout.yaml': PLAN, ...files }, ...more })
}

const contents = (shell: FakeShell, folder = 'docs') =>
  Object.fromEntries(
    readdirSync(join(shell.cwd, folder))
      .toSorted()
      .map((name) => [name, readFileSync(join(shell.cwd, folder, name), 'utf8')]),
  )

describe('rollout docs', () => {
  it('writes every document, and the same bytes on another day, another machine', async () => {
    const [one, other] = [
      shopShell(),
      shopShell({}, { env: { TOKEN: 'hunter2secret', LANG: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo' }, user: 'ben', clock: later() }),
    ]
    expect(await one.run('docs')).toBe('done')
    expect(await other.run('docs')).toBe('done')
    expect(Object.keys(contents(one))).toEqual(FILES)
    expect(contents(other)).toEqual(contents(one))
    expect(await one.run('docs', '--format', 'html')).toBe('done')
    expect(await other.run('docs', '--format', 'html')).toBe('done')
    expect(contents(other)).toEqual(contents(one))
    expect(JSON.stringify(contents(other))).not.toContain('hunter2secret')
    expect(contents(one)['emergency.md']).toContain('./set FEATURE_B false')
  })

  it('leaves what is right untouched, and says so', async () => {
    const shell = shopShell()
    await shell.run('docs')
    const before = statSync(join(shell.cwd, 'docs/toggles.md'), { bigint: true })
    expect(await shell.run('docs', '--json')).toBe('done')
    expect(shell.json<Told>()).toMatchObject({ check: false, stale: false })
    expect(statSync(join(shell.cwd, 'docs/toggles.md'), { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs })
  })

  it('--check is green on what is right, red on what is stale, and writes nothing', async () => {
    const shell = shopShell()
    expect(await shell.run('docs', '--check')).toBe('changes')
    expect(readdirSync(shell.cwd)).toEqual(['rollout.yaml'])
    await shell.run('docs')
    expect(await shell.run('docs', '--check')).toBe('done')
    expect(shell.printed.out).toBe('✓ 9 documents are what the plan says\n')
    shell.write('rollout.yaml', PLAN.replace('The first', 'Another'))
    const before = contents(shell)
    expect(await shell.run('docs', '--check')).toBe('changes')
    expect(shell.printed.out).toBe('✗ docs/toggles.md is stale  +1 −1 lines\n  rollout docs writes them anew\n')
    expect(await shell.run('docs', '--check', '--json')).toBe('changes')
    expect(shell.json<Told>().files.filter(({ standing }) => standing !== 'same')).toEqual([
      { file: 'docs/toggles.md', standing: 'changed', added: 1, removed: 1 },
    ])
    expect(contents(shell)).toEqual(before)
  })

  it.each([
    ['was not generated', () => 'mine\n'],
    ['was edited by hand', (text: string) => text.replace('hash', 'mash')],
  ])('never replaces what %s, but with --force', async (said, edit) => {
    const shell = shopShell()
    await shell.run('docs')
    const path = join(shell.cwd, 'docs/dark-launch.md')
    const mine = edit(readFileSync(path, 'utf8'))
    writeFileSync(path, mine)
    shell.write('rollout.yaml', PLAN.replace('The first', 'Another'))
    const before = contents(shell)
    expect(await shell.run('docs')).toBe('usage')
    expect(shell.printed.err).toContain(`docs/dark-launch.md ${said}`)
    expect(contents(shell)).toEqual(before)
    expect(await shell.run('docs', '--check')).toBe('changes')
    expect(shell.printed.out).toContain(`docs/dark-launch.md ${said}`)
    expect(await shell.run('docs', '--force')).toBe('done')
    expect(await shell.run('docs', '--check')).toBe('done')
  })

  it('--out writes elsewhere, seen from where it was typed', async () => {
    const shell = shopShell()
    expect(await shell.run('docs', '--out', 'a/b')).toBe('done')
    expect(Object.keys(contents(shell, 'a/b'))).toEqual(FILES)
  })

  it('a folder that cannot be is an error, and nothing is written', async () => {
    const shell = shopShell({ docs: 'a file' })
    expect(await shell.run('docs')).toBe('denied')
    expect(readdirSync(shell.cwd).toSorted()).toEqual(['docs', 'rollout.yaml'])
  })

  it('a plan that is wrong makes no documents', async () => {
    const shell = shopShell({ 'rollout.yaml': PLAN.replace('steps: [10%', 'steps: [10') })
    expect(await shell.run('docs')).toBe('config')
    expect(readdirSync(shell.cwd)).toEqual(['rollout.yaml'])
  })

  it('every command of an environment names it', async () => {
    const shell = shopShell({ 'rollout.yaml': `${PLAN}environments: { staging: { hold: 1m } }\n` })
    expect(await shell.run('docs', '-e', 'staging')).toBe('done')
    const lines = (contents(shell)['implementation-guide.md'] ?? '').split('\n').filter((line) => line.startsWith('rollout '))
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.filter((line) => !line.includes(' -e staging'))).toEqual([])
  })
})

describe('what the documents tell to type works', () => {
  it('the lines of the guide are a whole rollout, in order', async () => {
    const shell = shopShell({ 'rollout.yaml': QUICK, 'web.env': 'FEATURE_A=false\nFEATURE_OLD=true\n' })
    await shell.run('docs')
    const typed = blocksOf(contents(shell)['implementation-guide.md'] ?? '').filter((line) => !/^rollout (?:doctor|run)/.test(line))
    const outcomes: (readonly [string, string])[] = []
    for (const line of typed) outcomes.push([line, await shell.run(...wordsOf(line))])
    expect(outcomes.filter(([, outcome]) => outcome !== 'done')).toEqual([])
    expect(outcomes.map(([line]) => line)).toContain('rollout advance --if-step 3')
    expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toMatch(/^FEATURE_A=true\nFEATURE_OLD=false\n/)
  })

  it('the lines by hand bring a target back to its defaults', async () => {
    const BEFORE = 'export FEATURE_A=10%\nKEEP=1\nFEATURE_OLD=false\n'
    const shell = shopShell({ 'rollout.yaml': QUICK, 'web.env': BEFORE })
    await shell.run('docs')
    const [all = '', ...ones] = blocksOf(contents(shell)['emergency.md'] ?? '', /^sed /)
    expect(ones).toHaveLength(2)
    for (const typed of [all, ones.join('\n')]) {
      writeFileSync(join(shell.cwd, 'web.env'), BEFORE)
      execFileSync('sh', ['-e', '-c', typed], { cwd: shell.cwd })
      expect(readFileSync(join(shell.cwd, 'web.env'), 'utf8')).toBe('export FEATURE_A=false\nKEEP=1\nFEATURE_OLD=true\n')
    }
  })
})

describe('the README', () => {
  const README = '# Shop\n\nbefore\n\n<!-- rollout docs -->\nold\n<!-- /rollout docs -->\n\nafter\n'

  it('gets its block where it has the marks, and keeps the rest', async () => {
    const shell = shopShell({ 'README.md': README })
    expect(await shell.run('docs', '--check')).toBe('changes')
    expect(await shell.run('docs')).toBe('done')
    const text = readFileSync(join(shell.cwd, 'README.md'), 'utf8')
    expect(text).toMatch(
      /^# Shop\n\nbefore\n\n<!-- rollout docs -->\n\n- \[The rollout of shop\]\(docs\/README\.md\): [^]*<!-- \/rollout docs -->\n\nafter\n$/,
    )
    expect(text).toContain('[Emergency procedures](docs/emergency.md)')
    expect(await shell.run('docs', '--check')).toBe('done')
  })

  it('without the marks is left alone, unless it is named', async () => {
    const shell = shopShell({ 'README.md': '# Shop\n', 'doc/READ.md': '# Other' })
    await shell.run('docs')
    expect(readFileSync(join(shell.cwd, 'README.md'), 'utf8')).toBe('# Shop\n')
    expect(await shell.run('docs', '--readme', 'doc/READ.md')).toBe('done')
    expect(readFileSync(join(shell.cwd, 'doc/READ.md'), 'utf8')).toMatch(
      /^# Other\n\n<!-- rollout docs -->\n\n- \[The rollout of shop\]\(\.\.\/docs\/README\.md\)/,
    )
    expect(await shell.run('docs', '--readme', 'gone.md')).toBe('usage')
  })

  it.each([['<!-- rollout docs -->\n'], ['<!-- /rollout docs -->\n<!-- rollout docs -->\n'], [README + README]])(
    'whose marks do not fit is an error: %j',
    async (text) => {
      const shell = shopShell({ 'README.md': text })
      expect(await shell.run('docs')).toBe('config')
      expect(readFileSync(join(shell.cwd, 'README.md'), 'utf8')).toBe(text)
      expect(readdirSync(shell.cwd).toSorted()).toEqual(['README.md', 'rollout.yaml'])
    },
  )
})

it('names and texts of a plan are no Markdown, and no HTML', async () => {
  const evil = '<img src=x onerror=alert(1)>|[x](javascript:alert(1))`**'
  const shell = shopShell({
    'rollout.yaml': PLAN.replace('The first', `'${evil}'`).replace('The core', `'${evil}'`).replace('owner: ana', `owner: '${evil}'`),
  })
  expect(await shell.run('docs')).toBe('done')
  expect(await shell.run('docs', '--format', 'html')).toBe('done')
  const { 'rollout.html': page = '', ...pages } = contents(shell)
  expect(page).not.toContain('<img')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  for (const text of Object.values(pages)) expect(text).not.toMatch(/(?<!\\)<img|(?<!\\)\[x/)
  expect(pages['toggles.md']).toContain('\\<img src=x onerror=alert(1)>\\|\\[x\\](javascript:alert(1))\\`\\*\\*')
})

it('the documents of this repository are what its plan says', async () => {
  const shell = fakeShell({ cwd: fileURLToPath(new URL('../../..', import.meta.url)) })
  const outcome = await shell.run('docs', '--check')
  expect({ outcome, said: shell.printed.out }).toMatchObject({ outcome: 'done' })
})

/** Nothing waits in it, so that every line is allowed at once. */
const QUICK = `version: 1
name: quick
toggles:
  FEATURE_A: { targets: [web] }
  FEATURE_OLD: { targets: [web], kind: legacy, default: on }
targets: { web: { use: env-file, path: web.env } }
approvers: { managers: [ana] }
phases:
  - { phase: core, toggles: [FEATURE_A], steps: [10%, { to: 100%, approval: managers }], hold: 0s, checklist: [{ id: told, text: Everybody knows }] }
  - { phase: old, toggles: [FEATURE_OLD], steps: [50%, 100%], hold: 0s }
`

function later() {
  return { ...fakeShell().clock, now: () => Date.parse('2031-02-03T04:05:06Z') }
}

/** The lines to type, comments gone. The checklist is done when its phase asks for it: before the next one begins. */
function blocksOf(text: string, wanted = /^rollout /): readonly string[] {
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, inside = '']) =>
    inside
      .split('\n')
      .map((line) => line.replace(/ +# .*/, ''))
      .filter((line) => wanted.test(line)),
  )
}

function wordsOf(line: string): readonly string[] {
  const [command = ''] = line.split(' > ')
  return [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word).slice(1)
}
