/** XML 1.0 as text. */

// What no XML 1.0 document may hold, not even escaped: control characters, halves of a pair, two that are none.
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};

/** As the content of an element. */
export function xmlText(text: string): string {
  return legal(text).replace(/[&<>\r]/g, (one) => ESCAPES[one] ?? one);
}

/** An element; attributes without a value are left out. `content` is XML already. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | null>>,
  content: readonly string[] = [],
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [` ${key}="${attribute(`${value}`)}"`],
  );
  const head = `<${name}${given.join("")}`;
  return content.length === 0 ? `${head} />` : `${head}>${content.join("")}</${name}>`;
}

function attribute(text: string): string {
  return legal(text).replace(/[&<>"\n\r\t]/g, (one) => ESCAPES[one] ?? one);
}

/** As pytest does: `#x1B` says which character stood there. */
function legal(text: string): string {
  return text.replace(FORBIDDEN, (one) => {
    const code = one.charCodeAt(0);
    return `#x${code
      .toString(16)
      .toUpperCase()
      .padStart(code <= 0xff ? 2 : 4, "0")}`;
  });
}
