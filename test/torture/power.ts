import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mount, unmount } from '../helpers/mount.ts'
import { sleeps, wake } from './asleep.ts'
import { examine, leftovers } from './record.ts'
import { spread, type Report } from './report.ts'
import { prepared, siteIn, type Site } from './site.ts'
import { nameOf, pointsOf, strike, type Point } from './strace.ts'
import { oneMore } from './verdict.ts'

/*
 * Power loss: a file system in an image; the program stops after a system call, the image is copied as the disk would
 * be found, and what is on the copy is held against what the program had said by then.
 */

/** Nothing reaches the disk by the mere passing of time: what nobody has synced is not there. */
const OPTIONS = 'loop,commit=1000,data=ordered'

interface Disk {
  readonly image: string
  readonly place: string
  readonly remove: () => void
}

export const CAN_LOOP = may()

/** So many cuts in each of these commands, and one after its end. */
export async function powerLoss(cuts: number, victims: readonly string[], seed: number): Promise<Report> {
  const counts = { cuts: 0, 'events lost that nobody had been told of': 0 }
  const violations: string[] = []
  const { fresh, started, at10 } = await prepared()
  for (const [victim, from] of [
    ['start', fresh],
    ['advance', started],
    ['rollback', at10],
  ] as const) {
    if (!victims.includes(victim)) continue
    const points = (await pointsOf(from, [victim, '--json'])).filter(({ changes, on }) => changes && on !== 'stdout')
    for (const point of [...spread(points, cuts, seed), undefined]) {
      const { wrong, lost } = await cut(from, victim, point)
      const at = point ? nameOf(point) : 'its end'
      violations.push(...wrong.map((text) => `power loss in ${victim} after ${at}: ${text}`))
      counts.cuts += 1
      counts['events lost that nobody had been told of'] += lost
    }
  }
  return { name: 'power loss', counts, violations }
}

/** The power goes after this call; undefined: after the command has ended and said so. */
async function cut(from: Site, victim: string, point: Point | undefined) {
  const disk = makeDisk()
  try {
    // ext4 keeps a folder of its own at the top of a disk.
    const site = from.copy(join(disk.place, 'site'))
    execFileSync('sync', ['-f', disk.place])
    const log = `${disk.image}.log`
    const running = site.launch([victim, '--json'], point ? { through: strike(point, 'signal=STOP', log, '-D') } : {})
    const isAsleep = point !== undefined && (await sleeps(running, log))
    const ended = isAsleep ? undefined : await running.ended
    const known = examine(site)
    // The newest event may be under way; with everything said and done it is not.
    const told = ended ? known.entries.length : known.entries.length - 1
    const image = disk.image.replace(/\.image$/, '-cut.image')
    copyFileSync(disk.image, image)
    if (isAsleep) {
      running.kill('SIGKILL')
      wake(running)
      await running.ended
    }
    rmSync(log, { force: true })
    return await afterwards(image, told, known.entries.length)
  } finally {
    disk.remove()
  }
}

async function afterwards(image: string, told: number, known: number) {
  const disk = openDisk(image)
  try {
    const site = siteIn(join(disk.place, 'site'))
    const { entries, violations } = examine(site)
    const wrong = [...violations]
    if (entries.length < told) wrong.push(`I12 #${told} had been acknowledged, and the journal ends with #${entries.length}`)
    wrong.push(...(entries.length === 0 ? await oneMore(site, ['start'], [0]) : await oneMore(site, ['rollback'], [0])))
    if (leftovers(site).length > 1) wrong.push(`${leftovers(site).join(', ')} are left`)
    return { wrong, lost: known - entries.length }
  } finally {
    disk.remove()
  }
}

function makeDisk(): Disk {
  const image = `${mkdtempSync(join(tmpdir(), 'rollout-disk-'))}.image`
  writeFileSync(image, Buffer.alloc(8 << 20))
  execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'pipe' })
  return openDisk(image)
}

function openDisk(image: string): Disk {
  const place = image.replace(/\.image/, '')
  mkdirSync(place, { recursive: true })
  mount('-o', OPTIONS, image, place)
  return {
    image,
    place,
    remove: () => {
      unmount(place)
      for (const path of [place, image]) rmSync(path, { recursive: true, force: true })
    },
  }
}

function may(): boolean {
  try {
    makeDisk().remove()
    return true
  } catch {
    return false
  }
}
