import { play } from './rollout.ts'

/** Prints what happened in the rollout of one seed, line by line. */
const [seed = 0] = process.argv.slice(2).map(Number)
const { story, violations, end } = await play(seed, { tell: true })
for (const line of story) console.log(line)
console.log(`\nseed ${seed}: ${end}`)
for (const { invariant, text } of violations) console.log(`  ✗ ${invariant}: ${text}`)
