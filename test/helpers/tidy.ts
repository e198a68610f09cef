import { afterAll } from 'vitest'
import { removeFolders } from './folder.ts'

// After whatever the test file itself does at its end.
afterAll(removeFolders)
