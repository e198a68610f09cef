import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/journal/event.ts'
import { RolloutError } from '../../src/core/values/errors.ts'
import { openWriter } from '../../src/engine/writer.ts'
import { openState } from '../../src/session/project.ts'
import { withTargets } from '../../src/session/with-targets.ts'
import { barePlan, breakGlassElsewhere, planned, type } from '../helpers/marked.ts'
import { serve, sessionOf, type FakeShell } from '../helpers/shell.ts'

/* What status says first: what the targets hold against the journal, and of what nothing is said. */

function edit({ cwd }: FakeShell, word: string, toggle = 'FEATURE_X', file = 'web.env'): void {
  const path = join(cwd, file)
  writeFileSync(path, readFileSync(path, 'utf8').replace(new RegExp(`${toggle}=.*`), `${toggle}=${word}`))
}

async function append(shell: FakeShell, fact: Fact): Promise<void> {
  const session = sessionOf(shell)
  const { journal } = await openState(session)
  const writer = await openWriter({ journal, clock: session.clock, uuid: shell.uuid, version: 'test' })
  await writer.append(fact, { actor: 'ana' })
}

async function looked(shell: FakeShell, known?: Awaited<ReturnType<typeof openState>>) {
  const session = sessionOf(shell)
  const { journal, state } = known ?? (await openState(session))
  const { differs, notes, state: found } = await withTargets(session, journal, state)
  return { differs, notes, blocked: (found.blocked ?? []).map(({ name, target }) => `${name} ${target}`), since: found.blocked?.[0]?.since }
}

const NOTHING = { differs: false, notes: [], blocked: [], since: undefined }
const EDITED = { differs: true, notes: [], blocked: ['drift web'] }

async function atTen(plan = barePlan()): Promise<FakeShell> {
  const shell = planned(plan)
  await type(shell, 'start', 'advance')
  return shell
}

const TWO = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] }, FEATURE_Y: { targets: [worker] } }
targets:
  web: { use: env-file, path: web.env, create: true }
  worker: { use: env-file, path: worker.env, create: true }
