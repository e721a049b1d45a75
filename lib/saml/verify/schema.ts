import {
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  XsdValidator,
  xmlCleanupInputProvider,
  xmlRegisterInputProvider,
} from 'libxml2-wasm'
import { schemas } from '../schemas/embedded.ts'

// Names of no file system: nothing else can be opened, and that only while the schema is compiled.
const home = 'rolecall-schemas:/'
const option = ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET

const xsd = 'http://www.w3.org/2001/XMLSchema'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const newer = 'http://www.w3.org/2009/xmlenc11#'
// Two wildcards want a declaration for what they let in: for the mask of RSA-OAEP (XML Encryption 1.1 §5.5.2), and for the prefixes that an exclusive
// canonical form keeps (Exclusive XML Canonicalization §4).
const mask = `<schema xmlns="${xsd}" targetNamespace="${newer}">
  <element name="MGF"><complexType><attribute name="Algorithm" type="anyURI" use="required"/></complexType></element>
</schema>`
const prefixes = `<schema xmlns="${xsd}" targetNamespace="${exclusive}">
  <element name="InclusiveNamespaces"><complexType><attribute name="PrefixList" type="string"/></complexType></element>
</schema>`
const root = `<schema xmlns="${xsd}">
  <import namespace="urn:oasis:names:tc:SAML:2.0:protocol" schemaLocation="saml-schema-protocol-2.0.xsd"/>
  <import namespace="${newer}" schemaLocation="mask.xsd"/>
  <import namespace="${exclusive}" schemaLocation="prefixes.xsd"/>
</schema>`

const compiled = (): XsdValidator => {
  const files = Object.entries({ ...schemas, 'mask.xsd': mask, 'prefixes.xsd': prefixes })
  const bytes = files.map(([name, text]) => [`${home}${name}`, new TextEncoder().encode(text)])
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(bytes)))
  const document = XmlDocument.fromString(root, { url: `${home}root.xsd`, option })
  try {
    return XsdValidator.fromDoc(document)
  } finally {
    document.dispose()
    xmlCleanupInputProvider()
  }
}

// At load: about 25 ms that a cold start spends before the first login, not within it.
const validator = compiled()

/** Well-formed, and as the OASIS schemas have it. What libxml2 has to say about it holds values, so nobody hears it. */
export const fitsSchema = (text: string): boolean => {
  let document: XmlDocument | undefined
  try {
    document = XmlDocument.fromString(text, { option })
    validator.validate(document)
    return true
  } catch {
    return false
  } finally {
    document?.dispose()
  }
}
