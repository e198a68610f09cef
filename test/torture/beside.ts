import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seeded } from '../simulation/random.ts'
import { sleeps, wake, watch } from './asleep.ts'
import { journalOf } from './record.ts'
import { pooled, spread, type Report } from './report.ts'
import { ENV_FILE, must, openSite, prepared, siteIn, type Site } from './site.ts'
import { nameOf, pointsOf, strike, untilHit, whereIs } from './strace.ts'

/*
 * The world beside the rollout: an application that takes words by a reload, another rollout in the same file, a person
 * with an editor, a backup of the journal that was put back, and somebody who breaks the glass.
 */

/** How a part of it is asked for. */
interface Asked {
  readonly seed: number
  readonly points: number
  readonly atOnce: number
}

const planOf = (name: string, toggle: string, target: string): string => `version: 1
name: ${name}
toggles: { ${toggle}: { targets: [web] } }
targets: { web: ${target} }
metrics: { errors: { use: command, run: [cat, errors], critical: "> 5" } }
interval: 1s
phases:
  - { phase: core, toggles: [${toggle}], steps: [10%, 50%, 100%], hold: 0s, metrics: [errors] }
`

const wordAt = (text: string, name = 'FEATURE_X'): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]

/** Killed anywhere between the file and the reload: after one more command the application runs with what is said. */
export async function reloads({ seed, points }: Omit<Asked, 'atOnce'>): Promise<Report> {
  // Beside the site: what the reload does there is none of the points to strike at.
  const application = openSite()
  const running = join(application.folder, ENV_FILE)
  const target = `{ use: env-file, path: ${ENV_FILE}, reload: [cp, ${ENV_FILE}, ${running}] }`
  const origin = openSite(undefined, planOf('shop', 'FEATURE_X', target))
  await must(origin, 'start')
  await must(origin, 'advance')
  const counts = { points: 0, missed: 0 }
  const wrong: string[] = []
  for (const argv of [['advance'], ['rollback']]) {
    const all = (await pointsOf(origin, [...argv, '--json'])).filter(({ changes, on }) => changes && on !== 'stdout')
    for (const chosen of spread(all, points, seed)) {
      const { isHit, wrong: found } = await untilHit(chosen, async (point) => {
        const site = origin.copy()
        application.write(ENV_FILE, origin.read(ENV_FILE))
        const log = join(site.folder, 'strace.log')
        await site.run([...argv, '--json'], { through: strike(point, 'signal=KILL', log) })
        const was = whereIs(point, log, site)
        const { code, out, err } = await site.run(['rollback', '--json'])
        const [held, runs] = [wordAt(site.read(ENV_FILE)), wordAt(application.read(ENV_FILE))]
        site.remove()
        if (code === 0 && held === 'false' && runs === 'false') return { was, wrong: [] }
        const what = `I21 rollback after kill at ${argv.join(' ')} ${nameOf(point)} ended with ${code}`
        return { was, wrong: [`${what}: the file holds ${held}, the application runs with ${runs}: ${out}${err}`] }
      })
      counts.points += 1
      if (!isHit) counts.missed += 1
      wrong.push(...found)
    }
  }
  origin.remove()
  application.remove()
  return { name: 'kill -9 around a reload', counts, violations: wrong }
}

