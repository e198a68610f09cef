// How long a million lines of code take to be searched for toggles, beside `grep -rnwE` on the same files: `npm run bench:references`.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../bin/rollout.cjs', import.meta.url))
const [FILES, LINES, ROUNDS] = [5000, 200, 3]
const TOGGLES = Array.from({ length: 20 }, (_, nth) => `FEATURE_NUMBER_${nth}`)
/** How many of a thousand files ask for a toggle. */
const WORLDS = { 'in 2 of 100 files': 20, everywhere: 1000 }

for (const [name, share] of Object.entries(WORLDS)) {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-bench-'))
  try {
    build(folder, share)
    const ours: number[] = []
    const grep: number[] = []
    let found = 0
    // By turns, so that what else the machine does meanwhile is in both.
    for (let round = 0; round < ROUNDS; round += 1) {
      grep.push(timed(() => spawnSync('grep', ['-rnwE', TOGGLES.join('|'), 'src'], { cwd: folder, maxBuffer: 1 << 30 })))
      ours.push(timed(() => (found = search(folder))))
    }
    const [floor, took] = [Math.min(...grep), Math.min(...ours)]
    const lines = (FILES * LINES) / 1e6
    console.log(
      `${lines} M lines, toggles ${name}: ${found} places in ${took.toFixed(1)} s, ${(took / floor).toFixed(1)} times grep (${floor.toFixed(2)} s)`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function build(folder: string, share: number): void {
  const plan = `version: 1\nname: bench\ntoggles:\n${TOGGLES.map((each) => `  ${each}: { targets: [web] }\n`).join('')}targets:\n  web: { use: env-file, path: web.env }\nphases:\n  - { phase: all, toggles: [${TOGGLES.join(', ')}], steps: [100%], hold: 1m }\n`
  writeFileSync(join(folder, 'rollout.yaml'), plan)
  for (let nth = 0; nth < FILES; nth += 1) {
    const to = join(folder, 'src', `part-${nth % 100}`)
    mkdirSync(to, { recursive: true })
    writeFileSync(join(to, `file-${nth}.ts`), code(nth, (nth * 7) % 1000 < share))
  }
  execFileSync('git', ['init', '-q'], { cwd: folder })
  execFileSync('git', ['add', '.'], { cwd: folder })
}

function code(nth: number, asks: boolean): string {
  const lines = Array.from({ length: (LINES - 2) / 6 }, (_, part) => body(nth, part))
  const toggle = TOGGLES[nth % TOGGLES.length] ?? ''
  const ask = asks ? `export const on = isEnabled('${toggle}') && process.env.${toggle} !== 'false'` : 'export const on = true'
  return [`import { isEnabled } from 'rolloutctl/sdk'`, ...lines, ask, ''].join('\n')
}

/** Six lines of 34 letters on average, as in code that people write. */
function body(nth: number, part: number): string {
  return `/** Returns the price of part ${part}, in cents. */
export function price${part}(count: number, isOld = false): number {
  const one = count * ${part + 1} + ${nth}
  if (isOld && one > 100) return Math.floor(one / 2)
  return one
}`
}

function search(folder: string): number {
  const printed = execFileSync(process.execPath, [PROGRAM, 'toggles', 'references', '--json', '-f', folder], { maxBuffer: 1 << 30 })
  const { toggles }: { readonly toggles: Readonly<Record<string, readonly unknown[]>> } = JSON.parse(printed.toString())
  return Object.values(toggles).flat().length
}

/** Returns how long it took, in seconds. */
function timed(work: () => unknown): number {
  const from = performance.now()
  work()
  return (performance.now() - from) / 1000
}
