/** A browser as far as logins need one: cookies, redirects, forms. No script runs, and nothing but this machine is visited. */
export type Page = {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
  /** The redirects on the way here, such as `303 http://127.0.0.1:8081/sekoia/login`. One that leads to another machine is the last: it is not followed. */
  readonly trail: readonly string[]
}
export type Form = {
  readonly action: string
  readonly method: string
  readonly fields: Readonly<Record<string, string>>
}
export type Browser = {
  readonly open: (url: string) => Promise<Page>
  /** The only form of a page, with what a person types into it. */
  readonly submit: (page: Page, typed?: Readonly<Record<string, string>>) => Promise<Page>
  readonly cookies: () => readonly string[]
}

type Cookie = {
  readonly name: string
  readonly value: string
  readonly host: string
  readonly path: string
  readonly crossSite: boolean
  readonly until: number
}

const here = /^(127\.0\.0\.1|localhost)$/
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return entities[name] ?? whole
  })
const attributesOf = (tag: string): ReadonlyMap<string, string> =>
  new Map(
    [...tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)].map(
      ([, name = '', double, single, bare]) => [
        name.toLowerCase(),
        unescaped(double ?? single ?? bare ?? ''),
      ],
    ),
  )

export const formOf = ({ body, url }: Page): Form => {
  const found = [...body.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)]
  const [, head = '', content = ''] = found[0] ?? []
  if (found.length !== 1) throw new Error(`${found.length} forms at ${url}:\n${body.slice(0, 2000)}`)
  const form = attributesOf(head)
  const fields = [...content.matchAll(/<input\b([^>]*)>/gis)].flatMap(([, tag = '']) => {
    const input = attributesOf(tag)
    const name = input.get('name')
    const sent = name !== undefined && !/^(submit|button|checkbox|radio)$/i.test(input.get('type') ?? '')
    return sent ? [[name, input.get('value') ?? ''] as const] : []
  })
  return {
    action: new URL(form.get('action') ?? '', url).href,
    method: (form.get('method') ?? 'get').toUpperCase(),
    fields: Object.fromEntries(fields),
  }
}

/** RFC 6265bis as Chromium has it: loopback counts as secure, `__Host-` is enforced, and a form from another site carries `SameSite=None` only. */
const cookieOf = (line: string, { hostname, pathname }: URL): Cookie => {
  const [pair = '', ...rest] = line.split(';')
  const cut = pair.indexOf('=')
  const name = pair.slice(0, cut).trim()
  const facts = new Map(
    rest.map((part) => {
      const [key = '', ...value] = part.trim().split('=')
      return [key.toLowerCase(), value.join('=')] as const
    }),
  )
  const path = facts.get('path') ?? (pathname.replace(/\/[^/]*$/, '') || '/')
  const sameSite = facts.get('samesite')?.toLowerCase() ?? 'lax'
  if (name.startsWith('__Host-') && !(facts.has('secure') && path === '/' && !facts.has('domain')))
    throw new Error(`a browser would refuse ${line}`)
  if (sameSite === 'none' && !facts.has('secure')) throw new Error(`a browser would refuse ${line}`)
  const age = facts.get('max-age')
  const expires = facts.get('expires')
  const until =
    age !== undefined
      ? Date.now() + Number(age) * 1000
      : expires !== undefined
        ? Date.parse(expires)
        : Infinity
  return {
    name,
    value: pair.slice(cut + 1).trim(),
    host: hostname,
    path,
    crossSite: sameSite === 'none',
    until,
  }
}

export const openBrowser = (): Browser => {
  let jar: readonly Cookie[] = []
  const keep = (response: Response, url: URL): void => {
    for (const line of response.headers.getSetCookie()) {
      const cookie = cookieOf(line, url)
      const same = (one: Cookie): boolean =>
        one.name === cookie.name && one.host === cookie.host && one.path === cookie.path
      jar = [...jar.filter((one) => !same(one)), ...(cookie.until > Date.now() ? [cookie] : [])]
    }
  }
  /** Ports make no difference to cookies, nor to what counts as one site. */
  const sent = (url: URL, post: boolean, from: string | undefined): string =>
    jar
      .filter(({ host, path, until }) => {
        const below = url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
        return host === url.hostname && below && until > Date.now()
      })
      .filter(
        ({ crossSite }) =>
          crossSite || !post || from === undefined || new URL(from).hostname === url.hostname,
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')

  const go = async (
    target: string,
    init: RequestInit,
    from?: string,
    trail: readonly string[] = [],
  ): Promise<Page> => {
    if (trail.length > 10) throw new Error(`redirected in circles at ${target}`)
    const url = new URL(target)
    const post = init.method === 'POST'
    const cookie = sent(url, post, from)
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) },
    })
    keep(response, url)
    const body = await response.text()
    const { status, headers } = response
    const location = headers.get('location')
    if (location === null || status < 300 || status > 399)
      return { url: url.href, status, headers, body, trail }
    const next = new URL(location, url)
    const steps = [...trail, `${status} ${next.href}`]
    if (!here.test(next.hostname)) return { url: url.href, status, headers, body, trail: steps }
    return go(next.href, status < 304 ? {} : init, url.href, steps)
  }

  return {
    open: (url) => go(url, {}),
    submit: (page, typed = {}) => {
      const { action, method, fields } = formOf(page)
      const all = new URLSearchParams({ ...fields, ...typed })
      if (method === 'GET') return go(`${action}?${all}`, {}, page.url)
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return go(action, { method, headers, body: all.toString() }, page.url)
    },
    cookies: () => jar.map(({ name }) => name),
  }
}
