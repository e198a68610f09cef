import { setMaxListeners } from 'node:events'
import { afterAll } from 'vitest'
import { removeFolders } from './folder.ts'

// As main.ts says it: as many wait for one signal as there are targets.
setMaxListeners(0)

// After whatever the test file itself does at its end.
afterAll(removeFolders)
