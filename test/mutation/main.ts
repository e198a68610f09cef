import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { misused, readOptions } from '../helpers/usage.ts'
import { MUTATIONS } from './mutations.ts'
import type { Mutation } from './mutation.ts'

/*
 * Every mutation, or those whose file or name holds a text: the tests beside it must go red. Nothing on the disk is changed.
 */
const USAGE = 'npm run mutate -- [--only TEXT]'
const { only = '' } = readOptions(USAGE, { only: { type: 'string' } })
const root = join(import.meta.dirname, '../..')
/** Far longer than the slowest of the tests take: what is not over by then hangs, which is red as well. */
const LONGEST = 300_000

const chosen = MUTATIONS.filter(({ file, name }) => `${file} ${name}`.includes(only))
if (chosen.length === 0) misused(USAGE)
const began = performance.now()
let survived = 0
if (await isSound(chosen)) for (const mutation of chosen) await hunt(mutation)
console.log(`${chosen.length - survived} of ${chosen.length} mutations are noticed, ${((performance.now() - began) / 1000).toFixed(0)}s`)
process.exitCode = survived === 0 ? 0 : 1

/** The source as it is must be green, or red proves nothing. */
async function isSound(mutations: readonly Mutation[]): Promise<boolean> {
  const { failed, broken } = await play([...new Set(mutations.flatMap(({ tests }) => tests))])
  const wrong = [...failed, ...broken]
  if (wrong.length > 0) console.log(`✗ without any mutation: ${wrong[0]}`)
  if (wrong.length > 0) survived = mutations.length
  return wrong.length === 0
}

async function hunt(mutation: Mutation): Promise<void> {
  const { failed, broken } = await play(mutation.tests, mutation)
  const what = `${mutation.file}: ${mutation.name}`
  if (failed.length === 0) survived += 1
  if (failed.length > 0) console.log(`✓ ${what} (${failed[0]})`)
  else console.log(broken.length > 0 ? `✗ ${what} is no mutation: ${broken[0]}` : `✗ ${what} survives`)
}

interface Played {
  /** The tests that went red. */
  readonly failed: readonly string[]
  /** What could not even be loaded: such a mutation proves nothing. */
  readonly broken: readonly string[]
}

async function play(tests: readonly string[], mutation?: Mutation): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-mutation-'))
  try {
    const report = join(folder, 'report.json')
    const files = tests.map((each) => `test/${each}.test.ts`)
    const config = join(import.meta.dirname, 'vitest.config.ts')
    const argv = ['run', '--config', config, '--reporter=json', `--outputFile=${report}`, ...files]
    return (await isOver(argv, mutation)) ? read(report) : { failed: ['it does not end'], broken: [] }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Resolves to whether the tests came to an end. */
async function isOver(argv: readonly string[], mutation: Mutation | undefined): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...argv], {
    cwd: root,
    env: { ...process.env, ...(mutation && { MUTATION: JSON.stringify(mutation) }) },
    stdio: 'ignore',
    detached: true,
  })
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      resolve(false)
    }, LONGEST)
    child.on('close', () => {
      clearTimeout(late)
      resolve(true)
    })
  })
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function read(path: string): Played {
  const { testResults }: Report = JSON.parse(readFileSync(path, 'utf8'))
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, fullName }) => (status === 'failed' ? [fullName] : [])),
  )
  const broken = testResults.flatMap(({ status, message, assertionResults }) =>
    status === 'failed' && !assertionResults.some((each) => each.status === 'failed') ? [message.split('\n')[0] ?? ''] : [],
  )
  return { failed, broken }
}
