import { messageOf, RolloutError } from '../../core/values/errors.ts'
import type { Event } from '../../core/journal/event.ts'
import { codeOf, describeFull, isFull } from '../file/disk.ts'
import { WITHOUT } from './chain.ts'

/** Does something to the folder of a journal; what the system refuses becomes an error that says what to do. */
export async function attemptIn<Result>(folder: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof RolloutError) throw thrown
    const code = codeOf(thrown)
    const where = { file: folder }
    if (isLinkRefused(thrown))
      throw new RolloutError('config', {
        message: 'the journal cannot be used: its file system has no hard links, which give each event its number',
        where,
        hint: `state: names a folder on another one, postgres:// or etcd://; ${WITHOUT}`,
      })
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new RolloutError('denied', {
        message: `the journal cannot be used: ${messageOf(thrown)}`,
        where,
        hint: `it needs a folder this user may write; ${WITHOUT}`,
      })
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
      throw new RolloutError('config', {
        message: `the journal cannot be used: ${messageOf(thrown)}`,
        where,
        hint: `${code === 'EISDIR' ? 'a folder is in the way of a file' : 'a file is in the way of the folder'}; ${WITHOUT}`,
      })
    if (isFull(thrown))
      throw new RolloutError('unreachable', {
        message: `the disk ${describeFull(thrown, folder)}`,
        where,
        hint: `make room, then type it again; ${WITHOUT}`,
      })
    if (code !== '') throw new RolloutError('unreachable', { message: `the journal cannot be used: ${messageOf(thrown)}`, where })
    throw thrown
  }
}

function isLinkRefused(thrown: unknown): boolean {
  const isOfLink = thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'link'
  return isOfLink && ['EPERM', 'ENOTSUP', 'ENOSYS'].includes(codeOf(thrown))
}

/** Returns the error of an event that a full disk has no room for. Before what became of an intent the targets were written. */
export function unrecorded(folder: string, event: Event, thrown: unknown): RolloutError {
  const did = 'intent' in event ? 'what was done could not be recorded' : 'nothing could be recorded, so nothing was changed'
  return new RolloutError(
    'unreachable',
    {
      message: `the disk ${describeFull(thrown, folder)}: ${did}`,
      where: { file: folder },
      hint: `make room, then type it again${'intent' in event ? ': it goes on where it was' : ''}; ${WITHOUT}`,
    },
    { cause: thrown },
  )
}
