/** Base64 hides nothing: whoever reads the value reads what is in it. */

/** One word of base64, perhaps in lines; the shortest that is sure not to be a word by itself. */
const encoded = /^(?:[A-Za-z0-9+/]{4}|[\r\n]){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\s*$/;

/** What a value is when it is decoded, if that is text. */
export function decoded(value: string): string | undefined {
  if (!encoded.test(value)) return undefined;
  const text = Buffer.from(value, 'base64').toString();
  return isText(text) ? text : undefined;
}

/** Bytes that are no UTF-8 become U+FFFD; of the control characters text has only tabs and ends of lines. */
const isText = (text: string): boolean => !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text);
