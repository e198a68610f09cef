import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/core/values/errors.ts'
import type { Event } from '../../../src/core/journal/event.ts'
import { fakeShell, serve, type FakeShell } from '../../helpers/shell.ts'

/*
 * Targets that lie, stall and flood. All of them are well when the rollout goes up and ill when it is to be taken back:
 * the rollback comes to an end, the journal and the screen say of each what is wrong and what to type, nothing is
 * written by half, the tame one is taken back, and once all are well again one more command finishes it.
 */

/** For those that hang; the others have more time than they ever need, however slow the machine. */
const SHORT = '8s'
const LONG = '30s'

interface Animal {
  /** What the journal says of it. */
  readonly says: RegExp
  readonly hangs?: boolean
}

interface HttpAnimal extends Animal {
  readonly put?: (response: ServerResponse, socket: Socket) => void
  readonly get?: (response: ServerResponse, socket: Socket) => void
}

const raw =
  (bytes: string | Buffer, then: (socket: Socket) => void = () => undefined) =>
  (_: ServerResponse, socket: Socket) => {
    socket.write(bytes, () => then(socket))
  }
const answer =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end(body)
const pour = (response: ServerResponse): void => {
  response.writeHead(200)
  const more = (): void => {
    while (!response.destroyed && response.write('1'.repeat(65_536)));
    if (!response.destroyed) response.once('drain', () => setImmediate(more))
  }
  more()
}
const drip = (_: ServerResponse, socket: Socket): void => {
  socket.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket.write('x: y\r\n'), 50)
  socket.once('close', () => clearInterval(timer))
}
const well = Symbol('as it should')
const seen: string[] = []
const elsewhere = await serve((request, response) => {
  seen.push(`${request.method} ${JSON.stringify(request.headers)}`)
  response.end('{"value":"50%"}')
})

