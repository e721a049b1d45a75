import { expect, it } from 'vitest'
import { openMemory } from './support/memory.ts'
import { filterOf, user } from './support/service.ts'

it('a filter that would compare too much is refused, not evaluated to its end', async () => {
  const scim = openMemory()
  const emails = Array.from({ length: 200 }, (_, n) => ({ value: `${n}@acme.test`, type: 'other' }))
  for (let n = 0; n < 200; n += 1) await scim.post('/Users', user(`u${n}@acme.test`, { emails }))
  const tests = Array.from({ length: 350 }, () => 'emails co "@x."').join(' or ')
  expect(await scim.get(`/Users?${filterOf(tests)}`)).toMatchObject({
    status: 400,
    body: { scimType: 'tooMany' },
  })
  expect(await scim.get(`/Users?${filterOf('emails co "@x." or emails co "7@acme"')}`)).toMatchObject({
    status: 200,
    body: { totalResults: 200 },
  })
})
