import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { serve } from '../helpers/shell.ts'
import { place } from './binary.ts'
import type { Ended } from '../helpers/launch.ts'

/*
 * I15: a secret never leaves memory. One canary in every place a secret can be; every command of the built program,
 * in success and in every failure; then every byte it wrote is searched for every canary, as it is and encoded.
 */

/** Place → a secret with letters that JSON, URLs and base64 write in other ways. Those in a URL are as a URL can hold them. */
const SECRETS = {
  URL_PASSWORD: 'k4nary-metric-url-Zq81x',
  QUERY: 'k4nary+metric query/Wx92"y',
  BEARER: 'k4nary+bearer/Rt73=z',
  BASIC: 'k4nary:basic"Pl64/w',
  HEADER: 'k4nary~header"Mn55/v',
  BODY: 'k4nary body"Kj46/u',
  TARGET_HEADER: 'k4nary~target-header/Hg37',
  TARGET_QUERY: 'k4nary target?query/Fd28',
  TARGET_BODY: 'k4nary "target" body/Sa19',
  TARGET_PASSWORD: 'k4nary-target-url-Ty20',
  VERIFY_PASSWORD: 'k4nary-verify-Ui11',
  COMMAND_PASSED: 'k4nary command passed/Op02',
  COMMAND_ARGUMENT: 'k4nary command argument/As93',
  METRIC_PASSED: 'k4nary metric passed/Df84',
  METRIC_ARGUMENT: 'k4nary metric argument/Gh75',
  RELOAD_PASSED: 'k4nary reload passed/Jk66',
  CHAT_PATH: 'k4nary-chat-path-Zz12x',
  HOOK_SECRET: 'whsec_k4naryHookSecretAbCdEfGhIjKlMnOpQr',
  HOOK_HEADER: 'k4nary~hook-header/Yy23',
  PAGE_KEY: 'k4nary page key/Xx34',
  CODE_TOKEN: 'k4nary+code+token/Ww45',
  STATE_PASSWORD: 'k4nary-state-url-Bn13x',
  // Of no use to this program at all.
  PGPASSWORD: 'k4nary-postgres-Lz57',
  AWS_SECRET_ACCESS_KEY: 'k4nary/aws+Xc48',
  DATABASE_URL: 'postgres://u:k4nary-database-Vb39@127.0.0.1/x',
} as const
/** In files that the plan names. */
const FILES = { 'token.txt': 'k4nary+file+token/Nm20', 'target.txt': 'k4nary+file+target/Qw10' } as const
const CANARIES = [...Object.values(SECRETS), ...Object.values(FILES), 'k4nary-other-variable-Er01']

/** How a canary may look: as it is, in JSON, in a URL, and in base64 wherever it begins. */
function formsOf(secret: string): readonly string[] {
  const base64 = ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + secret)
      .toString('base64')
      .slice(before === '' ? 0 : 4, -4),
  )
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), encodeURI(secret), ...base64]
  // Half of it is enough to guess the rest, or to tell which one it is.
  return [
    ...forms,
    ...forms.map((form) => form.slice(0, Math.ceil(form.length * 0.6))),
    ...forms.map((form) => form.slice(-Math.ceil(form.length * 0.6))),
  ]
}

const FORMS = CANARIES.map((secret) => ({ secret, forms: [...new Set(formsOf(secret))] }))

function leaksIn(text: string): string[] {
  return FORMS.flatMap(({ secret, forms }) => {
    const form = forms.find((each) => text.includes(each))
    return form === undefined
      ? []
      : [`${secret} as ${form} in …${text.slice(Math.max(0, text.indexOf(form) - 120), text.indexOf(form) + 60)}`]
  })
}

/** How the servers and commands behave: well, or in one of the ways to fail. */
const MODES = ['well', 'echo 401', 'echo 200', 'echo html', 'hang'] as const
type Mode = (typeof MODES)[number]

