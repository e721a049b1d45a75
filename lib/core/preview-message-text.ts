import type { MessageVerdict } from './ports/preview.ts'

const signatures: Readonly<Record<MessageVerdict['signature'], string>> = {
  valid: 'the signature is valid and trusted',
  invalid: 'the signature is NOT valid: nothing in it can be believed',
  missing: 'it is NOT signed: anybody may have written it',
  untrusted: 'it is signed by somebody who is NOT trusted; npx rolecall saml show says who is',
  notChecked: 'signature not checked: nobody is trusted to sign for this connection; npx rolecall saml trust',
}

/** What must be said of every assertion that is looked at and was no login. */
export const messageText = (verdict: MessageVerdict, addressed: boolean): string => {
  const refused =
    'refusedFor' in verdict && verdict.refusedFor !== undefined
      ? `; a login with it would be refused (${verdict.refusedFor})`
      : ''
  const aim = addressed ? '' : '; whom it is meant for was not judged (set PUBLIC_URL)'
  return `Assertion: ${signatures[verdict.signature]}${refused}${aim}; its times, its request and whether it came before were not judged.`
}