const HTTP: Readonly<Record<string, HttpAnimal>> = {
  'drips-headers': { put: drip, says: /did not answer within 8s/, hangs: true },
  'never-answers': { put: () => undefined, says: /did not answer within 8s/, hangs: true },
  'never-reads-back': { get: () => undefined, says: /did not answer within 8s/, hangs: true },
  'endless-body': { put: pour, says: /answers with more than 1048576 bytes/ },
  'endless-read-back': { get: pour, says: /answers with more than 1048576 bytes/ },
  'gzip-bomb': {
    put: answer(200, gzipSync(Buffer.alloc(32 << 20)), { 'content-encoding': 'gzip' }),
    says: /answers with more than 1048576 bytes/,
  },
  'redirects-to-itself': { put: answer(307, '', { location: '/redirects-to-itself/FEATURE_X' }), says: /PUT .* answered 307/ },
  'redirects-elsewhere': { put: answer(302, '', { location: elsewhere }), says: /PUT .* answered 302/ },
  'redirects-to-a-file': { put: answer(301, '', { location: 'file:///etc/passwd' }), says: /PUT .* answered 301/ },
  'reads-back-elsewhere': { get: answer(302, '', { location: elsewhere }), says: /reads back as "50%" instead of "false"/ },
  'reads-back-from-a-file': {
    get: answer(302, '', { location: 'file:///etc/passwd' }),
    says: /redirects to another scheme|Unsupported protocol: file:/,
  },
  'promises-more': { put: raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{', (socket) => socket.end()), says: /FEATURE_X: / },
  'resets-mid-body': {
    put: raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{', (socket) => setTimeout(() => socket.resetAndDestroy(), 20)),
    says: /cut off|aborted/,
  },
  'closes-without-a-word': { put: (_, socket) => void socket.end(), says: /cut off|closed|hang up/ },
  'speaks-no-http': { put: raw('SSH-2.0-OpenSSH_9.2\r\n'), says: /FEATURE_X: / },
  'says-200-with-an-error': { put: answer(200, '{"error":"read-only"}'), says: /reads back as "10%" instead of "false"/ },
  'says-204-and-forgets': { put: answer(204, ''), get: answer(404, ''), says: /reads back as nothing instead of "false"/ },
  'says-409': { put: answer(409, 'somebody \u001b[31mholds\u001b[0m a lock'), says: /answered 409: somebody holds a lock/ },
  'says-403': { put: answer(403, 'no\n::error::injected'), says: /answered 403: no/ },
  'reads-back-another': { get: answer(200, '{"value":"50%"}'), says: /reads back as "50%" instead of "false"/ },
  'reads-back-a-number': { get: answer(200, '{"value":0}'), says: /holds 0 at value: not a word/ },
  'reads-back-a-novel': { get: answer(200, JSON.stringify({ value: 'x'.repeat(5000) })), says: /reads back as "x{59}…" instead/ },
  'reads-back-html': { get: answer(200, '<html>Sign in</html>'), says: /the answer is HTML/ },
  'reads-back-nothing': { get: answer(200, ''), says: /the answer is empty/ },
  'reads-back-bytes': { get: answer(200, Buffer.from([0x7b, 0xff, 0xfe])), says: /does not answer with UTF-8 text/ },
}

/** Shell text for `set` and for `get` while it is ill. */
interface CommandAnimal extends Animal {
  readonly set?: string
  readonly get?: string
  readonly ill?: (file: string) => void
}

const COMMAND: Readonly<Record<string, CommandAnimal>> = {
  'leaves-a-grandchild': { get: 'sleep 30 & exit 0', says: /has ended, but what it started held its output for 8s/, hangs: true },
  'leaves-a-runaway': { get: 'setsid sleep 30 & exit 0', says: /has ended, but what it started held its output for 8s/, hangs: true },
  'hears-no-sigterm': { set: 'trap "" TERM; while :; do sleep 1; done', says: /did not finish within 8s and was ended/, hangs: true },
  'get-hangs': { get: 'sleep 30', says: /did not finish within 8s and was ended/, hangs: true },
  'floods-stdout': { set: 'yes; exit 1', says: /did not finish within 8s and was ended/, hangs: true },
  'floods-stderr': { set: 'yes >&2; exit 1', says: /printed more than 1048576 bytes and was ended/ },
  'get-floods': { get: 'yes', says: /printed more than 1048576 bytes and was ended/ },
  'does-nothing': { set: 'exit 0', says: /reads back as "10%" instead of "false"/ },
  'fails-in-colour': {
    set: String.raw`printf '\033[2J\033]0;x\007\000\377bad\n::error::x' >&2; exit 3`,
    says: /exited with 3: .*bad \| ::error::x/,
  },
  'kills-itself': { set: 'kill -9 $$', says: /was ended by SIGKILL/ },
  'get-prints-another': { get: 'echo 50%; exit', says: /reads back as "50%" instead of "false"/ },
  'get-prints-bytes': { get: String.raw`printf '\377\000\033[31m\376'`, says: /reads back as "[^"]*" instead of "false"/ },
  'get-prints-an-option': { get: 'echo --output=x; exit', says: /reads back as "--output=x" instead of "false"/ },
  'get-fails': { get: 'exit 1', says: /exited with 1/ },
  'is-gone': { ill: (file) => rmSync(file), says: /was not found/ },
  'is-not-executable': { ill: (file) => chmodSync(file, 0o644), says: /is not executable/ },
  'is-a-folder': { ill: (file) => (rmSync(file), mkdirSync(file)), says: /is not executable|EACCES/ },
}

interface FileAnimal extends Animal {
  readonly ill: (file: string) => void
  readonly more?: string
}

const FILE: Readonly<Record<string, FileAnimal>> = {
  'is-missing': { ill: (file) => rmSync(file), says: /does not exist/ },
  'is-a-directory': { ill: (file) => (rmSync(file), mkdirSync(file)), says: /is a directory/ },
  'is-a-pipe': { ill: (file) => (rmSync(file), void execFileSync('mkfifo', [file])), says: /is not a regular file/ },
  'is-a-device': {
    ill: (file) => (rmSync(file), symlinkSync('/dev/zero', file)),
    says: /not a regular file/,
    more: ', allowOutside: true',
  },
  'is-a-circle': { ill: (file) => (rmSync(file), symlinkSync(file, file)), says: /ELOOP/ },
  'leads-outside': { ill: (file) => (rmSync(file), symlinkSync('/etc/hosts', file)), says: /outside the plan's folder/ },
  'leads-nowhere': { ill: (file) => (rmSync(file), symlinkSync('nowhere', file)), says: /symbolic link to nothing/ },
  'is-large': { ill: (file) => writeFileSync(file, '#'.repeat(2 << 20)), says: /is larger than 1 MB/ },
  'is-no-text': { ill: (file) => writeFileSync(file, Buffer.from('FEATURE_X=\xff\n', 'latin1')), says: /is not UTF-8 text/ },
  'disagrees-with-itself': {
    ill: (file) => writeFileSync(file, 'FEATURE_X=true\nFEATURE_X=1\n'),
    says: /"true" on line 1 and "1" on line 2/,
  },
  'has-several-lines': { ill: (file) => writeFileSync(file, 'FEATURE_X="a\nb"\n'), says: /goes over several lines/ },
  'has-an-open-quote': { ill: (file) => writeFileSync(file, 'FEATURE_X=10%\nA="b\n'), says: /opens a quote that nothing closes/ },
  'reload-fails': { ill: () => undefined, more: ', reload: [./reload, fails]', says: /exited with 4: unit is not active/ },
  'reload-hangs': { ill: () => undefined, more: ', reload: [./reload, hangs]', says: /did not finish within 8s/, hangs: true },
  'runs-with-another': { ill: () => undefined, more: ', verify: "VERIFY"', says: /runs with FEATURE_X=10% instead of false/, hangs: true },
}

/** Takes what it is given and never says so. */
const SHY = 'resets-once-it-has-it'

let ill = false
const runsWith = (): string | undefined => /^FEATURE_X=(.*)$/m.exec(readFileSync(inFolder('runs-with-another.env'), 'utf8'))?.[1]
const held = new Map<string, string>()
const isWell = (request: IncomingMessage): HttpAnimal | typeof well => {
  const [, name = ''] = (request.url ?? '').split('/')
  const animal = ill ? HTTP[name] : undefined
  return animal ?? well
}
const api = await serve((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const key = request.url ?? ''
    if (key === '/verify') return void response.end(JSON.stringify({ FEATURE_X: ill ? '10%' : runsWith() }))
    const animal = isWell(request)
    const strange = animal === well ? undefined : request.method === 'PUT' ? animal.put : animal.get
    const isShy = ill && key.startsWith(`/${SHY}/`)
    if (request.method === 'PUT' && !strange) held.set(key, JSON.parse(String(Buffer.concat(parts))).value)
    if (request.method === 'PUT' && isShy) return request.socket.resetAndDestroy()
    if (strange) return strange(response, request.socket)
    const value = held.get(key)
    if (request.method === 'PUT') return void response.writeHead(204).end()
    response.writeHead(value === undefined ? 404 : 200).end(JSON.stringify({ value }))
  })
})

const limit = ({ hangs }: Animal): string => `timeout: ${hangs ? SHORT : LONG}`
const targets = [
  ...Object.entries({ tame: { says: /^$/ }, [SHY]: { says: /^$/ }, ...HTTP }).map(
    ([name, animal]) =>
      `  ${name}: { use: http, url: "${api}/${name}/{{name}}", body: { value: "{{value}}", at: "{{epoch}}" }, headers: { X-Api-Key: canary-key }, get: { url: "${api}/${name}/{{name}}", path: value }, ${limit(animal)} }`,
  ),
  ...Object.entries(COMMAND).map(
    ([name, animal]) =>
      `  ${name}: { use: command, set: [./${name}, set, "{{name}}", "{{value}}", "{{epoch}}"], get: [./${name}, get, "{{name}}"], ${limit(animal)} }`,
  ),
  ...Object.entries(FILE).map(
    ([name, animal]) =>
      `  ${name}: { use: env-file, path: ${name}.env${(animal.more ?? '').replace('VERIFY', `${api}/verify`)}, ${limit(animal)} }`,
  ),
]
const names = ['tame', SHY, ...Object.keys(HTTP), ...Object.keys(COMMAND), ...Object.keys(FILE)]
const PLAN = `version: 1
name: zoo
toggles:
  FEATURE_X: { targets: [${names.join(', ')}] }
targets:
${targets.join('\n')}
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 1m }
`

const script = (name: string, { set = '', get = '' }: CommandAnimal): string => `#!/bin/sh
if [ -e ill ] && [ "$1" = set ]; then :; ${set}
fi
if [ -e ill ] && [ "$1" = get ]; then :; ${get}
fi
case $1 in
set) printf %s "$3" > "held-${name}" ;;
get) cat "held-${name}" 2>/dev/null; exit 0 ;;
esac
`
const RELOAD = `#!/bin/sh
if [ -e ill ]; then
  case $1 in
  fails) echo "unit is not active" >&2; exit 4 ;;
  hangs) sleep 30 ;;
  esac
fi
`

let shell: FakeShell
let outcome: Outcome
let screen = ''
let events: readonly Event[] = []
const inFolder = (name: string): string => join(shell.cwd, name)
const BEFORE = '# kept\nFEATURE_X=false\n'

/** All are well, but on a machine that is busy a deadline of seconds can pass: said again, a command goes on. */
async function untilDone(command: string): Promise<Outcome> {
  for (let attempt = 1; attempt < 10; attempt += 1) if ((await shell.run(command)) === 'done') return 'done'
  return shell.run(command)
}

beforeAll(async () => {
  shell = fakeShell({ files: { 'rollout.yaml': PLAN, reload: RELOAD } })
  for (const [name, animal] of Object.entries(COMMAND)) writeFileSync(inFolder(name), script(name, animal), { mode: 0o755 })
  chmodSync(inFolder('reload'), 0o755)
  for (const name of Object.keys(FILE)) writeFileSync(inFolder(`${name}.env`), BEFORE)
  expect(await untilDone('start')).toBe('done')
  expect(await untilDone('advance')).toBe('done')
  expect([...new Set(held.values())]).toEqual(['10%'])
  ill = true
  writeFileSync(inFolder('ill'), '')
  for (const [name, animal] of Object.entries(COMMAND)) animal.ill?.(inFolder(name))
  for (const [name, animal] of Object.entries(FILE)) animal.ill(inFolder(`${name}.env`))
  outcome = await shell.run('rollback', '--reason', 'the zoo is on fire')
  screen = shell.printed.out + shell.printed.err
  await shell.run('history', '--json')
  events = shell.json<{ events: Event[] }>().events.toReversed()
})

describe('a rollback while the targets are ill', () => {
  it('ends as partial, and the tame one is taken back', () => {
    expect(outcome).toBe('partial')
    expect(held.get('/tame/FEATURE_X')).toBe('false')
    expect(screen).toContain('tame ✓')
  })

  it('one that took the word without saying so is found to hold it', () => {
    expect(held.get(`/${SHY}/FEATURE_X`)).toBe('false')
    expect(screen).toContain(`${SHY} ✓`)
  })

  it.each(Object.entries<Animal>({ ...HTTP, ...COMMAND, ...FILE }))('%s is named with what is wrong and what to type', (name, { says }) => {
    const refused = events.findLast((event) => event.type === 'refused' && event.target === name)
    expect(refused).toMatchObject({ error: expect.stringMatching(says) as string })
    const lines = screen.split('\n')
    const at = lines.findIndex((line) => line.startsWith(`  ✗ ${name}: `))
    expect(lines[at]).toMatch(says)
    expect(lines[at]).toMatch(/\. By hand:$/)
    expect(lines[at + 1]).toMatch(/FEATURE_X/)
    expect(lines[at + 1]).toMatch(/false/)
  })

  it('prints nothing that a terminal or a runner would obey', () => {
    // oxlint-disable-next-line eslint/no-control-regex -- these are what is looked for
    expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|^\s*::|canary/m)
  })

  it('hands no credential to another origin, and writes nothing there', () => {
    expect(seen.filter((each) => each.startsWith('GET')).length).toBeGreaterThan(0)
    expect(seen.filter((each) => !each.startsWith('GET') || each.includes('canary'))).toEqual([])
  })

  it('writes nothing by half, and leaves nothing beside a file', () => {
    const text = (name: string): string => readFileSync(inFolder(`${name}.env`), 'utf8')
    expect(text('is-large')).toBe('#'.repeat(2 << 20))
    expect(text('disagrees-with-itself')).toBe('FEATURE_X=true\nFEATURE_X=1\n')
    expect(text('has-several-lines')).toBe('FEATURE_X="a\nb"\n')
    expect(text('has-an-open-quote')).toBe('FEATURE_X=10%\nA="b\n')
    expect(lstatSync(inFolder('is-a-circle.env')).isSymbolicLink()).toBe(true)
    expect(existsSync(inFolder('is-missing.env'))).toBe(false)
    expect(readdirSync(shell.cwd).filter((name) => /tmp|backup/.test(name))).toEqual([])
  })

  it('is finished by one more command once they are well', async () => {
    ill = false
    rmSync(inFolder('ill'))
    for (const [name, animal] of Object.entries(COMMAND)) {
      rmSync(inFolder(name), { recursive: true, force: true })
      writeFileSync(inFolder(name), script(name, animal), { mode: 0o755 })
    }
    for (const name of Object.keys(FILE)) {
      rmSync(inFolder(`${name}.env`), { recursive: true, force: true })
      writeFileSync(inFolder(`${name}.env`), BEFORE.replace('false', '10%'))
    }
    expect({ outcome: await untilDone('rollback'), said: shell.printed.out }).toMatchObject({ outcome: 'done' })
    expect([...new Set(held.values())]).toEqual(['false'])
    for (const name of Object.keys(COMMAND))
      expect({ name, held: readFileSync(inFolder(`held-${name}`), 'utf8') }).toEqual({ name, held: 'false' })
    for (const name of Object.keys(FILE))
      expect(readFileSync(inFolder(`${name}.env`), 'utf8')).toMatch(/^# kept\nFEATURE_X=false\n# rollout:\d+/)
  })
})

it('a write that lands after its answer was given up on is taken back', async () => {
  const late = new Map<string, string>([['value', 'false']])
  const parked: (() => void)[] = []
  let isSlow = false
  let landed = 0
  const url = await serve((request, response) => {
    if (request.method === 'GET') return void response.end(JSON.stringify(Object.fromEntries(late)))
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const write = (): void => void late.set('value', JSON.parse(String(Buffer.concat(parts))).value)
      if (isSlow) return void parked.push(() => (write(), (landed += 1)))
      write()
      response.end()
      // They land when the rollback has been confirmed already.
      setTimeout(() => parked.splice(0).forEach((land) => land()), 300)
    })
  })
  const one = fakeShell({
    files: {
      'rollout.yaml': `version: 1
name: late
toggles: { FEATURE_X: { targets: [api] } }
targets:
  api: { use: http, url: "${url}/{{name}}", body: { value: "{{value}}" }, get: { url: "${url}/{{name}}", path: value }, timeout: 1s }
phases: [{ phase: core, toggles: [FEATURE_X], steps: [10%, 100%], hold: 1m }]
`,
    },
  })
  expect(await one.run('start')).toBe('done')
  isSlow = true
  expect(await one.run('advance')).toBe('partial')
  isSlow = false
  expect(await one.run('rollback')).toBe('done')
  expect(one.printed.err).toContain('looking again in 1s')
  expect(landed).toBeGreaterThan(0)
  expect(late.get('value')).toBe('false')
})
