import { useApp } from "ink";
import { useCallback, useEffect, useRef } from "react";

/** Gives the terminal away while `use` runs, and takes it back whole. Rejects with what `use` throws. */
export type Lend = (use: () => void | Promise<void>) => Promise<void>;

export function useTerminal(): Lend {
  const { suspendTerminal } = useApp();
  const lent = useRef(false);
  const lend = useCallback<Lend>(
    async (use) => {
      if (lent.current) return;
      lent.current = true;
      await suspendTerminal(use).finally(() => {
        lent.current = false;
      });
    },
    [suspendTerminal],
  );
  useEffect(() => {
    // Stopped by somebody else (kill -STOP) and continued: the shell has had the terminal meanwhile.
    const whole = () => void lend(() => {}).catch(() => {});
    process.on("SIGCONT", whole);
    return () => void process.off("SIGCONT", whole);
  }, [lend]);
  return lend;
}
