import type { Subject } from './people.ts'
import { escaped } from './xml.ts'

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>${body}</html>`

const hidden = (fields: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(fields)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`<input type="hidden" name="${name}" value="${escaped(value)}">`],
    )
    .join('')

/** Choose who you are; nobody here has a password. */
export const loginPage = (
  subjects: readonly Subject[],
  audience: string,
  kept: Readonly<Record<string, string | undefined>>,
): string =>
  page(
    'Simulated identity provider',
    `<body><h1>Simulated identity provider</h1><p>Log in to ${escaped(audience)} as</p><form method="post" action="/idp/sso">${hidden(kept)}<select name="person" aria-label="Person">${subjects
      .map(
        ({ email, name, groups }) =>
          `<option value="${escaped(email)}">${escaped(name)}: ${escaped(groups.join(', '))}</option>`,
      )
      .join('')}</select> <button type="submit">Log in</button></form></body>`,
  )

/** HTTP-POST binding: the browser carries the answer; by itself where it runs scripts, by a button where not. */
export const answerPage = (acs: string, response: string, relayState: string | undefined): string =>
  page(
    'Logging in',
    `<body onload="document.forms[0].submit()"><form method="post" action="${escaped(acs)}">${hidden({
      SAMLResponse: response,
      RelayState: relayState,
    })}<button type="submit">Continue</button></form></body>`,
  )

export const errorPage = (text: string): string =>
  page('Simulated identity provider', `<body><h1>That cannot be answered</h1><p>${escaped(text)}</p></body>`)
