// After `cdk deploy`: checks what only AWS can show (header mapping, base64 bodies, routing) against the deployed API.
//   node scripts/smoke-test.mjs https://abc123.execute-api.eu-west-1.amazonaws.com/<connection>/scim/v2 <token>
// Creates one inactive user and deletes it again; nothing reaches a platform.
import { randomUUID } from 'node:crypto'

const [base, token] = process.argv.slice(2)
if (base === undefined || token === undefined) {
  console.error('usage: node scripts/smoke-test.mjs <https://…/connection/scim/v2> <token>')
  process.exit(2)
}
const userName = `smoke-${randomUUID()}@invalid.example`
const schema = 'urn:ietf:params:scim:schemas:core:2.0:User'
/** What is not ours need not be JSON; it is shown, and the user is deleted all the same. */
const parsed = (text) => {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return { notJson: text.slice(0, 200) }
  }
}
const call = async (path, options = {}) => {
  const response = await fetch(`${base}${path}`, {
    ...options,
    headers: { authorization: `Bearer ${token}`, ...options.headers },
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: parsed(text),
  }
}
let failures = 0
const check = (name, passed, seen) => {
  if (!passed) failures += 1
  console.log(`${passed ? 'ok     ' : 'FAILED '} ${name}${passed ? '' : `: ${JSON.stringify(seen)}`}`)
}

const refused = await call('/Users', { headers: { authorization: 'Bearer wrong' } })
check(
  'a wrong token is 401 with WWW-Authenticate',
  refused.status === 401 && /^Bearer/.test(refused.headers.get('www-authenticate') ?? ''),
  refused,
)

// application/scim+json is a binary type to API Gateway: the body arrives base64-encoded.
const created = await call('/Users', {
  method: 'POST',
  headers: { 'content-type': 'application/scim+json' },
  body: JSON.stringify({ schemas: [schema], userName, active: false, displayName: 'Smoke tëst' }),
})
check(
  'application/scim+json bodies arrive, UTF-8 intact',
  created.status === 201 && created.body?.displayName === 'Smoke tëst',
  created,
)
check(
  'Location names the resource',
  (created.headers.get('location') ?? '').endsWith(`/Users/${created.body?.id}`),
  [...created.headers],
)
check(
  'the answer is application/scim+json',
  (created.headers.get('content-type') ?? '').startsWith('application/scim+json'),
  [...created.headers],
)

const patched = await call(`/Users/${created.body?.id}`, {
  method: 'PATCH',
  headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
  body: JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'displayName', value: 'Smoke test' }],
  }),
})
check(
  'application/json bodies arrive as text, Accept is followed',
  patched.status === 200 && (patched.headers.get('content-type') ?? '').startsWith('application/json'),
  patched,
)

const filter = encodeURIComponent(`userName eq "${userName}"`)
const found = await call(`/Users?filter=${filter}&startIndex=1&count=100`)
check('encoded query strings survive', found.status === 200 && found.body?.totalResults === 1, found)

const large = await call('/Users', {
  method: 'POST',
  headers: { 'content-type': 'application/scim+json' },
  body: JSON.stringify({ schemas: [schema], userName, title: 'x'.repeat(2_000_000) }),
})
check('a 2 MB body is 413 as a SCIM error', large.status === 413 && large.body?.status === '413', large)

const deleted = await call(`/Users/${created.body?.id}`, { method: 'DELETE' })
check('DELETE is 204 without a body', deleted.status === 204 && deleted.body === undefined, deleted)
const gone = await call(`/Users/${created.body?.id}`)
check('then 404 as a SCIM error', gone.status === 404 && gone.body?.status === '404', gone)

console.log(failures === 0 ? 'all good' : `${failures} failed`)
process.exit(failures === 0 ? 0 : 1)
