import { expect, it } from 'vitest'
import { linkTo, webPlaceOf } from '../../src/code/link.ts'

it.each([
  ['git@github.com:acme/shop.git', 'https://github.com/acme/shop'],
  ['https://github.com/acme/shop', 'https://github.com/acme/shop'],
  ['https://ana:secret@github.com/acme/shop.git', 'https://github.com/acme/shop'],
  ['ssh://git@github.acme.example:2222/acme/shop.git', 'https://github.acme.example/acme/shop'],
  ['git@gitlab.com:acme/web/shop.git', 'https://gitlab.com/acme/web/shop'],
  ['https://gitlab.acme.example/acme/shop.git/', 'https://gitlab.acme.example/acme/shop'],
])('finds %s on the web', (remote, base) => {
  expect(webPlaceOf(remote)?.base).toBe(base)
})

it.each(['/srv/git/shop.git', '../shop', 'https://git.acme.example/shop', 'C:/code/github', ''])('has no place for %s', (remote) => {
  expect(webPlaceOf(remote)).toBeUndefined()
})

it('links a line at a commit', () => {
  expect(linkTo({ kind: 'github', base: 'https://github.com/a/b' }, 'abc', 'src/my file.ts', 3)).toBe(
    'https://github.com/a/b/blob/abc/src/my%20file.ts#L3',
  )
  expect(linkTo({ kind: 'gitlab', base: 'https://gitlab.com/a/b' }, 'abc', 'a.ts', 3)).toBe('https://gitlab.com/a/b/-/blob/abc/a.ts#L3')
})
