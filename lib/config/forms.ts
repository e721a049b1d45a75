/** Forms of single values, shared by the schema, the conversion and the secret reader. */
export const idForm = /^[a-z0-9][a-z0-9-]{0,62}$/
export const durationForm = /^[1-9]\d{0,3}[dhm]$/
export const domainForm =
  /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/
export const emailForm = /^[^\s@]{1,64}@[^\s@]{1,253}$/
/** RFC 7643 §2.1 and §3.3: a name, a dotted sub-attribute, or either below a schema's URN, in any case and with whatever the endpoint takes in one. */
export const attributeForm =
  /^([uU][rR][nN]:[^\s[\]()"]{1,300}:)?[A-Za-z$][\w$-]{0,99}(\.[A-Za-z$][\w$-]{0,99})?$/
export const secretForm =
  /^(secretsmanager:[\w/+=.@:-]{1,512}|ssm:\/[\w./-]{1,1000}|env:[A-Za-z_]\w{0,127}|file:[^\s"']{1,1000})$/

const unitSeconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60 }

/** `30d`, `12h` or `15m` in seconds; the form has been checked. */
export const seconds = (duration: string): number =>
  Number(duration.slice(0, -1)) * (unitSeconds[duration.slice(-1)] ?? Number.NaN)

export type SecretReference = {
  readonly kind: 'secretsmanager' | 'ssm' | 'env' | 'file'
  readonly name: string
}

/** Undefined when it is no reference; then it may be a secret pasted in its place, and must not be repeated anywhere. */
export const secretReference = (reference: string): SecretReference | undefined => {
  if (!secretForm.test(reference)) return undefined
  const colon = reference.indexOf(':')
  return { kind: reference.slice(0, colon) as SecretReference['kind'], name: reference.slice(colon + 1) }
}

/** However it is spelt: `https://API.example:443/x/` and `https://api.example/x` are one place. */
export const addressOf = (url: string): string =>
  (URL.canParse(url) ? new URL(url).href : url).replace(/\/+$/, '')
