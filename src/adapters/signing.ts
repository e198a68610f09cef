import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, RolloutError } from '../core/values/errors.ts'
import type { Instant } from '../core/values/units.ts'
import { spawn, type SpawnOptions } from './spawn.ts'

/*
 * Signatures by ssh-keygen(1), `-Y sign` and `-Y verify`: the keys people have already, and a file that says whose they
 * are (ALLOWED SIGNERS in its manual).
 */

/** The namespace of the signatures: one made for mail or for git does not count here. */
const NAMESPACE = 'rollout'
/** A key on a token waits for a finger, in milliseconds. */
const PATIENCE = 60_000

type Lent = Pick<SpawnOptions, 'cwd' | 'env' | 'signal'>

/**
 * Signs a text; resolves to the armored signature. `key` is a private key, or a public one whose other half is in the
 * ssh-agent. A key with a passphrase must be in the agent: nobody is asked here. Throws what `run` throws.
 */
export async function sign(text: string, key: string, lent: Lent): Promise<string> {
  const argv = ['ssh-keygen', '-Y', 'sign', '-n', NAMESPACE, '-f', key] as const
  const { stdout } = await spawn(argv, { ...lent, pass: ['SSH_AUTH_SOCK'], input: text, timeout: PATIENCE }).catch(rephrase)
  return stdout
}

export interface Claim {
  readonly text: string
  readonly signature: string
  /** Whose signature it must be: a principal of the signers' file. */
  readonly actor: string
  /** When it was made: a key counts only while its line in the signers' file says so. */
  readonly at: Instant
}

/** Why a signature does not prove what is claimed; undefined when it does. Throws `unreachable` where ssh-keygen is absent. */
export async function refute({ text, signature, actor, at }: Claim, signers: string, lent: Lent): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-signature-'))
  const file = join(folder, 'signature')
  try {
    writeFileSync(file, signature, { mode: 0o600 })
    const when = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14)
    // The time of -O verify-time is that of TZ, in every version of OpenSSH.
    const env = { ...lent.env, TZ: 'UTC' }
    const options = ['-n', NAMESPACE, '-I', actor, '-f', signers, '-s', file, '-O', `verify-time=${when}`]
    await spawn(['ssh-keygen', '-Y', 'verify', ...options], { ...lent, env, input: text })
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof RolloutError) || lent.signal.aborted) throw thrown
    if (isAbsent(thrown)) return rephrase(thrown)
    return thrown.message
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isAbsent({ message }: RolloutError): boolean {
  return message.endsWith('was not found')
}

function rephrase(thrown: unknown): never {
  if (thrown instanceof RolloutError && isAbsent(thrown))
    throw new RolloutError('unreachable', { message: 'ssh-keygen was not found', hint: 'install openssh-client' }, { cause: thrown })
  if (thrown instanceof RolloutError && /passphrase/.test(messageOf(thrown)))
    throw new RolloutError('denied', { message: thrown.message, hint: 'ssh-add KEYFILE, then --sign KEYFILE.pub' }, { cause: thrown })
  throw thrown
}
