/** What is said where some of the selected tests no longer exist. */
const MOST = 3;

/** `ids`: the tests that are missing, at least one. */
export function testsMissing(ids: readonly string[]): string {
  const named = ids.slice(0, MOST).join(", ");
  const more = ids.length > MOST ? ` and ${ids.length - MOST} more` : "";
  return `Selected, and no longer there: ${named}${more}. The others ran.`;
}
