const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** XML 1.0 §2.2 names what a document may hold; half a pair of surrogates and control characters are not in it, and no page needs them. */
const unwritable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

/** For text and for attribute values between double quotes, in XML as in HTML: whatever it holds, it ends nothing and begins nothing. */
export const escaped = (text: string): string =>
  text.replaceAll(unwritable, '\uFFFD').replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '')
