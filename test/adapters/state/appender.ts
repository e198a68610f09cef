import { randomUUID } from 'node:crypto'
import { openFileStore } from '../../../src/adapters/state/file.ts'
import { lend } from '../../helpers/loan.ts'
import { seal } from '../../../src/adapters/state/seal.ts'

/*
 * One of several processes that append at once: tries until COUNT of its events are acknowledged, and prints
 * the number and id of each.
 */
const [folder = '', actor = '', count = '0'] = process.argv.slice(2)

async function work(): Promise<void> {
  const journal = await openFileStore(folder, lend('/')).open('shop')
  let events = [...(await journal.read())]
  for (let done = 0; done < Number(count);) {
    const newest = events.at(-1)
    const seq = (newest?.seq ?? 0) + 1
    const event = seal({ type: 'resumed', seq, id: randomUUID(), previous: newest?.hash ?? '', at: 1, actor, version: 'test' })
    if ((await journal.append(event)) === 'appended') {
      process.stdout.write(`${seq} ${event.id}\n`)
      events.push(event)
      done += 1
    } else events = [...events, ...(await journal.read(newest?.seq ?? 0))]
  }
}

await work()
