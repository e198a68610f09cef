import { join, normalize } from 'node:path'
import { RolloutError } from '../core/values/errors.ts'
import type { Files } from '../core/journal/event.ts'
import type { Finding } from '../core/check/finding.ts'
import { digestOfFile } from './outline.ts'
import { readText } from './read-text.ts'

/**
 * Reads the allowed-signers file as one of the plan's files: an edit after `start` is drift that `status` and `plan` show.
 * Its lines are for ssh-keygen to understand.
 */
export function readSigners(signers: string | undefined, folder: string): { readonly files: Files; readonly problems: readonly Finding[] } {
  if (signers === undefined) return { files: {}, problems: [] }
  try {
    return { files: { [normalize(signers)]: digestOfFile(readText(join(folder, signers), signers)) }, problems: [] }
  } catch (thrown) {
    if (!(thrown instanceof RolloutError)) throw thrown
    const hint = 'a line per person and key: ana namespaces="rollout" ssh-ed25519 AAAA…'
    const message = `${signers} ${thrown.message}`
    return { files: {}, problems: [{ path: ['signers'], message, hint, severity: 'error' }] }
  }
}
