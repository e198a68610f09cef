import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { writerOf } from '../../../src/adapters/file/writer-of.ts'
import { ownFolder } from '../../helpers/folder.ts'
import { CAN_MOUNT, mount, unmount } from '../../helpers/mount.ts'
import { realClock } from '../../helpers/shell.ts'

const ended: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end()
})

/** Begins a process that has opened what a shell says, in a mount namespace of its own where `before` mounts something. */
async function opened(how: string, before?: string): Promise<string> {
  const script = `${before === undefined ? '' : `${before} && `}exec 7${how} && echo open && read go`
  // `env` alone begins what follows, as itself.
  const begun = before === undefined ? ['sh'] : ['unshare', '--mount', 'sh']
  const child = spawn('env', [...begun, '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  ended.push(async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  await once(child.stdout, 'data')
  return `pid ${child.pid} (sh)`
}

function fileIn(folder: string, name = 'web.env'): string {
  const file = join(folder, name)
  writeFileSync(file, 'F=false\n')
  return file
}

const look = async (file: string): Promise<string | undefined> => writerOf(file, realClock())

describe('who has a file open for writing', () => {
  test('is seen, by whatever name it was opened', async () => {
    const file = fileIn(ownFolder('rollout-writer-'))
    expect(await look(file)).toBeUndefined()
    const other = `${file}.other`
    linkSync(file, other)
    const writer = await opened(`>>${other}`)
    expect(await look(file)).toBe(writer)
  })

  test('is nobody who only reads, or writes another one', async () => {
    const folder = ownFolder('rollout-writer-')
    const file = fileIn(folder)
    await opened(`<${file}`)
    await opened(`>>${fileIn(folder, 'other.env')}`)
    expect(await look(file)).toBeUndefined()
  })

  test('is told of each of many that are asked about at once', async () => {
    const folder = ownFolder('rollout-writer-')
    const files = ['a.env', 'b.env', 'c.env'].map((name) => fileIn(folder, name))
    const writer = await opened(`>>${files[1]}`)
    expect(await Promise.all(files.map(look))).toEqual([undefined, writer, undefined])
  })

  test.runIf(CAN_MOUNT)('is seen in a container, where the file is mounted under another name', async () => {
    const folder = ownFolder('rollout-writer-')
    const file = fileIn(folder)
    const inside = fileIn(folder, 'inside.env')
    const writer = await opened(`>>${inside}`, `mount --bind ${file} ${inside}`)
    expect(await look(file)).toBe(writer)
    expect(await look(inside)).toBeUndefined()
  })

  test.runIf(CAN_MOUNT)('is nobody who writes to a file of the same number on another disk', async () => {
    const folder = ownFolder('rollout-writer-')
    const [one, other] = ['one', 'other'].map((name) => {
      const at = join(folder, name)
      mkdirSync(at)
      mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at)
      ended.push(() => unmount(at))
      return fileIn(at)
    })
    if (one === undefined || other === undefined) throw new Error('mounted twice')
    expect(statSync(one).ino).toBe(statSync(other).ino)
    const writer = await opened(`>>${other}`)
    expect(await look(one)).toBeUndefined()
    expect(await look(other)).toBe(writer)
  })

  test('is not looked for any longer where very many files are open', async () => {
    const file = fileIn(ownFolder('rollout-writer-'))
    await opened(`>>${file}`)
    let now = 0
    expect(await writerOf(file, { ...realClock(), monotonic: () => (now += 1000) })).toBeUndefined()
  })

  test('is nobody where the file is not there', async () => {
    expect(await look(join(ownFolder('rollout-writer-'), 'none.env'))).toBeUndefined()
  })
})
