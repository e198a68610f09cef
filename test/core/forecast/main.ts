import { isDeepStrictEqual } from 'node:util'
import { readOptions, whole } from '../../helpers/usage.ts'
import { playBothWays } from '../../helpers/poll-by-poll.ts'

/** Plays drawn plans as `rollout simulate` does and as the engine does, poll by poll: both must come to the same. */
const USAGE = 'npm run simulate:same -- [--plans 1000] [--from 0]'
const values = readOptions(USAGE, { plans: { type: 'string', default: '1000' }, from: { type: 'string', default: '0' } })
const [plans, from] = [whole(USAGE, values.plans, 1), whole(USAGE, values.from)]
const ends: Record<string, number> = {}
let unlike = 0
for (let seed = from; seed < from + plans; seed += 1) {
  const { atOnce, pollByPoll } = playBothWays(seed)
  ends[atOnce.end] = (ends[atOnce.end] ?? 0) + 1
  if (isDeepStrictEqual(atOnce, pollByPoll)) continue
  unlike += 1
  console.log(`✗ plan ${seed}:`, atOnce, pollByPoll)
}
console.log(`${plans} plans, ${unlike} unlike`, ends)
process.exitCode = unlike === 0 ? 0 : 1