/** Says back all it was sent, where it is to fail. */
async function openServer(mode: () => Mode, running: () => string): Promise<string> {
  const held = new Map<string, string>()
  return serve((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body = Buffer.concat(parts).toString()
      const echo = `you sent ${method} ${url} ${decodeURIComponent(url)} ${JSON.stringify(headers)} ${body}`
      const how = mode()
      if (how === 'hang') return
      if (how === 'echo html') return void response.writeHead(200, { 'content-type': 'text/html' }).end(`<html>${echo}</html>`)
      if (how === 'echo 200') return void response.end(JSON.stringify({ status: 'error', error: echo, value: echo, data: echo }))
      if (how === 'echo 401') return void response.writeHead(401).end(echo)
      if (url.startsWith('/flags')) {
        const name = url.split('?')[0] ?? ''
        if (method === 'PUT') held.set(name, JSON.parse(body).value as string)
        return void response.end(JSON.stringify({ value: held.get(name) ?? null }))
      }
      if (url.startsWith('/verify')) return void response.end(JSON.stringify({ FEATURE_X: running() }))
      const scalar = { status: 'success', data: { resultType: 'scalar', result: [Date.now() / 1000, '0.001'] } }
      if (url.startsWith('/api')) return void response.end(JSON.stringify(scalar))
      response.end(url.startsWith('/metrics') ? 'gauge 0.001\n' : '{"value": 0.001}')
    })
  })
}

const withUser = (server: string, name: string): string => server.replace('//', `//u:\${${name}}@`)

/** `limit`: where nobody hangs a deadline is only in the way of a slow machine. With the epoch at hand nothing need settle. */
const planOf = (server: string, limit: string): string => {
  const rules = `success: "< 1%", critical: "> 50%", timeout: ${limit}`
  return `version: 1
name: shop
toggles:
  FEATURE_X: { targets: [web, api, script] }
targets:
  web: { use: env-file, path: web.env, reload: [./reload], pass: [RELOAD_PASSED, MODE], verify: "${withUser(server, 'VERIFY_PASSWORD')}/verify", timeout: ${limit} }
  api:
    use: http
    url: "${withUser(server, 'TARGET_PASSWORD')}/flags/{{name}}?k=\${TARGET_QUERY}&at={{epoch}}"
    headers: { X-Api-Key: "\${TARGET_HEADER}" }
    body: { value: "{{value}}", key: "\${TARGET_BODY}" }
    get: { url: "${server}/flags/{{name}}?k=\${TARGET_QUERY}", path: value }
    bearer: file:target.txt
    timeout: ${limit}
  script:
    use: command
    set: [./set, "{{name}}", "{{value}}", "{{epoch}}", "\${COMMAND_ARGUMENT}"]
    get: [./get, "{{name}}", "\${COMMAND_ARGUMENT}"]
    pass: [COMMAND_PASSED, MODE]
    timeout: ${limit}
metrics:
  scraped: { use: openmetrics, url: "${withUser(server, 'URL_PASSWORD')}/metrics?q=\${QUERY}", value: gauge, ${rules} }
  asked: { use: prometheus, url: "${server}", query: x, bearer: "\${BEARER}", ${rules} }
  read: { use: json, url: "${server}/read?q=\${QUERY}", path: value, basic: { user: u, password: "\${BASIC}" }, headers: { X-Key: "\${HEADER}" }, method: POST, body: "\${BODY}", ${rules} }
  filed: { use: json, url: "${server}/read", path: value, bearer: file:token.txt, ${rules} }
  printed: { use: command, run: [./print, "\${METRIC_ARGUMENT}"], pass: [METRIC_PASSED, MODE], ${rules} }
notify:
  chat: { use: slack, url: "${server}/hooks/\${CHAT_PATH}", timeout: 1s }
  hook: { use: webhook, url: "${server}/hook", secret: "\${HOOK_SECRET}", headers: { X-Key: "\${HOOK_HEADER}" }, timeout: 1s }
  page: { use: pagerduty, url: "${server}/page", key: "\${PAGE_KEY}", timeout: 1s }
  code: { use: github, url: "${server}/code", repository: acme/shop, sha: ${'a'.repeat(40)}, token: "\${CODE_TOKEN}", timeout: 1s }
interval: 10ms
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 10ms, metrics: [scraped, asked, read, filed, printed] }
`
}

/** Prints all it knows, where it is to fail. */
const talkative = (body: string): string =>
  `#!/bin/sh
case "$MODE" in
well) ${body} ;;
hang) env; env >&2; echo "$@"; sleep 30 ;;
"echo 200") env; echo "$@" ;;
*) env; env >&2; echo "$@" >&2; exit 3 ;;
esac
`
const SCRIPTS = {
  set: talkative('printf %s "$2" > "held-$1"'),
  get: talkative('cat "held-$1" 2>/dev/null || true'),
  print: talkative('echo 0.001'),
  reload: talkative('true'),
}

