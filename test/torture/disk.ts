import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mount, unmount } from '../helpers/mount.ts'
import { examine } from './record.ts'
import { pooled, type Report } from './report.ts'
import { prepared, siteIn, ENV_FILE, type Site } from './site.ts'
import { litter, oneMore, wrongWith } from './verdict.ts'

const PAGE = 4096

type Typed = readonly string[]

/** What happens on the full disk before the rollback. */
const BEFORE: readonly (readonly Typed[])[] = [[], [['advance']], [['run', '--once'], ['advance']]]
/** Enough of what is no rollback to use up whatever is kept for one, if that were allowed. */
const GREEDY: readonly Typed[] = Array.from({ length: 20 }, (_, nth) => [nth % 2 === 0 ? 'pause' : 'resume'])

/** What ends over a critical metric on the full disk, and takes the change back by itself. */
const BY_ITSELF: readonly Typed[] = [['run', '--once'], ['run', '--exit-on-pause'], ['advance']]

/** A disk with room for so many more pages of 4 KiB. A rollback on it works, whatever was tried before. */
export async function fullDisk(budgets: readonly number[], isLong: boolean, atOnce: number): Promise<Report> {
  const { at10 } = await prepared()
  const cases = [
    ...(isLong ? [{ pages: 0, before: GREEDY }] : []),
    ...budgets.flatMap((pages) => BEFORE.map((before) => ({ pages, before }))),
  ]
  let refused = 0
  const found = await pooled(cases, atOnce, async ({ pages, before }) =>
    onDisk(`size=${1024 * 1024},mode=700`, at10, async (site) => {
      fill(site, pages)
      const wrong: string[] = []
      for (const argv of before) {
        const ended = await site.run([...argv, '--json'])
        const record = examine(site)
        wrong.push(...record.violations, ...wrongWith(argv, ended, record))
        if (![0, 8].includes(ended.code ?? -1)) refused += 1
      }
      wrong.push(...(await oneMore(site, ['rollback'], [0])), ...litter(site, 0))
      return wrong.map((text) => `${pages} pages free, after ${before.length} × ${before[0]?.join(' ') ?? 'nothing'}: ${text}`)
    }),
  )
  const taken = await pooled(BY_ITSELF.slice(0, isLong ? undefined : 2), atOnce, async (argv) =>
    onDisk(`size=${1024 * 1024},mode=700`, at10, async (site) => {
      site.write('errors', '10\n')
      fill(site, 0)
      const wrong = [...(await oneMore(site, argv, [9])), ...(await oneMore(site, ['rollback'], [0])), ...litter(site, 0)]
      return wrong.map((text) => `full, ${argv.join(' ')} over a critical metric: ${text}`)
    }),
  )
  return {
    name: 'disk full',
    counts: { budgets: budgets.length, cases: cases.length + taken.length, refused },
    violations: [...found, ...taken].flat(),
  }
}

/** Leaves so many pages on the disk the site is on. */
function fill(site: Site, pages: number): void {
  const { bfree, bsize } = statfsSync(site.folder)
  const file = openSync(join(site.folder, 'ballast'), 'w')
  const bytes = Buffer.alloc(PAGE)
  for (let left = (bfree * bsize) / PAGE - pages; left > 0; left -= 1) writeSync(file, bytes)
  closeSync(file)
}

/** What is read-only, what is typed, and what that may end with. */
const READ_ONLY: readonly (readonly [what: 'state' | 'target' | 'both', command: string, codes: readonly number[]])[] = [
  ['state', 'rollback', [77]],
  ['target', 'rollback', [10]],
  ['state', 'advance', [77]],
  ['target', 'advance', [10]],
  ['both', 'rollback', [77]],
]

/** Where nothing can be written: the journal, the env file, or both. */
export async function readOnly(count: number, atOnce: number): Promise<Report> {
  const { at10 } = await prepared()
  const found = await pooled(READ_ONLY.slice(0, count), atOnce, async ([what, command, codes]) =>
    onDisk('size=1m', at10, async (site) => {
      const state = join(site.folder, '.rollout')
      // The journal gets a disk of its own, so that either can be made read-only without the other.
      const kept = mkdtempSync(join(tmpdir(), 'rollout-torture-'))
      at10.copy(kept)
      mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', state)
      try {
        siteIn(join(kept, '.rollout')).copy(state)
        const frozen = [...(what === 'target' ? [] : [state]), ...(what === 'state' ? [] : [site.folder])]
        const before = site.read(ENV_FILE)
        for (const place of frozen) mount('-o', 'remount,ro', place)
        const ended = await site.run([command, '--json'])
        const record = examine(site)
        const wrong = [...record.violations, ...wrongWith([command], ended, record)]
        if (site.read(ENV_FILE) !== before) wrong.push('the env file was changed')
        if (!codes.includes(ended.code ?? -1)) wrong.push(`rollout ${command} ended with ${ended.code}: ${ended.out}${ended.err}`)
        for (const place of frozen) mount('-o', 'remount,rw', place)
        wrong.push(...(await oneMore(site, ['rollback'], [0])), ...litter(site, 0))
        return wrong.map((text) => `${what} read-only, ${command}: ${text}`)
      } finally {
        unmount(state)
        rmSync(kept, { recursive: true, force: true })
      }
    }),
  )
  return { name: 'read-only', counts: { cases: found.length }, violations: found.flat() }
}

async function onDisk(options: string, from: Site, work: (site: Site) => Promise<readonly string[]>): Promise<readonly string[]> {
  const place = mkdtempSync(join(tmpdir(), 'rollout-torture-'))
  mount('-t', 'tmpfs', '-o', options, 'tmpfs', place)
  try {
    return await work(from.copy(place))
  } finally {
    unmount(place)
    rmSync(place, { recursive: true, force: true })
  }
}
