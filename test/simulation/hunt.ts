import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { Bug } from './bugs.ts'
import type { Played } from './rollout.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Hunted {
  readonly played: number
  readonly events: number
  readonly processes: number
  readonly ends: Readonly<Record<string, number>>
  readonly broken: readonly Pick<Played, 'seed' | 'violations'>[]
}

/** Bundles the simulation, with one bug in it if told so. `play` runs seeds in a process of its own. */
export async function prepare(
  bug?: Bug,
): Promise<{ play(from: number, to: number, most: number, world?: 'harsh'): Promise<Hunted>; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-simulation-'))
  const file = join(folder, 'worker.mjs')
  let seeded = 0
  const build = await rolldown({
    cwd: root,
    input: 'test/simulation/worker.ts',
    platform: 'node',
    external: [/^node:/],
    logLevel: 'silent',
    plugins: [
      {
        name: 'bug',
        transform: (code, id) => {
          if (!bug || !id.endsWith(`/src/${bug.file}`)) return undefined
          seeded = code.split(bug.find).length - 1
          return code.replace(bug.find, () => bug.replace)
        },
      },
    ],
  })
  await build.write({ file, format: 'esm', codeSplitting: false })
  await build.close()
  if (bug && seeded !== 1) throw new Error(`the bug "${bug.name}" fits ${seeded} places of src/${bug.file}; it must be one`)
  return {
    play: async (from, to, most, world) => play(file, [String(from), String(to), String(most), ...(world ? [world] : [])]),
    close: () => rmSync(folder, { recursive: true }),
  }
}

async function play(file: string, args: readonly string[]): Promise<Hunted> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString().slice(0, 2000)))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`the simulation ended with ${code}: ${err}`))))
  })
}
