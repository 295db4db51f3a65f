/** The function, remembering its last call: same arguments, same object. Keeps a sort of thousands of rows off every keypress. */
export function memoLast<Args extends readonly unknown[], Value>(
  compute: (...args: Args) => Value,
): (...args: Args) => Value {
  let last: { readonly args: Args; readonly value: Value } | null = null;
  return (...args) => {
    if (last !== null && args.every((arg, index) => Object.is(arg, last?.args[index]))) return last.value;
    last = { args, value: compute(...args) };
    return last.value;
  };
}
