import { brokenGlass, editor, reloads, restored, sideBySide } from './beside.ts'
import { openAnvil } from './blows.ts'
import { CAN_FAKE, jumpsBetween, jumpsWhileRunning, samples } from './clock.ts'
import { crowd } from './crowd.ts'
import { fullDisk, readOnly } from './disk.ts'
import { CAN_LOOP, powerLoss } from './power.ts'
import { halfOpen, LACKS_STORES } from './half-open.ts'
import type { Report } from './report.ts'
import { LACKS_TRACE } from './strace.ts'
import { CAN_MOUNT } from '../helpers/mount.ts'

/** How much of everything. */
export interface Form {
  readonly seed: number
  /** Rounds of twenty processes, and after how many seconds no further one is begun. */
  readonly rounds: number
  readonly seconds: number
  /** Rounds of lines that go half-open. */
  readonly cutRounds: number
  /** Of each command, how many of the places where it can be killed; a part of it for the other strikes. */
  readonly points: number
  /** Free pages of 4 KiB on a full disk. */
  readonly budgets: readonly number[]
  /** Cases of what is read-only, and of jumps between commands. */
  readonly cases: number
  readonly samples: number
  /** Places of each of the victims where the power goes. */
  readonly cuts: number
  readonly victims: readonly string[]
  /** How often a rollout goes up and back beside somebody else. */
  readonly turns: number
  /** How many sites are worked on at once. */
  readonly atOnce: number
}

export const SHORT: Form = {
  seed: 1,
  rounds: 25,
  seconds: 6,
  cutRounds: 4,
  points: 3,
  budgets: [1],
  cases: 2,
  samples: 4,
  cuts: 1,
  victims: ['advance'],
  turns: 2,
  atOnce: 1,
}

export const LONG: Form = {
  seed: 1,
  rounds: 200,
  seconds: Infinity,
  cutRounds: 200,
  points: Infinity,
  budgets: Array.from({ length: 41 }, (_, pages) => pages),
  cases: Infinity,
  samples: Infinity,
  cuts: Infinity,
  victims: ['start', 'advance', 'rollback'],
  turns: 50,
  atOnce: 2,
}

export interface Scenario {
  readonly name: string
  /** What is absent for it; it is then skipped, loudly. */
  readonly lacks: string | undefined
  readonly run: (form: Form) => Promise<Report>
}

let anvil: ReturnType<typeof openAnvil> | undefined
const strikes = async (kind: 'kill' | 'EIO' | 'ENOSPC' | 'stop', points: number, { seed, atOnce }: Form): Promise<Report> =>
  (await (anvil ??= openAnvil()))(kind, { seed, points: Math.ceil(points), atOnce })

const trace = LACKS_TRACE
const fake = CAN_FAKE ? undefined : 'faketime'
const disk = CAN_MOUNT ? undefined : 'the right to mount a tmpfs'

export const SCENARIOS: readonly Scenario[] = [
  { name: 'kill', lacks: trace, run: async (form) => strikes('kill', form.points, form) },
  { name: 'EIO', lacks: trace, run: async (form) => strikes('EIO', form.points / 2, form) },
  { name: 'ENOSPC', lacks: trace, run: async (form) => strikes('ENOSPC', form.points / 4, form) },
  { name: 'stop', lacks: trace, run: async (form) => strikes('stop', form.points, form) },
  {
    name: 'crowd',
    lacks: undefined,
    run: async ({ seed, rounds, seconds }) => {
      const began = performance.now()
      return crowd(seed, rounds, () => performance.now() - began > seconds * 1000)
    },
  },
  { name: 'half-open', lacks: LACKS_STORES, run: async ({ seed, cutRounds }) => halfOpen(seed, cutRounds) },
  { name: 'reload', lacks: trace, run: async (form) => reloads(form) },
  { name: 'side-by-side', lacks: undefined, run: async ({ turns }) => sideBySide(turns) },
  { name: 'editor', lacks: undefined, run: async ({ seed, turns }) => editor(seed, turns) },
  { name: 'restored', lacks: undefined, run: async () => restored() },
  { name: 'glass', lacks: trace, run: async (form) => brokenGlass(form) },
  { name: 'full', lacks: disk, run: async ({ budgets, atOnce }) => fullDisk(budgets, budgets.length > 1, atOnce) },
  { name: 'read-only', lacks: disk, run: async ({ cases, atOnce }) => readOnly(cases, atOnce) },
  { name: 'jumps', lacks: fake, run: async ({ cases, atOnce }) => jumpsBetween(atOnce, cases) },
  { name: 'running', lacks: fake, run: async () => jumpsWhileRunning(['+1h', '-1h', '+1y', '-1y', '+0s']) },
  { name: 'samples', lacks: fake, run: async ({ samples: count, atOnce }) => samples(atOnce, count) },
  {
    name: 'power',
    lacks: CAN_LOOP ? trace : 'the right to mount an ext4 image (or mkfs.ext4)',
    run: async ({ cuts, victims, seed }) => powerLoss(cuts, victims, seed),
  },
]
