import { chmodSync, chownSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isProvenController, proveController } from '../../../src/adapters/state/watch-proof.ts'
import type { Controller } from '../../../src/core/journal/event.ts'
import { ownFolder } from '../../helpers/folder.ts'

const UID = process.getuid?.() ?? 0
const SELF: Controller = { host: 'here', pid: process.pid, domain: 'boot ns', began: '7' }
const nobodyKnows = (): undefined => undefined

function proven() {
  const folder = ownFolder('rollout-proof-')
  const { controller, withdraw } = proveController(folder, SELF, nobodyKnows)
  return { folder, controller, withdraw, path: join(folder, `.controller-${SELF.pid}-7.json`) }
}

describe('a controller proves what it is', () => {
  it('by a secret in a file of its own, and no longer once that is withdrawn', () => {
    const { folder, controller, withdraw, path } = proven()
    expect(isProvenController(folder, controller, UID)).toBe(true)
    expect(JSON.stringify(controller)).not.toContain(JSON.parse(readFileSync(path, 'utf8')).token)
    withdraw()
    expect(isProvenController(folder, controller, UID)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each<readonly [what: string, forge: (controller: Controller) => Controller]>([
    ['another pid', (controller) => ({ ...controller, pid: 1 })],
    ['another process of that pid', (controller) => ({ ...controller, began: '8' })],
    ['another boot', (controller) => ({ ...controller, domain: 'other' })],
    ['another secret', (controller) => ({ ...controller, proof: 'f'.repeat(64) })],
    ['no secret', () => SELF],
    ['a pid that leads elsewhere', (controller) => ({ ...controller, began: '../../x' })],
  ])('and %s is no proof', (_, forge) => {
    const { folder, controller } = proven()
    expect(isProvenController(folder, forge(controller), UID)).toBe(false)
  })

  it('nor is a copy under the name of another process, a file that others may read, or that somebody else wrote', () => {
    const { folder, controller, path } = proven()
    copyFileSync(path, join(folder, '.controller-1-7.json'))
    expect(isProvenController(folder, { ...controller, pid: 1 }, UID)).toBe(false)
    copyFileSync(path, join(folder, `.controller-${SELF.pid}-8.json`))
    expect(isProvenController(folder, { ...controller, began: '8' }, UID)).toBe(false)
    if (UID === 0) {
      chownSync(path, 12_345, 0)
      expect(isProvenController(folder, controller, UID)).toBe(false)
      chownSync(path, 0, 0)
    }
    chmodSync(path, 0o644)
    expect(isProvenController(folder, controller, UID)).toBe(false)
    chmodSync(path, 0o600)
    expect(isProvenController(folder, controller, UID)).toBe(true)
    writeFileSync(path, '{}')
    expect(isProvenController(folder, controller, UID)).toBe(false)
  })

  it('a folder that cannot be written leaves it without one, and proofs of the dead are swept', () => {
    const { folder, controller } = proven()
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(proveController(file, SELF, nobodyKnows).controller).toEqual(SELF)
    proveController(folder, { ...SELF, began: '9' }, (other) => other.began !== '7')
    expect(readdirSync(folder).toSorted()).toEqual([`.controller-${SELF.pid}-9.json`, 'file'])
    expect(isProvenController(folder, controller, UID)).toBe(false)
  })
})
