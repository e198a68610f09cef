import { hash, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Controller } from '../../core/journal/event.ts'
import { codeOf, discard, makeFolder, READ_NOW, writeDurably } from '../file/disk.ts'

/*
 * A journal may say of any process that it is the controller. Which one really is, the process itself proves: it holds a
 * secret in a file that only its own user can have written, and the journal has no more than the secret's hash.
 */

const FILE = /^\.controller-\d+-\d*\.json$/

/** A controller that can prove what it is, until `withdraw`. */
export interface Proven {
  readonly controller: Controller
  readonly withdraw: () => void
}

/** Writes the proof of this process into the folder; where that cannot be written it goes without one. */
export function proveController(folder: string, self: Controller, alive: (other: Controller) => boolean | undefined): Proven {
  const token = randomBytes(16).toString('hex')
  const path = pathOf(folder, self)
  try {
    makeFolder(folder)
    sweep(folder, alive)
    discard(path)
    writeDurably(path, Buffer.from(`${JSON.stringify({ ...self, token })}\n`))
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown
    return { controller: self, withdraw: () => undefined }
  }
  return { controller: { ...self, proof: proofOf(token) }, withdraw: () => quietly(() => discard(path)) }
}

/**
 * Returns whether the process that the journal names holds the secret: its own user wrote it down, and nobody else could.
 * `uid` asks, and must be that user where the system does not say who runs a process.
 */
export function isProvenController(folder: string, controller: Controller, uid: number | undefined): boolean {
  const held = readProof(pathOf(folder, controller))
  if (!held || held.owner !== (ownerOf(controller.pid) ?? uid)) return false
  const { pid, domain, began, token } = held
  return pid === controller.pid && domain === controller.domain && began === controller.began && proofOf(token) === controller.proof
}

interface Held extends Pick<Controller, 'host' | 'pid' | 'domain' | 'began'> {
  readonly token: string
  readonly owner: number
}

/** The file is opened once: what was looked at is what is read. */
function readProof(path: string): Held | undefined {
  try {
    const file = openSync(path, READ_NOW)
    try {
      const { uid, mode } = fstatSync(file)
      const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
      return isHeld(value) && (mode & 0o077) === 0 ? { ...value, owner: uid } : undefined
    } finally {
      closeSync(file)
    }
  } catch (thrown) {
    if (thrown instanceof SyntaxError || codeOf(thrown) !== '') return undefined
    throw thrown
  }
}

/** The user a process runs as, where the system says so. */
function ownerOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid
}

/** Proofs of processes that were killed. */
function sweep(folder: string, alive: (other: Controller) => boolean | undefined): void {
  for (const name of readdirSync(folder).filter((each) => FILE.test(each))) {
    const held = readProof(join(folder, name))
    if (held && alive(held) === false) quietly(() => discard(join(folder, name)))
  }
}

/** Both may come out of a journal: what leads to another folder is no name. */
function pathOf(folder: string, { pid, began }: Controller): string {
  const name = `.controller-${pid}-${began}.json`
  return join(folder, FILE.test(name) ? name : '.controller-none.json')
}

function proofOf(token: string): string {
  return hash('sha256', token, 'hex')
}

function quietly(work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (codeOf(thrown) === '') throw thrown
  }
}

function isHeld(value: unknown): value is Omit<Held, 'owner'> {
  if (typeof value !== 'object' || value === null || !('pid' in value && 'domain' in value && 'began' in value && 'token' in value))
    return false
  return (
    typeof value.pid === 'number' && typeof value.domain === 'string' && typeof value.began === 'string' && typeof value.token === 'string'
  )
}
