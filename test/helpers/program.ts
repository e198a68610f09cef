import { execFileSync } from 'node:child_process'

/** Whether a program runs here; says aloud that what needs it is not tested. */
export function has(program: string, ...argv: readonly string[]): boolean {
  try {
    execFileSync(program, argv.length > 0 ? argv : ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    console.warn(`NOT TESTED: what ${[program, ...argv].join(' ')} does, because it is not here`)
    return false
  }
}