phases: [{ phase: core, toggles: [FEATURE_X, FEATURE_Y], order: one-by-one, steps: [10%, 100%], hold: 0s }]
`

describe('a file that is gone', () => {
  const KEPT = '{ use: env-file, path: web.env }'

  it('is the first thing that is waited for, and no edit', async () => {
    const shell = planned(barePlan(KEPT))
    shell.write('web.env', 'FEATURE_X=false\n')
    await type(shell, 'start', 'advance')
    rmSync(join(shell.cwd, 'web.env'))
    expect(await looked(shell)).toMatchObject({ differs: false, blocked: ['target web'] })
    await type(shell, 'status')
    expect(shell.printed.out).toContain('web.env does not exist')
  })

  it('says nothing where the store is elsewhere: the target may be there', async () => {
    const shell = planned(`${barePlan(KEPT)}state: ./store\n`)
    shell.write('web.env', 'FEATURE_X=false\n')
    await type(shell, 'start', 'advance')
    rmSync(join(shell.cwd, 'web.env'))
    expect(await looked(shell)).toEqual(NOTHING)
  })
})

describe('an application that runs with another word than its file holds', () => {
  it('is told from a file that somebody edited, by status and by check', async () => {
    let file = ''
    const wordIn = (text: string): string => /FEATURE_X=(.*)/.exec(text)?.[1] ?? 'false'
    const url = await serve((_, response) => response.end(JSON.stringify({ FEATURE_X: wordIn(file && readFileSync(file, 'utf8')) })))
    const shell = planned(barePlan(`{ use: env-file, path: web.env, verify: '${url}' }`))
    shell.write('web.env', 'FEATURE_X=false\n')
    file = join(shell.cwd, 'web.env')
    await type(shell, 'start', 'advance', 'check targets')
    expect(shell.printed.out).toContain('runs with what the journal says')
    file = ''
    for (const verb of ['status', 'check targets']) {
      await type(shell, verb).catch(() => undefined)
      expect(shell.printed.out).toMatch(/web\s+runs with FEATURE_X=false instead of 10%/)
      expect(shell.printed.out).toContain('somebody else changed it, or it has not read what was written')
    }
  })
})

describe('what somebody else has written', () => {
  it('is the first thing that is waited for, since it was seen first', async () => {
    const shell = await atTen()
    expect(await looked(shell)).toEqual(NOTHING)
    const other = { name: 'approval', text: 'the signature of eve proves nothing' } as const
    await append(shell, { type: 'blocked', by: [{ name: 'turn', target: 'web', text: 'web is slow' }, other] })
    edit(shell, '50%')
    const session = sessionOf(shell)
    const { journal, state } = await openState(session)
    const first = await withTargets(session, journal, state)
    expect(first.state.blocked?.map(({ name }) => name)).toEqual(['drift', 'approval'])
    const since = first.state.blocked?.[0]?.since
    expect(since).toBe(session.clock.now())
    await session.clock.sleep(60_000)
    const again = await withTargets(session, journal, first.state)
    expect(again.state.blocked?.map((each) => [each.name, each.since])[0]).toEqual(['drift', since])
  })

  it('is not said while a move is under way: a target may hold the words before it and after it', async () => {
    const shell = await atTen()
    await append(shell, {
      type: 'intended',
      move: 'advance',
      cursor: 1,
      exposures: { FEATURE_X: 25 },
      why: { code: 'operator', text: 'x' },
    })
    for (const word of ['10%', '25%']) {
      edit(shell, word)
      expect(await looked(shell)).toEqual(NOTHING)
    }
  })

  it('is not what another command has written since the journal was read', async () => {
    const shell = await atTen()
    const before = await openState(sessionOf(shell))
    await type(shell, 'advance')
    expect(await looked(shell, before)).toEqual(NOTHING)
    edit(shell, '75%')
    expect(await looked(shell)).toMatchObject(EDITED)
  })

  it('is not said of a target that holds nothing the rollout has moved', async () => {
    const shell = await atTen(TWO)
    appendFileSync(join(shell.cwd, 'worker.env'), 'FEATURE_Y=true\n')
    expect(await looked(shell)).toEqual(NOTHING)
    edit(shell, '50%')
    expect(await looked(shell)).toMatchObject(EDITED)
  })

  it('is not said of a target that the step went without', async () => {
    const shell = await atTen()
    edit(shell, '50%')
    const { journal, state } = await openState(sessionOf(shell))
    expect(await looked(shell, { journal, state })).toMatchObject(EDITED)
    expect(await looked(shell, { journal, state: { ...state, missing: ['web'] } })).toEqual(NOTHING)
  })

  it.each([
    ['0', EDITED],
    ['1000', NOTHING],
  ])('is said of a place that shows a write after %s ms: %j', async (lag, said) => {
    const shell = planned(barePlan('{ use: ./own.mjs }'))
    shell.write('own.txt', 'false')
    shell.write(
      'own.mjs',
      `import { readFileSync, writeFileSync } from 'node:fs'
export default {
  options: (given) => given,
  read: async () => ({ FEATURE_X: readFileSync(new URL('own.txt', import.meta.url), 'utf8') }),
  write: async (_, words) => writeFileSync(new URL('own.txt', import.meta.url), words.FEATURE_X),
  byHand: () => [],
  lag: () => ${lag},
}
`,
    )
    await type(shell, 'start', 'advance')
    shell.write('own.txt', '50%')
    expect(await looked(shell)).toMatchObject(said)
  })
})

describe('what is shown all the same', () => {
  it('is what is known, where the journal has gone meanwhile', async () => {
    const shell = await atTen()
    const { journal, state } = await openState(sessionOf(shell))
    edit(shell, '50%')
    const gone = { code: 'unreachable', message: 'the store does not answer' } as const
    const read = async () => Promise.reject(new RolloutError(gone.code, { message: gone.message }))
    expect(await looked(shell, { journal: { ...journal, read, checkpoint: read }, state })).toEqual(NOTHING)
    const bug = async () => Promise.reject(new TypeError('a bug'))
    await expect(looked(shell, { journal: { ...journal, read: bug, checkpoint: bug }, state })).rejects.toThrow('a bug')
  })

  it('is a rollout that is over, with what its targets say beside it', async () => {
    const shell = planned(barePlan(undefined, { steps: '[100%]' }))
    await type(shell, 'start', 'run')
    await breakGlassElsewhere(shell)
    expect(await looked(shell)).toMatchObject({ differs: true, notes: [expect.stringContaining('break-glass')], blocked: [] })
  })
})
