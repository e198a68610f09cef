import { resolve } from 'node:path'
import { messageOf, RolloutError } from '../../core/values/errors.ts'
import { readNow } from '../file/disk.ts'
import type { Tls } from '../http/secrets.ts'

const FILES = { cacert: 'ca', cert: 'cert', key: 'key' } as const

/**
 * Returns what reads the files that an address names, relative to the plan: certificates are renewed while a rollout goes on.
 * Where one is just being replaced, what was read before goes on. Throws `config` where one cannot be read to begin with.
 */
export function openTls(files: URLSearchParams, folder: string): () => Tls | undefined {
  let known = readTls(files, folder)
  return () => {
    try {
      known = readTls(files, folder)
    } catch (thrown) {
      if (!(thrown instanceof RolloutError)) throw thrown
    }
    return known
  }
}

function readTls(files: URLSearchParams, folder: string): Tls | undefined {
  const stray = [...files.keys()].find((name) => !Object.hasOwn(FILES, name))
  if (stray !== undefined)
    throw new RolloutError('config', {
      message: `the address of the state has no "${stray}"`,
      hint: '?cacert=…&cert=…&key=… name PEM files',
    })
  const read = Object.entries(FILES).flatMap(([name, as]) => {
    const path = files.get(name)
    return path === null ? [] : [[as, readPem(resolve(folder, path), name)]]
  })
  return read.length === 0 ? undefined : Object.fromEntries(read)
}

function readPem(path: string, name: string): string {
  try {
    return readNow(path)
  } catch (thrown) {
    throw new RolloutError('config', { message: `${name} of the state cannot be read: ${messageOf(thrown)}`, where: { file: path } })
  }
}
