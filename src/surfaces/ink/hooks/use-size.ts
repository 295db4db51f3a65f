import { useStdout, useWindowSize } from "ink";

/**
 * Rows and columns of the terminal at the moment of drawing. Ink's own hook hears of a new size only after Ink has
 * drawn once more: what has come by then must not be drawn at the old one.
 */
export function useSize(): { readonly rows: number; readonly columns: number } {
  const heard = useWindowSize();
  const { rows, columns } = useStdout().stdout as Partial<NodeJS.WriteStream>;
  return { rows: rows || heard.rows, columns: columns || heard.columns };
}