/** A folder with all that, and what was printed in it. */
async function open(limit: string) {
  const at = place({ 'web.env': 'DB_PASSWORD=k4nary-other-variable-Er01\nFEATURE_X=false\n', ...FILES, ...SCRIPTS })
  for (const name of Object.keys(SCRIPTS)) chmodSync(join(at.folder, name), 0o755)
  let mode: Mode = 'well'
  const server = await openServer(
    () => mode,
    () => /^FEATURE_X=(.*)$/m.exec(at.read('web.env'))?.[1] ?? '',
  )
  const plan = planOf(server, limit)
  at.write('rollout.yaml', plan)
  let written = ''
  return {
    ...at,
    server,
    plan,
    set: (next: Mode) => void (mode = next),
    written: () => written,
    type: async (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
      const ended = await at.launch(argv, { ...SECRETS, MODE: mode, ...env }).ended
      written += `\n$ ${argv.join(' ')} (${mode})\n${ended.out}${ended.err}`
      return ended
    },
    /** Whether it leaked into a file that is not its own. */
    files: (): readonly string[] => {
      const own = new Set([...Object.keys(FILES), ...Object.keys(SCRIPTS)])
      return readdirSync(at.folder, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !own.has(name) && statSync(join(at.folder, name)).isFile(),
      )
    },
  }
}

type Place = Awaited<ReturnType<typeof open>>

/** At its first step, while all is well. Said again where a deadline of two seconds was too short for a machine that is busy. */
async function begin(limit: string): Promise<Place> {
  const at = await open(limit)
  const untilDone = async (...argv: readonly string[]): Promise<void> => {
    for (let attempt = 1; attempt < 10; attempt += 1) if ((await at.type(argv)).code === 0) return
    expect(await at.type(argv)).toMatchObject({ code: 0 })
  }
  await untilDone('start')
  await untilDone('advance', '--override', 'samples,metrics', ...REASON)
  return at
}

const REASON = ['--reason', 'a test'] as const
const github = (folder: string) => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_OUTPUT: join(folder, 'output'),
  GITHUB_STEP_SUMMARY: join(folder, 'summary'),
})

/** In journal, checkpoint, notes, outputs and summary of a CI job, env file. */
function leaksInFiles({ folder, files }: Place): string[] {
  return files().flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    const rest = name === 'web.env' ? text.replace('DB_PASSWORD=k4nary-other-variable-Er01', '') : text
    return leaksIn(rest).map((leak) => `${name}: ${leak}`)
  })
}

/** What the others have not shown yet. */
const REST: readonly (readonly string[])[] = [
  ['check', '--json'],
  ['plan'],
  ['run', '--once'],
  ['resume'],
  ['approve'],
  ['history', '--all'],
  ['history', '--json'],
  ['explain'],
  ['explain', 'read', '--json'],
  ['explain', 'FEATURE_X'],
  ['status'],
  ['toggles'],
  ['completion', 'bash'],
]

/** Every command while it goes ill. Waiting is most of it: all of them wait at once. */
async function live(at: Place, mode: Mode) {
  at.set(mode)
  await at.type(['check'], github(at.folder))
  await at.type(['advance', '--override', 'hold,samples,metrics,drift', ...REASON])
  await at.type(['rollback', '--json', ...REASON])
  await at.type(['doctor', '--notify'])
  // From here on the journal speaks, and all of them write the same into it.
  if (mode === 'echo 401') for (const argv of REST) await at.type(argv, github(at.folder))
  expect(statSync(join(at.folder, '.rollout')).mode & 0o077).toBe(0)
  return { mode, leaks: [...leaksIn(at.written()), ...leaksInFiles(at)], said: at.written(), files: at.files() }
}

