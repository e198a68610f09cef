import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
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

/** Bundles the simulation, with one bug in it if told so. `play` runs seeds in a process of its own, which tells how far it is. */
export async function prepare(bug?: Bug): Promise<{
  play(from: number, to: number, most: number, world?: 'harsh', tell?: (hunted: Hunted) => void): Promise<Hunted>
  close(): void
}> {
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
    play: async (from, to, most, world, tell) => play(file, [String(from), String(to), String(most), ...(world ? [world] : [])], tell),
    close: () => rmSync(folder, { recursive: true }),
  }
}

async function play(file: string, args: readonly string[], tell: (hunted: Hunted) => void = () => undefined): Promise<Hunted> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let err = ''
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString().slice(0, 2000)))
  const ended = once(child, 'close')
  let last: Hunted | undefined
  for await (const line of createInterface(child.stdout)) {
    last = JSON.parse(line)
    if (last) tell(last)
  }
  const [code] = await ended
  if (code !== 0 || !last) throw new Error(`the simulation ended with ${code}: ${err}`)
  return last
}
