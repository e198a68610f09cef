import { join } from 'node:path'
import type { Ended, Running } from '../helpers/launch.ts'
import { seeded, type Random } from '../simulation/random.ts'
import { stopAt, wake } from './asleep.ts'
import { examine, type Findings } from './record.ts'
import type { Report } from './report.ts'
import { must, openSite, type Site } from './site.ts'
import { LACKS_TRACE } from './strace.ts'
import { litter, oneMore, wrongAtRest, wrongWith } from './verdict.ts'

/*
 * Twenty processes at once on one rollout. Some are stopped, at a random moment or right after a system call that
 * matters; when all the others have ended somebody rolls back; then the stopped ones go on and must not undo that.
 */

/** So many steps that nobody gets to the end of them in one round. */
const STEPS = Array.from({ length: 40 }, (_, nth) => `${nth + 1}%`).join(', ')

const PLAN = `version: 1
name: shop
toggles: { FEATURE_X: { targets: [web] } }
targets: { web: { use: env-file, path: web.env } }
metrics: { errors: { use: command, run: [cat, errors], critical: "> 5" } }
interval: 1s
phases:
  - { phase: core, toggles: [FEATURE_X], steps: [${STEPS}], hold: 0s, metrics: [errors] }
`

type Typed = readonly [string, ...string[]]

/** Nineteen that come to an end by themselves; the twentieth is `run`, which watches. */
const COMMANDS: readonly Typed[] = [
  ...many(4, 'advance', '--if-step', '0'),
  ...many(3, 'advance', '--if-step', '1'),
  ...many(3, 'advance'),
  ...many(3, 'run', '--once'),
  ...many(1, 'pause'),
  ...many(2, 'resume'),
  ...many(2, 'rollback'),
  ...many(1, 'status'),
]

/** Where a zombie may fall asleep when strace is there: after one of these. */
const MOMENTS: readonly [Moment, ...Moment[]] = [
  ['link', 5],
  ['fsync', 10],
  ['rename', 1],
  ['fchown', 1],
  ['unlink', 6],
]
type Moment = readonly [call: string, most: number]

/** How many of those that end by themselves are stopped. A stopped `resume` would go on to do what was asked of it: resume. */
const ZOMBIES = 5

interface Member {
  readonly argv: Typed
  readonly actor: string
  readonly running: Running
}

/** Rounds on one journal that grows; `until` is asked before each further one. */
export async function crowd(seed: number, rounds: number, until: () => boolean = () => false): Promise<Report> {
  const site = openSite(undefined, PLAN)
  const counts = { rounds: 0, processes: 0, zombies: 0, events: 0, 'steps up': 0, 'not first': 0 }
  const violations: string[] = []
  try {
    await must(site, 'start')
    for (let nth = 0; nth < rounds && !(nth > 0 && until()); nth += 1) {
      const round = await oneRound(site, seeded(seed + nth), `r${nth}`)
      violations.push(...round.wrong.map((text) => `--only crowd --rounds 1 --seed ${seed + nth}: ${text}`))
      counts.rounds += 1
      counts.processes += COMMANDS.length + 1
      counts.zombies += round.zombies
      counts['not first'] += round.conflicts
      if (violations.length > 0) break
      await must(site, 'resume')
    }
    const { entries } = examine(site)
    counts.events = entries.length
    counts['steps up'] = entries.filter(({ move }) => move === 'advance').length
  } finally {
    site.remove()
  }
  return { name: '20 processes at once', counts, violations }
}