/** Two rollouts go up and back in one file at the same time: neither is in the way of the other. */
export async function sideBySide(rounds: number): Promise<Report> {
  const shop = openSite(undefined, planOf('shop', 'FEATURE_X', `{ use: env-file, path: ${ENV_FILE} }`))
  const target = `{ use: env-file, path: ${join(shop.folder, ENV_FILE)}, allowOutside: true }`
  const other = openSite(undefined, planOf('checkout', 'FEATURE_Y', target))
  shop.write(ENV_FILE, 'FEATURE_X=false\nFEATURE_Y=false\nPASSWORD=x\n')
  const wrong: string[] = []
  const climb = async (site: Site, toggle: string): Promise<void> => {
    for (let nth = 0; nth < rounds; nth += 1) {
      for (const [argv, word] of [
        [['advance'], '10%'],
        [['rollback'], 'false'],
        [['resume'], 'false'],
      ] as const) {
        const { code, out, err } = await site.run([...argv, '--json'])
        const held = wordAt(shop.read(ENV_FILE), toggle)
        if (code !== 0 || held !== word) wrong.push(`I23 ${toggle} ${argv[0]} ended with ${code} and holds ${held}: ${out}${err}`)
      }
    }
  }
  await must(shop, 'start')
  await must(other, 'start')
  await Promise.all([climb(shop, 'FEATURE_X'), climb(other, 'FEATURE_Y')])
  const text = shop.read(ENV_FILE)
  const marks = [...text.matchAll(/^# rollout:\d+ of:(\w+)\//gm)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b))
  if (marks.join() !== 'checkout,shop' || wordAt(text, 'PASSWORD') !== 'x') wrong.push(`I23 the file holds\n${text}`)
  shop.remove()
  other.remove()
  return { name: 'two rollouts in one file', counts: { rounds, commands: rounds * 6 }, violations: wrong }
}

/** Somebody edits other lines of the file all the time: none of them is lost, but in the instant that a file cannot avoid. */
export async function editor(seed: number, rounds: number): Promise<Report> {
  const random = seeded(seed)
  const site = openSite()
  const others = Array.from({ length: 200 }, (_, nth) => `OTHER_${nth}=${'x'.repeat(nth)}`).join('\n')
  const path = join(site.folder, ENV_FILE)
  site.write(ENV_FILE, `${others}\nCOUNT=0\nFEATURE_X=false\n`)
  await must(site, 'start')
  const wrong: string[] = []
  const counts = { rounds, edits: 0, lost: 0 }
  const climbing = (async () => {
    for (let nth = 0; nth < rounds; nth += 1)
      for (const argv of [['advance'], ['rollback'], ['resume']]) {
        const { code, out, err } = await site.run([...argv, '--json'])
        if (![0, 8, 9, 10, 75].includes(code ?? -1)) wrong.push(`${argv[0]} ended with ${code}: ${out}${err}`)
      }
  })()
  const isOver = watch(climbing)
  while (!isOver()) {
    await sleep(random.between(1, 40))
    const before = readFileSync(path, 'utf8')
    if (wordAt(before, 'COUNT') !== String(counts.edits)) counts.lost += 1
    if (!before.startsWith(`${others}\n`)) wrong.push(`I24 a line of somebody else is lost:\n${before}`)
    counts.edits += 1
    // As editors do: a whole new file takes the place of the old one.
    writeFileSync(`${path}.swp`, before.replace(/^COUNT=.*$/m, `COUNT=${counts.edits}`))
    if (readFileSync(path, 'utf8') === before) renameSync(`${path}.swp`, path)
    else counts.edits -= 1
  }
  await climbing
  const last = await site.run(['rollback', '--json'])
  const text = site.read(ENV_FILE)
  if (wordAt(text) !== 'false' || !text.startsWith(`${others}\n`))
    wrong.push(`I6 rollback ended with ${last.code}: ${last.out}${last.err}\n${text}`)
  if (counts.lost > 1 + counts.edits / 20) wrong.push(`I24 ${counts.lost} of ${counts.edits} edits are lost`)
  site.remove()
  return { name: 'an editor at work', counts, violations: wrong }
}

/** A journal that is older than the world, or gone: nothing goes up, and a person goes back all the same. */
export async function restored(): Promise<Report> {
  const { at10 } = await prepared()
  const harms: readonly (readonly [string, (site: Site) => void, readonly (readonly string[])[]])[] = [
    [
      'restored from a backup',
      (site) => cpSync(journalOf(at10), journalOf(site), { recursive: true }),
      [['rollback'], ['rollback', '--all']],
    ],
    [
      'lost',
      () => undefined,
      [
        ['rollback', '--all'],
        ['rollback', '--all', '--break-glass'],
      ],
    ],
  ]
  const wrong: string[] = []
  let cases = 0
  for (const [what, harm, backs] of harms)
    for (const back of backs) {
      const site = at10.copy()
      await must(site, 'advance')
      const before = site.read(ENV_FILE)
      rmSync(journalOf(site), { recursive: true })
      harm(site)
      for (const argv of [['start'], ['advance'], ['run', '--once']]) {
        const { code } = await site.run([...argv, '--json'])
        if (site.read(ENV_FILE) !== before || (code === 0 && argv[0] !== 'run'))
          wrong.push(`I23 ${what}: ${argv.join(' ')} ended with ${code}:\n${site.read(ENV_FILE)}`)
      }
      const { code, out, err } = await site.run([...back, '--json'])
      if (code !== 0 || wordAt(site.read(ENV_FILE)) !== 'false')
        wrong.push(`I23 ${what}: ${back.join(' ')} ended with ${code}: ${out}${err}`)
      site.remove()
      cases += 1
    }
  return { name: 'a journal that is older than the world', counts: { cases }, violations: wrong }
}

/** A command sleeps anywhere in a step; somebody breaks the glass; it wakes up, and must not undo that. */
export async function brokenGlass({ seed, points, atOnce }: Asked): Promise<Report> {
  const { started } = await prepared()
  const all = (await pointsOf(started, ['advance', '--json'])).filter(({ on }) => on !== 'stdout')
  const found = await pooled(spread(all, points, seed), atOnce, async (chosen) =>
    untilHit(chosen, async (point) => {
      const site = siteIn(started.copy().folder)
      const log = join(site.folder, 'strace.log')
      const zombie = site.launch(['advance', '--json'], { through: strike(point, 'signal=STOP', log, '-D') })
      const isStopped = await sleeps(zombie, log)
      const away = `${journalOf(site)}.away`
      renameSync(journalOf(site), away)
      writeFileSync(journalOf(site), 'in the way')
      const broken = await site.run(['rollback', '--all', '--break-glass', '--json'])
      const taken = wordAt(site.read(ENV_FILE))
      rmSync(journalOf(site))
      renameSync(away, journalOf(site))
      if (isStopped) wake(zombie)
      await zombie.ended
      const after = wordAt(site.read(ENV_FILE))
      const wrong: string[] = []
      if (broken.code !== 0 || taken !== 'false') wrong.push(`I11 break-glass ended with ${broken.code}: ${broken.out}${broken.err}`)
      if (isStopped && after !== 'false') wrong.push(`I11 who woke up has written ${after} over it`)
      const last = await site.run(['rollback', '--all', '--json'])
      await site.run(['run', '--once', '--json'])
      if (last.code !== 0 || wordAt(site.read(ENV_FILE)) !== 'false')
        wrong.push(`I25 rollback --all ended with ${last.code}: ${last.out}${last.err}`)
      const was = whereIs(point, log, site)
      site.remove()
      return { was, wrong: wrong.map((text) => `stop at ${nameOf(point)}: ${text}`) }
    }),
  )
  const missed = found.filter(({ isHit }) => !isHit).length
  return { name: 'a break-glass beside a step', counts: { points: found.length, missed }, violations: found.flatMap(({ wrong }) => wrong) }
}
