import { RolloutError, type Outcome } from '../core/values/errors.ts'
import type { Shell } from '../shell.ts'
import { renderCompletion } from '../views/completion.ts'
import type { Input, Table } from '../session/input.ts'

/** Prints a completion script made from the command table. */
export default async function completion(shell: Shell, input: Input, table: Table): Promise<Outcome> {
  const [wanted] = input.args
  if (wanted !== 'bash' && wanted !== 'zsh' && wanted !== 'fish') {
    throw new RolloutError('usage', { message: `no completion for "${wanted}"`, hint: 'bash, zsh or fish' })
  }
  shell.out.write(renderCompletion(wanted, table.commands, table.global))
  return 'done'
}