async function oneRound(site: Site, random: Random, name: string) {
  const first = examine(site).entries.length
  const asleep = new Set(
    shuffled(COMMANDS.keys(), random)
      .filter((nth) => COMMANDS[nth]?.[0] !== 'resume')
      .slice(0, ZOMBIES),
  )
  const begin = (argv: Typed, nth: number, through: readonly string[]): Member => {
    const actor = `${name}-${nth}`
    return { argv, actor, running: site.launch([...argv, '--json', '--actor', actor], { through }) }
  }
  const members = COMMANDS.map((argv, nth) =>
    begin(argv, nth, asleep.has(nth) ? falling(random, join(site.folder, `strace-${nth}.log`)) : []),
  )
  const watching = begin(['run'], COMMANDS.length, [])
  const zombies = [...members.filter((_, nth) => asleep.has(nth)), watching]
  const stopped = Promise.all(zombies.map(async ({ running }) => stopAt(running, random.between(0, 2500))))
  const ended = new Map<Member, Ended>()
  const wait = async (all: readonly Member[]) => Promise.all(all.map(async (each) => ended.set(each, await each.running.ended)))
  await Promise.all([stopped, wait(members.filter((_, nth) => !asleep.has(nth)))])
  const wrong = [...(await oneMore(site, ['rollback'], [0]))]
  const rolledBack = examine(site).now.seq
  for (const { running } of zombies) wake(running)
  // One that fell asleep by itself may do so after it was woken: it is woken until it ends.
  const waking = setInterval(() => zombies.forEach(({ running }) => wake(running)), 200)
  await wait(zombies)
  clearInterval(waking)
  const record = examine(site)
  for (const [{ argv, actor }, how] of ended)
    wrong.push(...wrongWith(argv, how, record, argv[0] === 'run', actor), ...greedy(argv, actor, how, record))
  wrong.push(...wrongAtRest(site, record), ...litter(site, 0))
  if (record.now.status !== 'rolled back') wrong.push(`I6 it is ${record.now.status} after the zombies woke up`)
  const undoing = record.entries.slice(rolledBack).find(({ move, type }) => move === 'advance' || type === 'resumed')
  if (undoing) wrong.push(`I5 #${undoing.seq} ${undoing.type} by ${undoing.actor} undoes the rollback`)
  const conflicts = [...ended.values()].filter(({ code }) => code === 75).length
  return { wrong: [...wrong, ...twice(record, first)], zombies: zombies.length, conflicts }
}

/** I14: who was told that somebody else came first has moved nothing; who named a step has taken no other. */
function greedy(argv: Typed, actor: string, { code, out }: Ended, { entries }: Findings): readonly string[] {
  const moved = entries.filter((each) => each.actor === actor && each.type === 'intended')
  const wanted = argv[1] === '--if-step' ? Number(argv[2]) : undefined
  const other = wanted === undefined ? undefined : moved.find(({ cursor }) => cursor !== wanted)
  return [
    ...(argv[0] === 'advance' && code === 75 && out === '' && moved.length > 0
      ? [`I14 ${actor} was told that it came second, and moved`]
      : []),
    ...(moved.length > 1 ? [`I14 ${actor} moved ${moved.length} times`] : []),
    ...(other ? [`I14 ${actor} asked for step ${wanted} only, and #${other.seq} goes to ${other.cursor}`] : []),
  ]
}

/** I14: one winner of each step, until somebody takes it back. */
function twice({ entries }: Findings, from: number): readonly string[] {
  const taken = new Set<number>()
  return entries.slice(from).flatMap(({ type, move, cursor = -1, seq }) => {
    if (type !== 'intended') return []
    if (move !== 'advance') return (taken.clear(), [])
    if (taken.has(cursor)) return [`I14 #${seq} takes step ${cursor} a second time`]
    taken.add(cursor)
    return []
  })
}

/** Half of them are stopped from outside, the others fall asleep right after a system call. */
function falling(random: Random, log: string): readonly string[] {
  if (LACKS_TRACE !== undefined || random.chance(0.5)) return []
  const [call, most] = random.pick(MOMENTS)
  const nth = 1 + Math.floor(random.between(0, most))
  return ['strace', '-D', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:signal=STOP:when=${nth}`]
}

function many(count: number, ...argv: Typed): readonly Typed[] {
  return Array.from({ length: count }, () => argv)
}

function shuffled(items: Iterable<number>, random: Random): readonly number[] {
  return [...items]
    .map((item) => [random.next(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)
}
