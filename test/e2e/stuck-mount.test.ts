import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../helpers/limits.ts'
import { launch } from '../helpers/launch.ts'
import { CAN_MOUNT, mount, unmount } from '../helpers/mount.ts'
import { plainPlan } from '../helpers/plans.ts'
import { shop } from '../helpers/shell.ts'
import { place } from './binary.ts'

/* A file system that does not answer: one of FUSE whose server never says a word. Whoever calls it is stuck until it is killed. */

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const ONE_FILE_DISK = fileURLToPath(new URL('../helpers/one-file-disk.ts', import.meta.url))

const url = await shop({ requests: 100, errors: 0 })
const stuck: (() => void)[] = []

afterEach(() => {
  for (const release of stuck.splice(0).toReversed()) release()
})

function stick(folder: string): void {
  const server = openSync('/dev/fuse', 'r+')
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0'
  execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'stuck', folder], { stdio: ['ignore', 'pipe', 'pipe', server] })
  stuck.push(() => {
    // Whoever is stuck in it gets an error as soon as the server is gone.
    closeSync(server)
    execFileSync('umount', ['-l', folder])
  })
}

/** Mounts a file system that answers until it is told to halt. */
async function oneFileDisk(beside: string): Promise<{ readonly folder: string; readonly halt: () => void }> {
  const folder = join(beside, 'elsewhere')
  mkdirSync(folder)
  const server = spawn(process.execPath, ['--import', TSX, ONE_FILE_DISK, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  stuck.push(() => {
    server.kill('SIGKILL')
    execFileSync('umount', ['-l', folder])
  })
  await once(server.stdout, 'data')
  return { folder, halt: () => void server.kill('SIGSTOP') }
}

const PLAN = plainPlan(url).replace('path: web.env', 'path: place/web.env')

async function begun() {
  const at = place({ 'rollout.yaml': PLAN })
  mkdirSync(join(at.folder, 'place'))
  at.write('place/web.env', 'FEATURE_X=false\n')
  expect(await at.rollout('start')).toMatchObject({ code: 0 })
  expect(await at.rollout('advance', '--override', 'samples,metrics,hold', '--reason', 'test')).toMatchObject({ code: 0 })
  expect(at.read('place/web.env')).toContain('FEATURE_X=10%')
  const type = (...argv: readonly string[]) => launch(at.folder, argv, { timeout: LIMITS.wait })
  return { at, type }
}

describe.runIf(CAN_MOUNT && existsSync('/dev/fuse'))('a file system that does not answer', () => {
  test('with the journal on it: each command ends, and the release is taken back', async () => {
    const { at, type } = await begun()
    stick(join(at.folder, '.rollout'))
    expect(await type('status', '--timeout', '1s').ended).toMatchObject({
      code: 124,
      err: expect.stringContaining('not finished within 1s'),
    })
    expect(await type('rollback').ended).toMatchObject({
      code: 69,
      err: expect.stringMatching(/did not answer within 5s[^]*--break-glass/),
    })
    expect(at.read('place/web.env')).toContain('FEATURE_X=10%')
    const watching = type('run')
    setTimeout(() => watching.kill('SIGINT'), 1000)
    // One that has ended before by itself was not slow to say so either.
    expect([130, 69]).toContain((await watching.ended).code)
    expect(await type('rollback', '--all', '--break-glass').ended).toMatchObject({ code: 0 })
    expect(at.read('place/web.env')).toContain('FEATURE_X=false')
  })

  test.each(['by itself', 'on top of what has mounted it'])(
    'with a target on it, %s: the rollback ends, and says what to type',
    async (how) => {
      const { at, type } = await begun()
      const folder = join(at.folder, 'place')
      if (how !== 'by itself') {
        mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
        stuck.push(() => unmount(folder))
      }
      stick(folder)
      const { code, out } = await type('rollback').ended
      expect(code, out).toBe(10)
      expect(out).toMatch(/web: [^]*did not answer within 5s[^]*By hand:\n {6}sed/)
    },
  )
  test('a target that is a link to a file on it: each command ends, and says what to type', async () => {
    const { at, type } = await begun()
    const { folder, halt } = await oneFileDisk(at.folder)
    rmSync(join(at.folder, 'place/web.env'))
    symlinkSync(join(folder, 'web.env'), join(at.folder, 'place/web.env'))
    halt()
    const late = /file system of \S+place\/web.env did not answer within 5s/
    expect(await type('status').ended).toMatchObject({ out: expect.stringMatching(late) })
    expect(await type('doctor').ended).toMatchObject({ out: expect.stringMatching(late) })
    const { code, out } = await type('rollback').ended
    expect(code, out).toBe(10)
    expect(out).toMatch(/web: [^]*did not answer within 5s[^]*By hand:\n {6}sed/)
  })

  test('another process has a file on it open for writing: that concerns no target, and a step and its rollback are made', async () => {
    const { at, type } = await begun()
    const { folder, halt } = await oneFileDisk(at.folder)
    const writer = spawn('sh', ['-c', `exec 7>>${folder}/app.log; echo open; read go`], { stdio: ['pipe', 'pipe', 'inherit'] })
    stuck.push(() => void writer.kill('SIGKILL'))
    await once(writer.stdout, 'data')
    halt()
    expect(await type('advance', '--override', 'samples,metrics,hold', '--reason', 'test').ended).toMatchObject({ code: 0 })
    expect(at.read('place/web.env')).toContain('FEATURE_X=true')
    expect(await type('rollback').ended).toMatchObject({ code: 0 })
    expect(at.read('place/web.env')).toContain('FEATURE_X=false')
  })
})
