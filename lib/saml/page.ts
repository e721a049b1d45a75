import { createHash } from 'node:crypto'
import { escaped } from './markup.ts'

/** Pages for people at a browser: read without scripts, by screen readers, in the dark, and saved nowhere. */
export type Page = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const style =
  ':root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}' +
  'body{margin:0}main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem}' +
  'h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}' +
  'table{border-collapse:collapse;width:100%}caption{text-align:left}' +
  'th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid GrayText}' +
  'a,button{font:inherit}code{overflow-wrap:anywhere}'
const scriptOfForm = 'document.forms[0].submit()'

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const styleSource = digest(style)

type Allowing = { readonly script?: string; readonly forms?: string }
const policy = ({ script, forms = "'none'" }: Allowing): string =>
  [
    "default-src 'none'",
    `style-src ${styleSource}`,
    ...(script === undefined ? [] : [`script-src ${digest(script)}`]),
    `form-action ${forms}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

export const quietHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

type Content = {
  readonly status: number
  readonly title: string
  /** Markup: whatever goes into it has been escaped. */
  readonly main: string
  readonly headers?: Readonly<Record<string, string>>
  readonly allowing?: Allowing
}

export const page = ({ status, title, main, headers = {}, allowing = {} }: Content): Page => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    ...quietHeaders,
    'content-security-policy': policy(allowing),
    'x-frame-options': 'DENY',
    ...headers,
  },
  body:
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>${escaped(title)}</title><style>${style}</style></head>` +
    `<body><main><h1>${escaped(title)}</h1>${main}</main></body></html>`,
})

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>`
export const link = (url: string, text: string): string => `<a href="${escaped(url)}">${escaped(text)}</a>`

const reference = (requestId: string): string =>
  `<p>If you ask for help, name this number: <code>${escaped(requestId)}</code></p>`

/** The same for every reason: who is refused learns nothing of why, and whoever helps them finds it by the number. */
export const refusedPage = (requestId: string): Page =>
  page({
    status: 403,
    title: 'Your login was not accepted',
    main:
      paragraph(
        'Close this page and log in again. If that does not help, ask the people who look after your accounts.',
      ) + reference(requestId),
  })

/** The connection cannot be used until somebody has seen to it: trying again changes nothing. */
export const unusablePage = (requestId: string): Page =>
  page({
    status: 503,
    title: 'Logging in is not possible here at the moment',
    main:
      paragraph('The people who look after your accounts have to set something right first.') +
      reference(requestId),
  })

export const laterPage = (requestId: string, retryAfter: number, again: string): Page =>
  page({
    status: 503,
    title: 'Please try again in a moment',
    main:
      paragraph('Your login could not be finished just now.') +
      `<p>${link(again, 'Log in again')}</p>` +
      reference(requestId),
    headers: { 'retry-after': String(retryAfter) },
  })

export const brokenPage = (requestId: string): Page =>
  page({
    status: 500,
    title: 'Something went wrong here',
    main: paragraph('Your login could not be finished.') + reference(requestId),
  })

/** What was asked for is not known, and is not repeated. */
export const unknownPlacePage = (requestId: string): Page =>
  page({
    status: 400,
    title: 'This link leads nowhere',
    main:
      paragraph(
        'It names a place that logins from here may not go to. Log in without it, or ask whoever gave you the link.',
      ) + reference(requestId),
  })

export const notFoundPage = (): Page =>
  page({ status: 404, title: 'There is nothing here', main: paragraph('Check the address you followed.') })

export const methodPage = (allow: string): Page =>
  page({
    status: 405,
    title: 'This address is not for that',
    main: paragraph('Begin again where you log in.'),
    headers: { allow },
  })

/** To an identity provider that takes requests by HTTP-POST only: sent by itself where scripts run, by a button where not. */
export const postPage = (destination: string, fields: Readonly<Record<string, string>>): Page =>
  page({
    status: 200,
    title: 'On to your login',
    main:
      `<form method="post" action="${escaped(destination)}">` +
      Object.entries(fields)
        .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
        .join('') +
      `<button>Continue</button></form><script>${scriptOfForm}</script>`,
    // Browsers hold redirects behind the form to it as well, and where an identity provider sends people on to is its own affair.
    allowing: { script: scriptOfForm, forms: destination.startsWith('http:') ? 'https: http:' : 'https:' },
  })
