import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseExposition } from '../../src/adapters/measure/exposition.ts'
import { openMeter } from '../../src/sdk/meter.ts'
import { openToggles } from '../../src/sdk/toggles.ts'
import { textOf, type Text } from '../conformance/cases.ts'
import { until } from '../helpers/until.ts'

/* Every example answers as conformance/vectors.json says: what is copied from here into an application is right. */

interface Vectors {
  readonly buckets: readonly { readonly key: string; readonly id: Text; readonly bucket: number }[]
  readonly words: readonly { readonly text: string; readonly valid: boolean }[]
  readonly decisions: readonly {
    readonly env: Readonly<Record<string, string>>
    readonly toggle: string
    readonly id: Text | null
    readonly attributes?: Readonly<Record<string, string>>
    readonly isOn: boolean
  }[]
  readonly files: readonly { readonly text: string; readonly verdict: string; readonly F?: string | null }[]
}

const root = join(import.meta.dirname, '../..')
const vectors: Vectors = JSON.parse(readFileSync(join(root, 'conformance/vectors.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'rollout-examples-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('examples/node', () => {
  it('answers as the vectors say, and follows its file', async () => {
    const file = join(folder, 'node.env')
    // A request line carries no lone surrogate and no megabyte.
    const inFile = ({ env }: (typeof vectors.decisions)[number]): boolean => !Object.values(env).some((value) => /["']/.test(value))
    const cases = vectors.decisions.filter(
      (each) => inFile(each) && (each.id === null || (typeof each.id === 'string' && !/\p{Surrogate}/u.test(each.id))),
    )
    const write = (nth: number): void => {
      const { env, toggle } = cases[nth] ?? { env: {}, toggle: 'F' }
      const named = Object.entries(env).map(
        ([name, value]) => `${name.replace(new RegExp(`^${toggle}(?=$|_)`), 'FEATURE_SEARCH')}="${value}"\n`,
      )
      writeFileSync(`${file}.tmp`, `${named.join('')}# rollout:${nth + 1}\n`)
      renameSync(`${file}.tmp`, file)
    }
    write(0)
    const app = spawn(process.execPath, [join(root, 'examples/node/app.mjs')], {
      env: { ...process.env, ROLLOUT_FILE: file, TOGGLES_EVERY: '10', PORT: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const exited = once(app, 'exit')
    try {
      const early = exited.then(([code]) => {
        throw new Error(`the application ended with ${code} before it answered: is the SDK built (npm run build)?`)
      })
      const [line] = await Promise.race([once(app.stdout, 'data'), early])
      const url = String(line).trim()
      const converged = async (nth: number) =>
        until(
          `the application runs with generation ${nth + 1}`,
          async () => {
            const { generation }: { readonly generation: string } = JSON.parse(await (await fetch(`${url}/toggles`)).text())
            return generation === String(nth + 1)
          },
          { every: 5 },
        )
      const wrong: unknown[] = []
      for (const [nth, { env, id, attributes, isOn }] of cases.entries()) {
        write(nth)
        await converged(nth)
        // Without a key of its own a percentage is salted with the name, which is another one here.
        if (/%(?!.*key=)/.test(env['F'] ?? '') && !/^(0|100)%/.test(env['F'] ?? '') && !('F_DENY' in env)) continue
        const query = new URLSearchParams({ ...(id !== null && { user: textOf(id) }), ...attributes })
        const response = await fetch(`${url}/search?${query.toString()}`)
        const answer = await response.text()
        if (answer !== `the ${isOn ? 'new' : 'old'} search\n`) wrong.push([env, id, answer])
        if (response.headers.get('x-rollout-generation') !== String(nth + 1)) wrong.push([nth, response.headers])
      }
      expect(wrong).toEqual([])
    } finally {
      app.kill()
      await exited
    }
  })
})

const python = spawnSync('python3', ['--version']).status === 0
if (!python) console.warn('python3 is not here: examples/python is not tested')

describe.skipIf(!python)('examples/python', () => {
  it('answers as the vectors say, all of them', () => {
    const driver = `
import json, os, sys
sys.path.insert(0, sys.argv[1])
import toggles
vectors = json.load(open(sys.argv[2]))
text = lambda value: value["repeat"] * value["times"] if isinstance(value, dict) else value
wrong = []
count = 0
def check(kind, given, expected, found):
    global count
    count += 1
    if expected != found: wrong.append([kind, given, expected, found])
for each in vectors["hashes"]: check("hash", each["text"], each["hash"], toggles.murmur3(toggles.utf8(each["text"])))
for each in vectors["buckets"]: check("bucket", [each["key"], each["id"]], each["bucket"], toggles.bucket_of(each["key"], text(each["id"])))
for each in vectors["words"]:
    word = toggles.parse_word(each["text"])
    check("word", each["text"], each["valid"], word is not None)
    if word: check("exposure", each["text"], [each["exposure"], each["threshold"], each["options"]], [word[0], toggles.threshold_of(word[0]), word[1]])
for each in vectors["decisions"]:
    opened = toggles.Toggles(env=each["env"], file="", report=lambda message: None)
    check("decision", each, each["isOn"], opened.is_enabled(each["toggle"], text(each["id"]), each.get("attributes")))
for each in vectors["files"]:
    try:
        variables, unclear, epoch = toggles.parse_file(each["text"])
        verdict = "unclear" if "F" in unclear else "good"
        check("file", each["text"], each["verdict"], verdict)
        if verdict == "good": check("variables", each["text"], [each["F"], each["epoch"]], [variables.get("F"), epoch])
    except ValueError:
        check("file", each["text"], each["verdict"], "bad")
print(json.dumps([wrong, count]))
`
    const argv = ['-c', driver, join(root, 'examples/python'), join(root, 'conformance/vectors.json')]
    const { status, stdout, stderr } = spawnSync('python3', argv, {
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const [wrong, count]: readonly [readonly unknown[], number] = JSON.parse(stdout)
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(250)
  })

  it('reads its file again, keeps the last good one, and answers with its exit code', () => {
    const file = join(folder, 'python.env')
    const driver = `
import os, sys
sys.path.insert(0, sys.argv[1])
import toggles
path = sys.argv[2]
def write(text):
    with open(path + ".tmp", "w") as out: out.write(text)
    os.replace(path + ".tmp", path)
told = []
write("F=true\\n")
opened = toggles.Toggles(env={}, file=path, report=told.append)
seen = [opened.is_enabled("F")]
write("F=false\\n"); seen.append(opened.is_enabled("F"))
write("F=true\\nhalf a na"); seen.append(opened.is_enabled("F"))
os.remove(path); seen.append(opened.is_enabled("F"))
write("F=true\\n"); seen.append(opened.is_enabled("F"))
print(seen, len(told))
`
    const argv = ['-c', driver, join(root, 'examples/python'), file]
    expect(spawnSync('python3', argv, { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } }).stdout).toBe(
      '[True, False, False, False, True] 2\n',
    )
    const status = (word: string): number | null =>
      spawnSync('python3', [join(root, 'examples/python/toggles.py'), 'F', 'x', 'a=b'], { env: { PATH: process.env['PATH'], F: word } })
        .status
    expect([status('true'), status('false'), status('10')]).toEqual([0, 1, 1])
  })
})

describe('examples/python measures', () => {
  it('the same series as the SDK, for the same calls', async () => {
    const driver = `
import sys, toggles
opened = toggles.Toggles(env={"F": "0%", "F_USERS": "ada", 'G"\\\\\\n': "true"}, file="")
opened.is_enabled("F", "eve")
with opened.measure("F", "ada") as call: assert call.is_on
with opened.measure("F", "eve") as call: call.fail()
for error in (ValueError, TimeoutError):
    try:
        with opened.measure('G"\\\\\\n') as call: raise error()
    except error: pass
sys.stdout.write(opened.metrics())
`
    const argv = ['-c', driver]
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: join(root, 'examples/python') }
    const ran = spawnSync('python3', argv, { encoding: 'utf8', env })
    expect(ran.stderr).toBe('')
    const meter = openMeter()
    const opened = openToggles({ env: { F: '0%', F_USERS: 'ada', 'G"\\\n': 'true' }, meter })
    opened.isEnabled('F', 'eve')
    opened.measure('F', 'ada', () => undefined)
    opened.measure('F', 'eve', (_, fail) => fail())
    const counted = (page: string) =>
      parseExposition(page, { type: 'text/plain' })
        .filter(({ name }) => !/_sum$|_timestamp_|_start_/.test(name))
        .map(({ name, labels, value }) => JSON.stringify([name, labels, value]))
        .toSorted()
    const [ours, theirs] = [counted(meter.text()), counted(ran.stdout)]
    const of = (rows: readonly string[], toggle: string) => rows.filter((row) => row.includes(`"toggle":"${toggle}`))
    expect(of(theirs, 'F').length).toBeGreaterThan(20)
    expect(of(theirs, 'F')).toEqual(of(ours, 'F'))
    // A TimeoutError is one; JavaScript has none.
    expect(theirs).toContain(JSON.stringify(['rollout_toggle_calls_total', { toggle: 'G"\\\n', answer: 'on', outcome: 'timeout' }, 1]))
    expect(theirs).toContain(JSON.stringify(['rollout_toggle_calls_total', { toggle: 'G"\\\n', answer: 'on', outcome: 'error' }, 1]))
  })
})

describe('examples/python compares', () => {
  it('as the SDK does: the old way answers, and what the new one comes to is counted', () => {
    const driver = `
import time, toggles
def no(): raise ValueError("no")
opened = toggles.Toggles(env={"F": "false", "F_SHADOW": "true", "G": "true", "H_SHADOW": "5"}, file="", report=lambda message: None)
opened.SHADOW_SECONDS = 0.2
answers = [opened.compare("F", "ada", old=lambda: 1, new=new) for new in (lambda: 1, lambda: 2, no)]
answers += [opened.compare("G", "ada", old=lambda: 1, new=lambda: 2), opened.compare("H", "ada", old=lambda: 1, new=no)]
try: opened.compare("F", "ada", old=no, new=lambda: 1)
except ValueError as error: answers.append(str(error))
opened.compare("F", "ada", old=lambda: 1, new=lambda: 2, writes=True)
opened.compare("F", "ada", old=lambda: 1, new=lambda: time.sleep(1000))
end = time.monotonic() + 20
while time.monotonic() < end and sum(opened.meter.both["F"]["outcomes"].values()) < 5: time.sleep(0.01)
print(answers, opened.meter.both["F"]["outcomes"], opened.meter.both["H"]["outcomes"]["error"])
`
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: join(root, 'examples/python') }
    const { stdout, stderr } = spawnSync('python3', ['-c', driver], { encoding: 'utf8', env })
    expect({ stdout, stderr }).toEqual({
      stdout: "[1, 1, 1, 2, 1, 'no'] {'same': 1, 'different': 2, 'error': 1, 'timeout': 1} 0\n",
      stderr: '',
    })
  })

  it('takes no promise for a yes, and answers where no thread is left', () => {
    const driver = `
import threading, time, toggles
opened = toggles.Toggles(env={"F_SHADOW": "true"}, file="", report=lambda message: None)
async def equal(old, new): return old == new
class Query:
    def __await__(self): yield
opened.compare("F", "ada", old=lambda: 1, new=lambda: 2, same=equal)
opened.compare("F", "ada", old=lambda: 1, new=Query)
end = time.monotonic() + 20
while time.monotonic() < end and sum(opened.meter.both["F"]["outcomes"].values()) < 2: time.sleep(0.01)
def full(thread): raise RuntimeError("can't start new thread")
threading.Thread.start = full
print(opened.compare("F", "ada", old=lambda: 1, new=lambda: 2), opened.under_way, opened.meter.both["F"]["skipped"], opened.meter.both["F"]["outcomes"])
`
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: join(root, 'examples/python'), PYTHONWARNINGS: 'ignore' }
    const { stdout, stderr } = spawnSync('python3', ['-c', driver], { encoding: 'utf8', env })
    expect({ stdout, stderr }).toEqual({ stdout: "1 0 1 {'same': 0, 'different': 0, 'error': 2, 'timeout': 0}\n", stderr: '' })
  })
})

describe('examples/shell', () => {
  const script = join(root, 'examples/shell/is-enabled.sh')

  async function sh(argv: readonly string[], env: Readonly<Record<string, string>>, input = '') {
    const child = spawn(script, argv, { env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' })
    let out = ''
    let told = ''
    child.stdout.on('data', (data: Buffer) => (out += data.toString()))
    child.stderr.on('data', (data: Buffer) => (told += data.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [status] = await once(child, 'close')
    return { status, out: out.trim(), told: told.trim() }
  }

  /** Four at a time: a process each. */
  async function wrongOf<Row>(rows: readonly Row[], check: (row: Row) => Promise<boolean>): Promise<readonly Row[]> {
    const wrong: Row[] = []
    const queue = rows.values()
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (const row of queue) if (!(await check(row))) wrong.push(row)
      }),
    )
    return wrong
  }

  it('has the buckets', async () => {
    // A shell knows no NUL, and reads a line end at the end of the input as the end.
    const rows = vectors.buckets.filter(({ id }) => typeof id === 'string' && !/[\0\n]/.test(id))
    expect(rows.length).toBeGreaterThan(30)
    const wrong = await wrongOf(rows, async ({ key, id, bucket }) => {
      const { out } = await sh([key, textOf(id)], { ROLLOUT_PRINT: 'bucket' })
      return out === String(bucket)
    })
    expect(wrong).toEqual([])
  })

  it('knows what is a word', async () => {
    const wrong = await wrongOf(vectors.words, async ({ text, valid }) => {
      const { status, told } = await sh(['F', ''], { F: text })
      return valid ? told === '' : status === 1 && told === 'F holds no word (false, true or a percentage such as 10%): it is off'
    })
    expect(wrong).toEqual([])
  })

  it('decides', async () => {
    const wrong = await wrongOf(vectors.decisions, async ({ env, toggle, id, attributes = {}, isOn }) => {
      const text = id === null ? '' : textOf(id)
      const isLong = text.length > 1000
      const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${value}`)
      const { status } = await sh([toggle, isLong ? '-' : text, ...pairs], env, isLong ? text : '')
      return status === (isOn ? 0 : 1)
    })
    expect(wrong).toEqual([])
  })

  it('reads the file', async () => {
    const rows = vectors.files.map((row, nth) => ({ ...row, file: join(folder, `shell-${nth}.env`) }))
    for (const { file, text } of rows) writeFileSync(file, text)
    const wrong = await wrongOf(rows, async ({ file, verdict, F }) => {
      const { status, told } = await sh(['F', ''], { ROLLOUT_FILE: file })
      if (verdict === 'bad') return status === 1 && told === `${file} cannot be read as an env file: F is off`
      return status === 1 && (told === '') === (verdict === 'good' && F !== '')
    })
    expect(wrong).toEqual([])
    const file = join(folder, 'shell.env')
    writeFileSync(file, 'export F="true" # on\r\n')
    expect((await sh(['F'], { ROLLOUT_FILE: file, F: 'false' })).status).toBe(0)
    expect((await sh(['F'], { ROLLOUT_FILE: join(folder, 'missing.env'), F: 'true' })).status).toBe(1)
    expect((await sh([], {})).status).toBe(64)
  })
})
