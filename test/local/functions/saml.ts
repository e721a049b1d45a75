export { handler } from './scim.ts'
