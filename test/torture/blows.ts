import { join } from 'node:path'
import { sleeps, wake } from './asleep.ts'
import { ENV_FILE, prepared, type Site, type Sites } from './site.ts'
import { pooled, spread, type Report } from './report.ts'
import { examine } from './record.ts'
import { nameOf, pointsOf, strike, untilHit, whereIs, type Point, type Struck } from './strace.ts'
import { litter, oneMore, wrongAtRest, wrongWith } from './verdict.ts'

/*
 * The binary is struck at each of its system calls: killed before it, the call failing, or stopped after it while
 * somebody else rolls back. Then one more ordinary command must reach a consistent end.
 */

interface Victim {
  readonly argv: readonly string[]
  readonly from: 'fresh' | 'started' | 'at10'
  /** Commands to go on with, and what each may end with; one of them for each point, by turns. */
  readonly next: readonly (readonly [argv: readonly string[], codes: readonly number[]])[]
}

const VICTIMS: readonly Victim[] = [
  { argv: ['start'], from: 'fresh', next: [[['start'], [0, 75]]] },
  {
    argv: ['advance'],
    from: 'started',
    next: [
      [['rollback'], [0]],
      [['advance'], [0]],
      [
        ['run', '--once'],
        [0, 8],
      ],
    ],
  },
  {
    argv: ['advance'],
    from: 'at10',
    next: [
      [['rollback'], [0]],
      [
        ['run', '--once'],
        [0, 8],
      ],
    ],
  },
  {
    argv: ['rollback'],
    from: 'at10',
    next: [
      [['rollback'], [0]],
      [
        ['run', '--once'],
        [0, 8, 9],
      ],
    ],
  },
]

interface Blows {
  readonly seed: number
  /** How many points of each command; Infinity: all of them. */
  readonly points: number
  readonly atOnce: number
}

type Kind = 'kill' | 'EIO' | 'ENOSPC' | 'stop'

/** The sites to strike at, and where each command can be struck. */
export async function openAnvil() {
  const sites = await prepared()
  const targets = await pooled(VICTIMS, 2, async (victim) => ({
    victim,
    points: await pointsOf(sites[victim.from], [...victim.argv, '--json']),
  }))
  return async (kind: Kind, blows: Blows): Promise<Report> => strikeAll(kind, blows, sites, targets)
}

type Targets = readonly { readonly victim: Victim; readonly points: readonly Point[] }[]

async function strikeAll(kind: Kind, { seed, points, atOnce }: Blows, sites: Sites, targets: Targets): Promise<Report> {
  const jobs = targets.flatMap(({ victim, points: all }) => {
    // A stopped rollback or start has nobody to be overtaken by.
    if (kind === 'stop' && victim.argv[0] !== 'advance') return []
    const fitting = all.filter((point) => fits(kind, point))
    return spread(fitting, points, seed).map((point, nth) => ({ victim, point, turn: nth + seed }))
  })
  const struck = await pooled(jobs, atOnce, async (job) =>
    untilHit(job.point, async (point) => strikeOnce(kind, sites[job.victim.from].copy(), { ...job, point })),
  )
  const missed = struck.filter(({ isHit }) => !isHit).length
  return { name: NAMES[kind], counts: { points: jobs.length, missed }, violations: struck.flatMap(({ wrong }) => wrong) }
}

interface Job {
  readonly victim: Victim
  readonly point: Point
  readonly turn: number
}

async function strikeOnce(kind: Kind, site: Site, { victim, point, turn }: Job): Promise<Struck> {
  const log = join(site.folder, 'strace.log')
  try {
    const wrong = kind === 'stop' ? await stopped(site, victim, point, log) : await struck(kind, site, victim, point, turn, log)
    const at = `${kind} at ${victim.argv.join(' ')} ${nameOf(point)} from ${victim.from}, turn ${turn}`
    return { was: whereIs(point, log, site), wrong: wrong.map((text) => `${at}: ${text}`) }
  } finally {
    site.remove()
  }
}

/**
 * A kill before a call that only looks is the same as one before the next that does not, and a disk that is full
 * may be read. A process is stopped after a call, and whatever it has just looked at is what it will believe.
 */
function fits(kind: Kind, { call, changes, on }: Point): boolean {
  return kind === 'kill'
    ? changes
    : kind === 'stop'
      ? on !== 'stdout'
      : on !== 'stdout' && (changes || (kind === 'EIO' && call !== 'close'))
}

const NAMES: Readonly<Record<Kind, string>> = {
  kill: 'kill -9 before a system call',
  EIO: 'a system call fails: EIO',
  ENOSPC: 'a system call fails: ENOSPC',
  stop: 'stopped after a system call, a rollback meanwhile',
}

async function struck(kind: 'kill' | 'EIO' | 'ENOSPC', site: Site, victim: Victim, point: Point, turn: number, log: string) {
  const what = kind === 'kill' ? 'signal=KILL' : `error=${kind}`
  const before = site.read(ENV_FILE)
  const ended = await site.run([...victim.argv, '--json'], { through: strike(point, what, log) })
  const record = examine(site)
  const wrong = [...record.violations, ...wrongWith(victim.argv, ended, record, kind === 'kill')]
  if (record.entries.length === 0 && site.read(ENV_FILE) !== before) wrong.push('the env file was changed before anything was journaled')
  const [argv, codes] = victim.next[turn % victim.next.length] ?? [['rollback'], [0]]
  wrong.push(...(await oneMore(site, argv, codes)))
  return [...wrong, ...litter(site, 1)]
}

/** A zombie: it sleeps from here on, somebody rolls back, and it wakes up believing that nothing has happened. */
async function stopped(site: Site, victim: Victim, point: Point, log: string): Promise<readonly string[]> {
  const zombie = site.launch([...victim.argv, '--json'], { through: strike(point, 'signal=STOP', log, '-D') })
  const isStopped = await sleeps(zombie, log)
  const wrong = [...(await oneMore(site, ['rollback'], [0]))]
  if (isStopped) wake(zombie)
  const ended = await zombie.ended
  const record = examine(site)
  wrong.push(...wrongWith(victim.argv, ended, record), ...wrongAtRest(site, record), ...litter(site, 0))
  if (record.now.status !== 'rolled back') wrong.push(`I5 it is ${record.now.status} after the zombie woke up`)
  return wrong
}
