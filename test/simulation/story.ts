import { misused, whole } from '../helpers/usage.ts'
import { play } from './rollout.ts'

/** Prints what happened in the rollout of one seed, line by line. */
const USAGE = 'npm run simulate:story -- SEED'
const [text, ...more] = process.argv.slice(2)
if (more.length > 0) misused(USAGE)
const seed = whole(USAGE, text)
const { story, violations, end } = await play(seed, { tell: true })
for (const line of story) console.log(line)
console.log(`\nseed ${seed}: ${end}`)
for (const { invariant, text } of violations) console.log(`  ✗ ${invariant}: ${text}`)