describe('no canary is written', () => {
  test('while everybody answers well, or in one of many wrong ways', async () => {
    const begun: (readonly [Place, Mode])[] = []
    for (const mode of MODES) begun.push([await begin(mode === 'hang' ? '2s' : '20s'), mode])
    const lives = await Promise.all(begun.map(async ([at, mode]) => live(at, mode)))
    for (const { mode, leaks, said, files } of lives) {
      expect({ mode, leaks }).toEqual({ mode, leaks: [] })
      // What was tried did happen.
      expect({ mode, said }).toEqual({
        mode,
        said: expect.stringMatching(mode === 'well' ? /holds what the journal says/ : /refused|✗/) as string,
      })
      expect(files).toEqual(expect.arrayContaining(['.rollout/shop/000000000001.json', 'output', 'summary', 'held-FEATURE_X']))
    }
  })

  test('by what is said of a wrong plan, a lost variable, a debugger, a break-glass', async () => {
    const at = await begin('5s')
    at.set('echo 401')
    for (const env of [{ NODE_DEBUG: 'execa,got', DEBUG: '*' }, { BEARER: '' }, { TARGET_PASSWORD: 'k4nary-metric-url-Zq81x@/:' }])
      await at.type(['check'], env)
    const broken: readonly (readonly [string, string])[] = [
      ['use: prometheus', 'use: prometheu'],
      ['query: x', 'query: [x]'],
      ['path: value', 'path: ""'],
      [withUser(at.server, 'URL_PASSWORD'), '${URL_PASSWORD}'],
      ['method: POST', 'method: "${HEADER}"'],
      ['file:token.txt', 'file:missing-${HEADER}'],
      ['[./set', '["./missing-${COMMAND_ARGUMENT}"'],
      [at.server, 'http://${BASIC}'],
      ['use: slack', 'use: slak'],
      ['key: "${PAGE_KEY}"', 'kee: "${PAGE_KEY}"'],
      ['secret: "${HOOK_SECRET}"', 'secret: "${HOOK_HEADER}"'],
      ['repository: acme/shop', 'repository: "${CODE_TOKEN}"'],
    ]
    for (const [from, to] of broken) {
      expect(at.plan).toContain(from)
      at.write('rollout.yaml', at.plan.replace(from, to))
      await at.type(['check', 'config'])
    }
    at.write('rollout.yaml', at.plan)
    at.write('.rollout/shop/000000000002.json', '{')
    await at.type(['rollback', '--all'])
    await at.type(['rollback', '--all', '--break-glass'])
    expect([...leaksIn(at.written()), ...leaksInFiles(at)]).toEqual([])
    expect(at.written()).toContain('break-glass')
    expect(at.read('web.env')).toContain('DB_PASSWORD=k4nary-other-variable-Er01')
  })

  test.each(['postgres', 'etcd'])(
    'of the address of a journal on %s that nobody answers at',
    async (kind) => {
      const at = await open('1s')
      const address = (password: string): string => `${kind}://u:${password}@127.0.0.1:1/rollout`
      const away: readonly (readonly string[])[] = [
        ['state'],
        ['status'],
        ['start'],
        ['plan'],
        ['doctor'],
        ['run', '--once'],
        ['history', '--json'],
        ['rollback', '--all', '--break-glass', ...REASON],
        ['init'],
      ]
      at.write('rollout.yaml', `state: ${address('${STATE_PASSWORD}')}\n${at.plan}`)
      for (const argv of away) await at.type([...argv, '--timeout', '10s'])
      at.write('rollout.yaml', at.plan)
      await at.type(['state', '--timeout', '10s'], { ROLLOUT_STATE: address(SECRETS.STATE_PASSWORD) })
      await at.type(['start'])
      await at.type(['state', 'move', address(SECRETS.STATE_PASSWORD), '--timeout', '10s'])
      const typed = `\n$ state move ${address(SECRETS.STATE_PASSWORD)}`
      expect(at.written()).toContain(typed)
      expect([...leaksIn(at.written().replace(typed, '')), ...leaksInFiles(at)]).toEqual([])
      expect(at.written()).toContain(`${kind}://127.0.0.1:1/rollout`)
    },
    240_000,
  )

  test('and one that were would be found', () => {
    for (const secret of CANARIES) {
      for (const text of [secret, encodeURIComponent(secret), JSON.stringify({ secret }), secret.slice(0, -3), secret.slice(3)])
        expect({ text, leaks: leaksIn(`… ${text} …`).length }).not.toEqual({ text, leaks: 0 })
      for (const text of [secret, `u:${secret}`, `us:${secret}`]) expect(leaksIn(Buffer.from(text).toString('base64'))).not.toEqual([])
    }
  })
})
