import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/core/journal/event.ts'
import { until } from '../helpers/until.ts'

const bin = fileURLToPath(new URL('../../bin/rollout.cjs', import.meta.url))

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function begin(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [bin, ...argv], {
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (bytes: Buffer) => (said.out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (said.err += bytes.toString()))
  const done = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, ...said })))
  return { child, said, done }
}

async function run(...argv: readonly string[]): Promise<Ran> {
  return begin(argv).done
}

/** The folder whose journal the last lines of a demo name. */
function folderOf({ out }: Ran): string {
  return /--file (\S+)/.exec(out)?.[1] ?? ''
}

function eventsIn(folder: string): readonly Event[] {
  const journal = join(folder, '.rollout/storefront')
  const files = readdirSync(journal).filter((name) => /^\d{12}\.json$/.test(name))
  return files.toSorted().map((name): Event => JSON.parse(readFileSync(join(journal, name), 'utf8')))
}

function urlOf(out: string): string {
  return /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? ''
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/toggles`).then(
    () => true,
    () => false,
  )
}

describe.concurrent('the demo', () => {
  it('errors: rolls back within two seconds of the step that breaks it, and its journal can be asked', async () => {
    const ran = await run('demo')
    expect(ran).toMatchObject({ code: 0, err: '' })
    // Whichever speaks first: with a hundred requests a second both need two polls.
    expect(ran.out).toMatch(
      /ROLLED BACK {2}error_rate (on \d+\/\d+ \([\d.]+%\) vs off \d+\/\d+ .*: at least [\d.]+× worse|[\d.]+% > 5% \(\d+ of \d+\))/,
    )
    const folder = folderOf(ran)
    const events = eventsIn(folder)
    const nth = events.findIndex((event) => event.type === 'intended' && event.move === 'rollback')
    const rollback = events[nth]
    const broke = events.slice(0, nth).findLast(({ type }) => type === 'arrived')
    const confirmed = events.slice(nth).find(({ type }) => type === 'arrived')
    expect(rollback).toMatchObject({ exposures: { FEATURE_AI_GENERATION: 0, FEATURE_FRONTEND: 100 } })
    expect(events.slice(0, nth).findLast((event) => event.type === 'intended')).toMatchObject({ exposures: { FEATURE_AI_GENERATION: 25 } })
    expect((confirmed?.at ?? Infinity) - (broke?.at ?? 0)).toBeLessThan(LONGEST)
    expect(readFileSync(join(folder, 'deploy/web.env'), 'utf8')).toMatch(/^FEATURE_AI_GENERATION=false/m)
    expect(await answers(urlOf(ran.out))).toBe(false)

    const typed = ran.out.split('\n').flatMap((line) => /^ {4}(node .+)$/.exec(line)?.[1] ?? [])
    expect(typed.map((line) => line.split(' ')[2])).toEqual(['explain', 'history', 'status', 'init'])
    expect(resolve(typed[0]?.split(' ')[1] ?? '')).toBe(bin)

    expect(await run('explain', 'error_rate', '--file', folder)).toMatchObject({ code: 0, out: expect.stringContaining('> 5%') })
    expect(await run('status', '--file', folder)).toMatchObject({ code: 9 })
    expect(await run('history', '--file', folder)).toMatchObject({
      code: 0,
      out: expect.stringContaining('rollback FEATURE_AI_GENERATION 25% → 0%'),
    })
    rmSync(folder, { recursive: true })
  })

  it('latency: rolls back', async () => {
    const ran = await run('demo', '--fault', 'latency')
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/ROLLED BACK {2}latency_p95 \S+ > 2s/) })
    rmSync(folderOf(ran), { recursive: true })
  })

  it('nodata: pauses, and takes nothing back', async () => {
    const ran = await run('demo', '--fault', 'nodata')
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/PAUSED {2}(error_rate|latency_p95) unreachable/) })
    expect(eventsIn(folderOf(ran)).some((event) => event.type === 'intended' && event.move !== 'advance')).toBe(false)
    rmSync(folderOf(ran), { recursive: true })
  })

  it('shadow: catches a new way that answers wrongly before anybody is answered by it', async () => {
    const ran = await run('demo', '--fault', 'shadow')
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/ROLLED BACK {2}shadow [\d.]+% > 2% \(\d+ of \d+\)/) })
    expect(ran.out).toContain(', 0 were answered wrongly.')
    const events = eventsIn(folderOf(ran))
    const exposures = (toggle: string) => [
      ...new Set(events.flatMap((event) => (event.type === 'intended' ? [event.exposures[toggle]] : []))),
    ]
    expect(exposures('FEATURE_AI_GENERATION')).toEqual([0])
    expect(exposures('FEATURE_AI_GENERATION_SHADOW')).toEqual([0, 5])
    expect(events.findLast((event) => event.type === 'intended')).toMatchObject({
      move: 'rollback',
      exposures: { FEATURE_AI_GENERATION_SHADOW: 0 },
    })
    expect(readFileSync(join(folderOf(ran), 'deploy/web.env'), 'utf8')).toMatch(/^FEATURE_AI_GENERATION_SHADOW=false$/m)
    rmSync(folderOf(ran), { recursive: true })
  })

  it('none: completes all five phases, the legacy toggle downwards', async () => {
    const ran = await run('demo', '--fault', 'none')
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('COMPLETE') })
    const events = eventsIn(folderOf(ran))
    const legacy = events.flatMap((event) => (event.type === 'intended' ? [event.exposures['FEATURE_LEGACY_SEARCH']] : []))
    expect([...new Set(legacy)]).toEqual([100, 90, 50, 0])
    expect(events.at(-1)?.type === 'detached' || events.at(-1)?.type === 'completed').toBe(true)
    rmSync(folderOf(ran), { recursive: true })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s leaves nothing running, and nothing behind', async (signal, code) => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-demo-test-'))
    const { child, said, done } = begin(['demo'], { TMPDIR: folder })
    await until('the demo has confirmed a step', () => said.out.includes('confirmed'), { said: () => said.out })
    const url = urlOf(said.out)
    expect(await answers(url)).toBe(true)
    child.kill(signal)
    expect(await done).toMatchObject({ code })
    expect(await answers(url)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
    rmSync(folder, { recursive: true })
  })
})

/** The promise is two seconds; six demos at once on two cores are given twice that. */
const LONGEST = 4000
