import { randomUUID } from 'node:crypto'

type Name = 'console' | 'dispatch' | 'hooks' | 'provision' | 'reconcile' | 'saml' | 'scim'

/** A function in a sandbox of its own: it reads its environment when it is loaded, and files of tests share what was loaded. */
export const loadFunction = async <Handler>(name: Name): Promise<Handler> => {
  const file = new URL(`../../functions/${name}.ts?sandbox=${randomUUID()}`, import.meta.url).href
  const { handler } = (await import(/* @vite-ignore */ file)) as { readonly handler: Handler }
  return handler
}
